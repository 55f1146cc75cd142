// A server of the fault tests' own: started, killed in parts, filled up; its processes by name.
import { spawn, execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import https from 'node:https'
import net from 'node:net'

export const program = process.env.SEKIMORI_BIN ?? 'build/sekimori'

async function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => { const { port } = probe.address(); probe.close(() => resolve(port)) })
  })
}

export class Server {
  static async start(parent = mkdtempSync(join(tmpdir(), 'sekimori-fault-'))) {
    const server = new Server()
    server.parent = parent
    server.dir = join(parent, 'demo')
    server.accountsFile = join(parent, 'accounts.json')
    server.port = await freePort()
    server.log = ''
    await server.run()
    server.accounts = JSON.parse(readFileSync(server.accountsFile, 'utf8'))
    return server
  }

  async run() {
    this.agent = new https.Agent({ rejectUnauthorized: false, keepAlive: true, maxSockets: 32 })
    this.child = spawn(program, ['demo', '--dir', this.dir, '--port', String(this.port), '--accounts', this.accountsFile, '--signins', '12'],
      { stdio: ['ignore', 'ignore', 'pipe'] })
    this.child.stderr.on('data', part => { this.log += part })
    this.ended = new Promise(done => this.child.once('exit', done))
    await this.until('readiness', 60000, async () => (await this.call('GET', '/readyz')).status === 200)
  }

  call(method, path, { token, body, key } = {}) {
    return new Promise((resolve, reject) => {
      const request = https.request({
        host: '127.0.0.1', port: this.port, path, method, agent: this.agent, timeout: 15000,
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(key === undefined ? {} : { 'idempotency-key': key }),
        },
      }, response => {
        const parts = []
        response.on('data', part => parts.push(part))
        response.on('error', reject)
        response.on('end', () => {
          const text = Buffer.concat(parts).toString()
          resolve({ status: response.statusCode, text, json: () => JSON.parse(text),
            token: response.headers['set-cookie']?.[0]?.match(/__Host-sid=([^;]+)/)?.[1] })
        })
      })
      request.on('timeout', () => request.destroy(new Error('timeout')))
      request.on('error', reject)
      request.end(body === undefined ? undefined : JSON.stringify(body))
    })
  }

  async signIn(account) {
    const reply = await this.call('POST', '/v1/session', { body: { login: account.login, password: account.password } })
    if (reply.status !== 201) throw new Error(`sign-in of ${account.login}: ${reply.status} ${reply.text}`)
    return reply.token
  }

  // Every process below the supervisor, as { pid, kind, name }.
  processes() {
    const children = readFileSync(`/proc/${this.child.pid}/task/${this.child.pid}/children`, 'utf8').trim().split(/\s+/)
    return children.filter(Boolean).map(pid => {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      return { pid: Number(pid), kind: words[words.indexOf('--process') + 1] }
    })
  }

  async until(what, milliseconds, probe) {
    const end = Date.now() + milliseconds
    for (;;) {
      try { if (await probe()) return } catch { /* not yet */ }
      if (Date.now() > end) throw new Error(`${what} did not come within ${milliseconds} ms\n${this.log.slice(-4000)}`)
      await new Promise(done => setTimeout(done, 10))
    }
  }

  async stop() {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGTERM')
    await this.ended
    this.agent.destroy()
  }

  verify() {
    const text = execFileSync(program, ['ledger', 'verify', '--dir', this.dir, '--json'], { maxBuffer: 1 << 24 }).toString()
    return text.trim().split('\n').map(line => JSON.parse(line))
  }

  async remove() {
    await this.stop()
    rmSync(this.parent, { recursive: true, force: true })
  }
}
