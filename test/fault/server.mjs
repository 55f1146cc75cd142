// A server of the fault tests' own: started, killed in parts, filled up; its processes by name.
import { spawn, spawnSync, execFileSync } from 'node:child_process'
import { chownSync, cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import https from 'node:https'
import net from 'node:net'

import { Codes } from '../factor.mjs'

export const program = resolve(process.env.SEKIMORI_BIN ?? 'build/sekimori')
export const root = process.getuid() === 0
// Where the program is a copy, nothing stands beside it.
const catalog = fileURLToPath(new URL('../../catalog', import.meta.url))

export async function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => { const { port } = probe.address(); probe.close(() => resolve(port)) })
  })
}

// A seed for everything random in a test; a failure can be repeated with SEKIMORI_SEED.
export function seeded(seed) {
  let state = seed >>> 0 || 1
  return () => { // xorshift
    state ^= state << 13; state >>>= 0; state ^= state >>> 17; state ^= state << 5; state >>>= 0
    return state / 2 ** 32
  }
}

export const today = () => new Date(Date.now() + 9 * 3600e3).toISOString().slice(0, 10)
// For reports: those of today end at the facility's cut-off.
export const tomorrow = () => new Date(Date.now() + 33 * 3600e3).toISOString().slice(0, 10)

export function compile(source, output, ...options) {
  execFileSync('gcc', ['-std=gnu11', '-O1', '-Wall', '-Wextra', '-Werror', '-o', output, fileURLToPath(new URL(source, import.meta.url)), ...options], { stdio: ['ignore', 'ignore', 'inherit'] })
}

// A copy of the program that loads inside.c where SQLite is asked for; to be started with the working directory `parent`.
export function programWithInside(parent) {
  compile('inside.c', join(parent, 'inside.so'), '-shared', '-fPIC', '-Wl,--no-as-needed', '-lsqlite3')
  const bytes = readFileSync(program)
  const name = Buffer.from('\0libsqlite3.so.0\0')
  const at = bytes.indexOf(name)
  if (at < 0 || bytes.indexOf(name, at + 1) >= 0) throw new Error('the program does not name SQLite exactly once')
  Buffer.from('./inside.so\0').copy(bytes, at + 1)
  const copy = join(parent, 'sekimori')
  writeFileSync(copy, bytes, { mode: 0o755 })
  return copy
}

// Runs the program until it ends by itself, which it must.
export function finish(words, milliseconds = 30000) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'] })
    let log = ''
    child.stderr.on('data', part => { log += part })
    const timer = setTimeout(() => { child.kill('SIGKILL'); reject(new Error(`${words.join(' ')} did not end\n${log}`)) }, milliseconds)
    child.once('close', (code, signal) => { clearTimeout(timer); resolve({ code, signal, log }) })
  })
}

// A file that stands there whole or not at all.
export function put(path, text) {
  writeFileSync(`${path}.new`, text)
  renameSync(`${path}.new`, path)
}

export class Server {
  // options: program; more: further words of the command line; user: number of the user to start it as; checks: "scheduled", where they are what the test is about; signins: how many accounts there are to sign in with
  static async start(parent = mkdtempSync(join(tmpdir(), 'sekimori-fault-')), options = {}) {
    const server = new Server()
    server.parent = parent
    server.dir = join(parent, 'demo')
    server.accountsFile = join(parent, 'accounts.json')
    server.codes = new Codes(join(parent, 'codes.json'))
    server.program = options.program ?? program
    if (options.program) cpSync(fileURLToPath(new URL('../../catalog', import.meta.url)), join(parent, 'catalog'), { recursive: true }) // beside the copy
    server.more = options.more ?? []
    server.user = options.user
    server.signins = options.signins ?? 12
    server.checks = options.checks ?? 'on-demand'
    if (server.user !== undefined) chownSync(parent, server.user, server.user)
    server.port = await freePort()
    server.log = ''
    try {
      await server.run()
    } catch (error) {
      server.child.kill('SIGKILL') // its processes follow it
      throw error
    }
    server.accounts = JSON.parse(readFileSync(server.accountsFile, 'utf8'))
    return server
  }

  async run(words = ['demo', '--accounts', this.accountsFile, '--signins', String(this.signins), '--days', '0']) {
    const from = this.log.length
    this.agent = new https.Agent({ rejectUnauthorized: false, keepAlive: true, maxSockets: 32 })
    this.child = spawn(this.program, [...words, '--dir', this.dir, '--port', String(this.port), '--checks', this.checks, '--catalog', catalog, ...this.more],
      { stdio: ['ignore', 'ignore', 'pipe'], cwd: this.parent, uid: this.user, gid: this.user })
    this.child.stderr.on('data', part => { this.log += part })
    this.ended = new Promise(done => this.child.once('exit', done))
    await this.until('readiness', 60000, async () => {
      if (this.child.exitCode !== null) throw new Fatal(`ended with ${this.child.exitCode}\n${this.log}`)
      return (await this.call('GET', '/readyz')).status === 200
    })
    await this.until('the process of the checks', 20000, () => this.log.slice(from).includes('prove host is ready'))
  }

  // body: JSON; raw: bytes as they are
  call(method, path, { token, body, raw, key, headers = {} } = {}) {
    return new Promise((resolve, reject) => {
      const request = https.request({
        host: '127.0.0.1', port: this.port, path, method, agent: this.agent, timeout: 15000,
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(raw === undefined ? {} : { 'content-type': 'application/octet-stream' }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(key === undefined ? {} : { 'idempotency-key': key }),
          ...headers,
        },
      }, response => {
        const parts = []
        response.on('data', part => parts.push(part))
        response.on('error', reject)
        response.on('end', () => {
          const bytes = Buffer.concat(parts)
          const text = bytes.toString()
          resolve({ status: response.statusCode, headers: response.headers, bytes, text, json: () => JSON.parse(text),
            token: response.headers['set-cookie']?.[0]?.match(/__Host-sid=([^;]+)/)?.[1] })
        })
      })
      request.on('timeout', () => request.destroy(new Error('timeout')))
      request.on('error', reject)
      request.end(body === undefined ? raw : JSON.stringify(body))
    })
  }

  person(role, customer) {
    return this.accounts.find(a => a.role === role && (customer === undefined || a.customer === customer) && (role !== 'guardian' || a.children.length > 0))
  }

  async signIn(account) {
    const reply = await this.call('POST', '/v1/session', { body: this.codes.proof(account) })
    if (reply.status !== 201) throw new Error(`sign-in of ${account.login}: ${reply.status} ${reply.text}`)
    if (this.codes.wanting(account)) {
      const made = await this.call('POST', '/v1/me/recovery-codes', { token: reply.token, body: {} })
      if (made.status !== 200) throw new Error(`recovery codes of ${account.login}: ${made.status} ${made.text}`)
      this.codes.put(account, made.json().recovery_codes)
    }
    return reply.token
  }

  // Every process below the supervisor, as { pid, kind, name }.
  processes() {
    const children = readFileSync(`/proc/${this.child.pid}/task/${this.child.pid}/children`, 'utf8').trim().split(/\s+/)
    return children.filter(Boolean).map(pid => {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      const at = words.indexOf('--process') // not there: just forked, or dead and not yet noticed
      return { pid: Number(pid), kind: words[at + 1], name: words[at + 4], at }
    }).filter(one => one.at > 0)
  }

  // All of them are there, none of the old ones named, and the service answers.
  healed(count, gone) {
    return this.until('healing', 20000, async () => {
      const processes = this.processes()
      return processes.length === count && !processes.some(one => gone.includes(one.pid)) && (await this.call('GET', '/readyz')).status === 200
    })
  }

  async until(what, milliseconds, probe) {
    const end = Date.now() + milliseconds
    for (;;) {
      try { if (await probe()) return } catch (error) { if (error instanceof Fatal || error.code === 'ERR_ASSERTION') throw error } // anything else: not yet
      if (Date.now() > end) throw new Error(`${what} did not come within ${milliseconds} ms\n${this.log.slice(-4000)}`)
      await new Promise(done => setTimeout(done, 10))
    }
  }

  ready() {
    return this.until('readiness', 30000, async () => (await this.call('GET', '/readyz')).status === 200)
  }

  async stop() {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGTERM')
    await this.ended
    this.agent.destroy()
  }

  // What the program says about itself in its log when something is wrong with it.
  trouble() {
    return this.log.split('\n').filter(line => /Sanitizer|runtime error:|does not hold at|not what the ledger says|failed its check/.test(line))
  }

  verify() {
    const { stdout } = spawnSync(program, ['ledger', 'verify', '--dir', this.dir, '--json'], { maxBuffer: 1 << 24, encoding: 'utf8' })
    return stdout.trim().split('\n').map(line => JSON.parse(line))
  }

  async remove() {
    await this.stop()
    rmSync(this.parent, { recursive: true, force: true })
  }
}

class Fatal extends Error {}
