// Who gets what leaves: a mail server and a receiver of webhooks, both over TLS with a certificate of their own authority.
import { spawn, execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import https from 'node:https'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

// An authority, and a certificate for 127.0.0.1 that it vouches for; name: of the files.
export function certify(folder, name = 'receiver', address = 'IP:127.0.0.1') {
  const at = file => join(folder, `${name}-${file}`)
  const openssl = (...words) => execFileSync('openssl', words, { stdio: 'ignore' })
  openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', `/CN=${name} authority`, '-keyout', at('ca.key'), '-out', at('ca.pem'))
  openssl('req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=receiver', '-keyout', at('key.pem'), '-out', at('request.pem'))
  writeFileSync(at('names'), `subjectAltName=${address}\n`)
  openssl('x509', '-req', '-in', at('request.pem'), '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '2', '-extfile', at('names'), '-out', at('certificate.pem'))
  return { ca: at('ca.pem'), certificate: at('certificate.pem'), key: at('key.pem') }
}

export class MailServer {
  static async start(port, { certificate, key }) {
    const server = new MailServer()
    server.port = port
    server.mails = []
    server.answers = []
    server.child = spawn('/usr/bin/python3', [fileURLToPath(new URL('smtp.py', import.meta.url)), String(port), certificate, key], { stdio: ['pipe', 'pipe', 'inherit'] })
    let rest = ''
    server.child.stdout.on('data', part => {
      const lines = (rest + part).split('\n')
      rest = lines.pop()
      for (const line of lines) line === 'ready' ? server.answers.shift()?.() : server.mails.push(JSON.parse(line))
    })
    await new Promise(done => server.answers.push(done))
    return server
  }

  async mode(word) {
    const done = new Promise(resolve => this.answers.push(resolve))
    this.child.stdin.write(`${word}\n`)
    await done
  }

  // How often each letter came, by its id; and to whom.
  counts() {
    const found = new Map()
    for (const mail of this.mails) {
      const id = mail.data.match(/^Message-ID: <([0-9a-z]+)@/m)[1]
      found.set(id, { times: (found.get(id)?.times ?? 0) + 1, to: mail.to[0] })
    }
    return found
  }

  async stop() {
    const ended = new Promise(done => this.child.once('exit', done))
    this.child.kill()
    await ended
  }
}

export class HookServer {
  static async start(port, { certificate, key }) {
    const server = new HookServer()
    server.port = port
    server.calls = []
    server.answer = (request, response) => response.writeHead(204).end()
    server.https = https.createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (request, response) => {
      let body = ''
      request.on('data', part => { body += part })
      request.on('end', () => {
        server.calls.push({ method: request.method, url: request.url, headers: request.headers, body })
        server.answer(request, response)
      })
    })
    await new Promise(done => server.https.listen(port, '127.0.0.1', done))
    return server
  }

  stop() {
    this.https.closeAllConnections()
    return new Promise(done => this.https.close(done))
  }
}
