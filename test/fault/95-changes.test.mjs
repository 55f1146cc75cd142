// Goal: a change that waits for its time takes effect once, whatever is killed meanwhile, and not at all when one of its two persons has gone.
import test from 'node:test'
import assert from 'node:assert/strict'
import { Server } from './server.mjs'

const later = seconds => new Date(Date.now() + seconds * 1000).toISOString().replace('Z', '+00:00')

test('K-44 K-3 changes that wait for their time', { timeout: 600000 }, async t => {
  const server = await Server.start(undefined, { signins: 40 })
  t.after(() => server.remove())
  const admins = server.accounts.filter(a => a.role === 'officer-admin' && a.customer === 'sapporo')
  const [first, second] = [await server.signIn(admins[0]), await server.signIn(admins[1])]
  const call = async (method, path, token, body) => {
    const reply = await server.call(method, path, { token, body })
    assert.ok(reply.status < 300, `${method} ${path}: ${reply.status} ${reply.text}`)
    return reply.json()
  }
  const contract = () => call('GET', '/v1/contract', first)
  const former = Object.fromEntries(Object.entries(await contract()).filter(([name, value]) => !['id', 'facility'].includes(name) && value !== null))
  const schedule = async (contact, seconds) => {
    const { change } = await call('PUT', '/v1/contract', first, { ...former, contact, effective_at: later(seconds) })
    assert.equal((await call('POST', `/v1/changes/${change.id}/approve`, second, {})).state, 'scheduled')
    return change.id
  }
  const settled = async id => {
    let change
    await server.until(`the time of ${id}`, 150000, async () => {
      const reply = await server.call('GET', `/v1/changes/${id}`, { token: first }).catch(() => undefined)
      change = reply?.status === 200 ? reply.json() : undefined
      return change !== undefined && change.state !== 'scheduled'
    })
    return change
  }

  await t.test('K-44 killed between approval and effect: applied once, at its time', async () => {
    const id = await schedule('再起動の後', 8)
    const all = server.processes()
    const cores = all.filter(one => one.kind === 'core').map(one => one.pid)
    for (const pid of cores) process.kill(pid, 'SIGKILL')
    await server.healed(all.length, cores)
    assert.notEqual((await contract()).contact, '再起動の後')
    const change = await settled(id)
    assert.equal(change.state, 'applied')
    assert.ok(Date.parse(change.applied_at) >= Date.parse(change.effective_at))
    assert.equal((await contract()).contact, '再起動の後')
    const auditor = await server.signIn(server.person('auditor', 'sapporo'))
    const events = (await call('GET', '/v1/events?limit=200', auditor)).items
    assert.equal(events.filter(one => one.operation === 'change.apply-step' && one.objects.some(object => object.id === id)).length, 1)
  })

  await t.test('K-3 whoever approved has been suspended meanwhile: nothing is applied', async () => {
    const id = await schedule('承認した人がいない', 6)
    const { account } = await call('GET', '/v1/me', second)
    const path = `/v1/accounts/${account.id ?? account}/suspend`
    const asked = await server.call('POST', path, { token: first, body: { reason: '休職' } })
    assert.equal(asked.status, 428, asked.text)
    const { token } = asked.json().confirm
    const done = await server.call('POST', path, { token: first, body: { reason: '休職' }, headers: { confirm: token } })
    assert.equal(done.status, 200, done.text)
    const change = await settled(id)
    assert.equal(change.state, 'stale')
    assert.equal(change.why, 'approver-left')
    assert.equal((await contract()).contact, '再起動の後')
  })

  assert.deepEqual(server.trouble(), [])
  await server.stop()
  for (const log of server.verify()) assert.equal(log.genuine, true, JSON.stringify(log))
})
