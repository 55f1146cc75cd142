// Goal: who has taken over one process reaches nothing of the others: no file, no memory, no socket, no key.
import test from 'node:test'
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, linkSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Server, compile, program, programWithInside, put, root, tomorrow } from './server.mjs'

const NOBODY = 65534
const needsRoot = !root && 'without root, processes cannot change user'

function below(folder) {
  return readdirSync(folder, { recursive: true }).map(name => join(folder, name))
}

function statusOf(pid) {
  return Object.fromEntries(readFileSync(`/proc/${pid}/status`, 'utf8').split('\n').filter(Boolean).map(line => line.split(/:\s*/)).map(([name, value]) => [name, value?.trim()]))
}

// The same as whoever has taken over a process with that user, but with a shell, outside its root folder and its filters.
function intrude(intruder, user, lines) {
  const { status, stdout, stderr } = spawnSync(intruder, [String(user)], { input: lines.join('\n') + '\n', encoding: 'utf8', maxBuffer: 1 << 24, cwd: '/' })
  assert.equal(status, 0, stderr)
  const said = stdout.trim().split('\n')
  const tried = Number(said.pop().match(/^tried (\d+)$/)[1])
  return { tried, reached: said }
}

function makeIntruder(parent) {
  const intruder = join(parent, 'intruder')
  compile('intruder.c', intruder)
  chmodSync(intruder, 0o755)
  return intruder
}

// Seccomp, NoNewPrivs and capabilities of each process; also: where do its descriptors lead?
function inspect(server, processes, asRoot) {
  const unix = readFileSync('/proc/net/unix', 'utf8').split('\n').slice(1).map(line => line.trim().split(/\s+/))
  const listening = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap(path => readFileSync(path, 'utf8').split('\n').slice(1))
    .map(line => line.trim().split(/\s+/)).filter(words => words[3] === '0A').map(words => words[9]))
  for (const one of processes) {
    const status = statusOf(one.pid)
    const who = `${one.kind} ${one.name}`
    assert.equal(status.Seccomp, '2', who)
    assert.equal(status.NoNewPrivs, '1', who)
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb']) assert.equal(BigInt(`0x${status[set]}`), 0n, `${who} ${set}`)
    if (asRoot) {
      assert.equal(BigInt(`0x${status.CapBnd}`), 0n, who)
      assert.equal(status.Groups, '', who)
      assert.equal(new Set([...status.Uid.split(/\s+/), ...status.Gid.split(/\s+/)]).size, 1, who)
      assert.notEqual(Number(status.Uid.split(/\s+/)[0]), 0, who)
    }
    const own = ['core', 'keys'].includes(one.kind) ? join(server.dir, one.name, one.kind) : undefined
    for (const fd of readdirSync(`/proc/${one.pid}/fd`)) {
      let target
      try { target = readlinkSync(`/proc/${one.pid}/fd/${fd}`) } catch { continue } // closed meanwhile
      const inode = target.match(/^socket:\[(\d+)\]$/)?.[1]
      if (inode !== undefined) {
        const row = unix.find(words => words[6] === inode)
        assert.ok(row === undefined || row.length < 8, `${who}: a socket with a name, ${row}`)
        if (listening.has(inode)) assert.equal(one.kind, 'edge', who)
      } else if (target.startsWith('/') && Number(fd) > 2) {
        assert.ok(own !== undefined && target.replace(/ \(deleted\)$/, '').startsWith(`${own}/`), `${who} holds ${target}`)
      }
    }
  }
}

function marks(server) {
  const processes = server.processes()
  assert.deepEqual(processes.map(one => `${one.kind} ${one.name}`).sort(),
    ['courier host', 'edge main', 'post host', 'prove host', ...['core', 'keys', 'reader', 'render', 'scan'].flatMap(kind => ['hinoki', 'probe', 'provider', 'sapporo'].map(name => `${kind} ${name}`))].sort())
  inspect(server, processes, true)
  const users = processes.map(one => statusOf(one.pid).Uid.split(/\s+/)[0])
  assert.equal(new Set(users).size, processes.length, 'two processes share a user')
  // The supervisor starts the others under their users, so it keeps what that takes, and a filter of its own.
  const status = statusOf(server.child.pid)
  assert.equal(status.Seccomp, '2')
  assert.equal(status.NoNewPrivs, '1')
  const CAP_SYS_ADMIN = 21n, CAP_SYS_PTRACE = 19n, CAP_SYS_MODULE = 16n, CAP_NET_ADMIN = 12n, CAP_DAC_READ_SEARCH = 2n
  for (const capability of [CAP_SYS_ADMIN, CAP_SYS_PTRACE, CAP_SYS_MODULE, CAP_NET_ADMIN, CAP_DAC_READ_SEARCH])
    assert.equal(BigInt(`0x${status.CapEff}`) & (1n << capability), 0n, `supervisor: capability ${capability}`)
}

async function strangers(t, server) {
  const intruder = makeIntruder(server.parent)
  const processes = server.processes()
  const find = (kind, name) => processes.find(one => one.kind === kind && one.name === name)
  const users = new Map(processes.map(one => [one.pid, Number(statusOf(one.pid).Uid.split(/\s+/)[0])]))
  // Were the folders above not closed already, each process's own would still have to be.
  for (const folder of [server.parent, server.dir, ...['sapporo', 'hinoki', 'provider'].map(name => join(server.dir, name))]) chmodSync(folder, 0o755)
  const files = readdirSync(server.dir).filter(name => statSync(join(server.dir, name)).isDirectory())
    .flatMap(name => below(join(server.dir, name))).concat(below(server.dir).filter(path => path.endsWith('.key')), server.accountsFile)
  assert.ok(['root.key', 'keys.store', 'data.db', 'tls.key'].every(name => files.some(path => path.endsWith(`/${name}`))), files.join('\n'))

  for (const self of [find('core', 'sapporo'), find('keys', 'sapporo'), find('reader', 'sapporo'), find('render', 'sapporo'), find('edge', 'main')]) {
    const user = users.get(self.pid)
    const own = ['core', 'keys'].includes(self.kind) ? join(server.dir, self.name, self.kind) : undefined
    const lines = []
    for (const path of files) {
      if (path === own || path.startsWith(`${own}/`)) continue
      const status = statSync(path, { throwIfNoEntry: false })
      if (status?.isDirectory() && /\/(core|keys)$/.test(path)) lines.push(`folder ${path}`)
      else if (status?.isFile() && !/\/(tls.key|accounts.json)$/.test(path)) lines.push(`file ${path}`)
    }
    for (const one of processes) lines.push(`${one.pid === self.pid ? 'twin' : 'process'} ${one.pid}`)
    lines.push(`process ${server.child.pid}`)
    const { tried, reached } = intrude(intruder, user, lines)
    t.diagnostic(`user ${user} of ${self.kind} ${self.name}: ${tried} attempts`)
    assert.deepEqual(reached, [])
    assert.ok(tried > 1000)
    // These two lie where others may look: only their content is closed.
    for (const path of [join(server.dir, 'tls.key'), server.accountsFile]) {
      const { reached: deeds } = intrude(intruder, user, [`file ${path}`])
      assert.deepEqual(deeds.filter(line => !/^reached (stat|path) /.test(line)), [])
    }
  }
  await server.ready()
  const guardian = server.person('guardian', 'sapporo')
  assert.equal((await server.call('GET', `/v1/children/${guardian.children[0]}`, { token: await server.signIn(guardian) })).status, 200)
}

test('K-60 compartments from outside', { skip: needsRoot, timeout: 120000 }, async t => {
  const server = await Server.start()
  t.after(() => server.remove())
  await t.test('K-60 every process: seccomp, no new privileges, no capabilities, a user of its own', () => marks(server))
  await t.test('K-60 a process reaches neither files nor memory of another', t => strangers(t, server))
})

test('K-60 hostile code within a running core is refused or ends it', { skip: needsRoot, timeout: 120000 }, async t => {
  const parent = mkdtempSync(join(tmpdir(), 'sekimori-fault-'))
  chmodSync(parent, 0o755) // the library is loaded before the change of user, but by nobody else's leave
  const server = await Server.start(parent, { program: programWithInside(parent) })
  t.after(() => server.remove())
  const cities = []
  for (const name of ['sapporo', 'hinoki']) {
    const guardian = server.person('guardian', name)
    cities.push({ name, folder: join(server.dir, name, 'core'), path: `/v1/children/${guardian.children[0]}/absences`, token: await server.signIn(guardian) })
  }
  // Links that only root could have put there lead nowhere either.
  const { folder } = cities[0]
  const links = ['absolute', 'relative', 'hard', 'root'].map(name => join(folder, name))
  symlinkSync(join(server.dir, 'hinoki/core/data.db'), links[0])
  symlinkSync('../../hinoki/core/data.db', links[1])
  linkSync(join(server.dir, 'hinoki/core/data.db'), links[2])
  linkSync(join(server.dir, 'sapporo/keys/root.key'), links[3])

  // A write makes the committer sync, and there it does what the file says.
  async function within(city, what) {
    const ended = () => server.log.split(`core ${city.name} was ended by signal `).slice(1).map(rest => parseInt(rest))
    const before = ended().length
    const done = join(city.folder, 'inside.done')
    rmSync(done, { force: true })
    put(join(city.folder, 'inside'), what)
    const report = server.call('POST', city.path, { token: city.token, body: { date: tomorrow(), kind: 'late', reason: what } }).catch(() => undefined)
    let outcome
    await server.until(`the outcome of ${what}`, 20000, () => {
      outcome = existsSync(done) ? readFileSync(done, 'utf8') : ended().length > before ? `signal ${ended().at(-1)}` : undefined
      return outcome !== undefined
    })
    await report
    await server.ready()
    return outcome
  }

  const { ENOENT, EACCES, EPERM } = constants.errno
  const paths = ['/etc/passwd', '../keys/root.key', '../../hinoki/core/data.db', '/../../../../../../../../etc/passwd', join(server.dir, 'hinoki/core/data.db'),
    join(server.dir, 'tls.key'), '/proc/self/mem', '/proc/1/environ', '/dev/null', 'absolute', 'relative', 'hard', 'root']
  for (const path of paths) {
    const outcome = await within(cities[0], `open ${path}`)
    assert.ok([ENOENT, EACCES, EPERM].map(String).includes(outcome), `open ${path}: ${outcome}`)
  }
  assert.equal(await within(cities[0], 'open data.db'), 'done', 'the trial itself does not work')
  // In turns: a process that dies soon after its start is started ever later.
  const deeds = ['socket', 'connect', 'exec', 'fork', 'kill', 'ptrace', 'pidfd', 'setuid', 'unshare', 'handle']
  for (const [index, deed] of deeds.entries())
    assert.equal(await within(cities[index % 2], deed), `signal ${constants.signals.SIGSYS}`, deed)
  t.diagnostic(`${paths.length} paths refused, ${deeds.length} deeds ended the process`)
  for (const link of links) rmSync(link)
  assert.deepEqual(server.trouble(), [])
  await server.stop()
  for (const log of server.verify()) assert.equal(log.genuine, true, JSON.stringify(log))
})

test('K-60 not started by root: it says so, works, and its processes still cannot see into each other', { timeout: 60000 }, async t => {
  const parent = mkdtempSync(join(tmpdir(), 'sekimori-fault-'))
  const user = root ? NOBODY : undefined
  const copy = join(parent, 'sekimori') // the build may lie where others may not look
  copyFileSync(program, copy)
  chmodSync(copy, 0o755)
  const server = await Server.start(parent, { program: copy, user })
  t.after(() => server.remove())
  assert.match(server.log, /not started by root: all processes share this user and are kept apart by their sandboxes only/)
  const processes = server.processes()
  for (const kind of ['core', 'keys', 'reader', 'render', 'scan']) assert.equal(processes.filter(one => one.kind === kind).length, 4, kind)
  for (const one of [...processes, { pid: server.child.pid }]) {
    const status = statusOf(one.pid)
    assert.deepEqual([status.Seccomp, status.NoNewPrivs, BigInt(`0x${status.CapEff}`)], ['2', '1', 0n], one.kind)
  }
  if (root) inspect(server, processes, false)
  const guardian = server.person('guardian', 'hinoki')
  const token = await server.signIn(guardian)
  assert.equal((await server.call('GET', `/v1/children/${guardian.children[0]}`, { token })).status, 200)
  const intruder = makeIntruder(parent)
  const { tried, reached } = intrude(intruder, user ?? process.getuid(), [...processes.map(one => one.pid), server.child.pid].map(pid => `twin ${pid}`))
  t.diagnostic(`${tried} attempts`)
  assert.deepEqual(reached, [])
})
