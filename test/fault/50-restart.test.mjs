// Goal: stopping is orderly; starting again keeps data, sessions and the count of failed sign-ins; nobody else gets at the same data.
import test from 'node:test'
import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Server, finish, freePort, seeded, tomorrow } from './server.mjs'

const seed = Number(process.env.SEKIMORI_SEED ?? randomBytes(4).readUInt32LE())
const random = seeded(seed)
const alive = pid => { try { process.kill(pid, 0); return true } catch { return false } }

async function restart(server, t, how) {
  const processes = [...server.processes().map(one => one.pid), server.child.pid]
  if (how === 'supervisor') {
    server.child.kill('SIGKILL')
    await server.ended
    server.agent.destroy()
  } else if (how === 'core') {
    const all = server.processes()
    const cores = all.filter(one => one.kind === 'core').map(one => one.pid)
    for (const pid of cores) process.kill(pid, 'SIGKILL')
    return server.healed(all.length, cores)
  } else {
    await server.stop()
    assert.equal(server.child.exitCode, 0)
  }
  await server.until('the end of every process', 20000, () => !processes.some(alive))
  await server.run()
}

test(`K-27 K-1 restarts (seed ${seed})`, { timeout: 180000 }, async t => {
  const server = await Server.start()
  t.after(() => server.remove())
  const guardian = server.person('guardian', 'sapporo')
  const victim = server.person('principal', 'sapporo')
  const other = server.person('staff', 'sapporo')
  const officer = server.person('officer-admin', 'sapporo')
  const signIn = (login, password) => server.call('POST', '/v1/session', { body: { login, password } })

  await t.test('K-27 SIGTERM under load: what was acknowledged stays, nothing hangs, sessions go on', async t => {
    const token = await server.signIn(guardian)
    const ended = await server.signIn(guardian) // and signed out of again
    assert.equal((await server.call('DELETE', '/v1/session', { token: ended })).status, 204)
    const path = `/v1/children/${guardian.children[0]}`
    const me = (await server.call('GET', '/v1/me', { token })).json()
    const acknowledged = new Map()
    let running = true
    const load = Array.from({ length: 8 }, async () => {
      while (running) {
        const reason = `理由 ${randomUUID()}`
        const reply = await server.call('POST', `${path}/absences`, { token, body: { date: tomorrow(), kind: 'early', reason } }).catch(() => undefined)
        if (reply?.status === 201) acknowledged.set(reply.json().id, reason)
        else running = running && reply?.status !== undefined
      }
    })
    const enough = 20 + Math.floor(random() * 60)
    await server.until('load', 20000, () => acknowledged.size >= enough)
    await restart(server, t)
    running = false
    await Promise.all(load)
    t.diagnostic(`stopped after ${acknowledged.size} acknowledged writes`)
    assert.match(server.log, /stopping/)
    assert.doesNotMatch(server.log, /did not stop in time/)
    assert.deepEqual((await server.call('GET', '/v1/me', { token })).json(), me, 'the session is another')
    assert.equal((await server.call('GET', '/v1/me', { token: ended })).status, 401)
    const items = (await server.call('GET', `${path}/absences?limit=200`, { token })).json().items
    for (const [id, reason] of acknowledged) assert.equal(items.find(item => item.id === id)?.reason, reason, 'an acknowledged write was lost')
  })

  await t.test('K-27 whatever way it ends, the same is there afterwards', async t => {
    const token = await server.signIn(guardian)
    const officerToken = await server.signIn(officer)
    const paths = [`/v1/children/${guardian.children[0]}`, `/v1/children/${guardian.children[0]}/absences?limit=200`, '/v1/facilities?limit=200']
    const see = async () => Promise.all(paths.map(async path => (await server.call('GET', path, { token })).text))
    const before = await see()
    const log = (await server.call('GET', '/v1/ledger', { token: officerToken })).json()
    for (const how of ['core', 'supervisor', 'term']) {
      await restart(server, t, how)
      assert.deepEqual(await see(), before, how)
    }
    const now = (await server.call('GET', '/v1/ledger', { token: officerToken })).json()
    assert.deepEqual([now.origin, now.public_key], [log.origin, log.public_key])
    assert.ok(now.size > log.size)
    const proof = await server.call('GET', `/v1/ledger/${now.log}/proof/consistency?from=${log.size}&to=${now.size}`, { token: officerToken })
    assert.equal(proof.status, 200, proof.text)
  })

  await t.test('K-1 five failures lock the account, however often the server ends between them', async t => {
    const fail = async who => assert.equal((await signIn(who.login, 'Wrong-password-1')).status, 401)
    const ends = ['core', 'term', 'supervisor', 'core'].sort(() => random() - 0.5)
    t.diagnostic(`ends: ${ends.join(', ')}`)
    await fail(victim)
    for (const how of ends) {
      await fail(other)
      await restart(server, t, how)
      await fail(victim)
    }
    const locked = await signIn(victim.login, victim.password)
    assert.equal(locked.status, 401, 'not locked')
    await restart(server, t, 'term')
    assert.equal((await signIn(victim.login, victim.password)).status, 401, 'a restart has unlocked it')
    assert.equal((await signIn(other.login, other.password)).status, 201, 'four failures must not lock')
  })

  await t.test('K-27 a second instance on the same data is refused and the first goes on', async t => {
    const processes = server.processes().map(one => one.pid)
    const second = await finish(['demo', '--dir', server.dir, '--port', String(await freePort()), '--accounts', server.accountsFile])
    assert.equal(second.code, 1, second.log)
    assert.match(second.log, /in use by another process/)
    const samePort = await finish(['demo', '--dir', server.dir, '--port', String(server.port), '--accounts', server.accountsFile])
    assert.equal(samePort.code, 1, samePort.log)
    assert.match(samePort.log, /cannot listen/)
    assert.deepEqual(server.processes().map(one => one.pid), processes, 'the first instance was disturbed')
    const token = await server.signIn(guardian)
    const reply = await server.call('POST', `/v1/children/${guardian.children[0]}/absences`, { token, body: { date: tomorrow(), kind: 'late', reason: '二つ目の後' } })
    assert.equal(reply.status, 201)
  })

  await t.test('K-27 a demonstration is not served as a service', async t => {
    assert.deepEqual(server.trouble(), [])
    await server.stop()
    assert.ok(!existsSync(join(server.dir, 'sapporo/core/data.db-wal')), 'the log of the database was not written back')
    const tls = ['--certificate', join(server.dir, 'tls.crt'), '--key', join(server.dir, 'tls.key')]
    const refused = await finish(['serve', '--dir', server.dir, '--port', String(await freePort()), ...tls])
    assert.equal(refused.code, 1, refused.log)
    assert.match(refused.log, /demonstration's data; serve it with --demo only/)
    await server.run(['serve', '--demo', '--address', '127.0.0.1'])
    await server.signIn(guardian)
    await server.stop()
    for (const log of server.verify()) assert.equal(log.genuine, true, JSON.stringify(log))
  })

  await t.test('K-27 a ledger that cannot be read back: the service runs, and says that it is not ready', async () => {
    const sqlite = words => execFileSync('sqlite3', [join(server.dir, 'sapporo/core/data.db'), words], { encoding: 'utf8' })
    for (const name of sqlite("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'ledger_blob'").trim().split('\n'))
      sqlite(`DROP TRIGGER ${name}`)
    sqlite("UPDATE ledger_blob SET entries = CAST(entries || x'00' AS BLOB) WHERE first = (SELECT min(first) FROM ledger_blob)") // one byte too many
    const run = server.run().catch(error => error)
    await server.until('the finding', 30000, () => /could not be read back/.test(server.log))
    await server.until('the door', 30000, async () => (await server.call('GET', '/healthz')).status === 200)
    assert.equal((await server.call('GET', '/readyz')).status, 503)
    await server.stop()
    assert.match((await run).message, /ended with 0/)
  })
})
