// Goal: a register's file comes in as a whole or not at all, however those who work on it die; an approval of it likewise, and what is sent
// to the customers arrives once.
import test from 'node:test'
import assert from 'node:assert/strict'
import { Server, seeded, today } from './server.mjs'

const rounds = Number(process.env.SEKIMORI_ROUNDS ?? 6)
const ROWS = 120
const HEAD = '園・部署,回,確認したアカウント数,継続,変更,削除,確認者,確認日'

test('K-26 K-27 kill -9 in the middle of a register\'s file, and of its approval', { timeout: 300000 }, async t => {
  const seed = Number(process.env.SEKIMORI_SEED ?? Date.now() % 1e9)
  const random = seeded(seed)
  t.diagnostic(`SEKIMORI_SEED=${seed}`)
  const server = await Server.start(undefined, { signins: 30 })
  t.after(() => server.remove())
  const city = 'sapporo'
  const [first, second] = server.accounts.filter(one => one.role === 'officer-admin' && one.customer === city)
  assert.ok(second, 'two who may approve')
  const tokens = [await server.signIn(first), await server.signIn(second)]
  const count = server.processes().length
  const kill = kind => {
    const gone = server.processes().filter(one => one.kind === kind)
    for (const one of gone) process.kill(one.pid, 'SIGKILL')
    return gone.map(one => one.pid)
  }
  const ask = async (method, path, { token = tokens[0], ...more } = {}) => {
    let reply
    await server.until(`${method} ${path}`, 30000, async () => {
      reply = await server.call(method, path, { token, ...more }).catch(() => ({ status: 0 }))
      return reply.status !== 0 && reply.status !== 503
    })
    return reply
  }
  const register = (await ask('GET', '/v1/registers?limit=200')).json().items.find(one => one.code === 'access-review')
  const records = async round => {
    const items = []
    let next = ''
    do {
      const page = (await ask('GET', `/v1/registers/${register.id}/records?limit=200${next}`)).json()
      items.push(...page.items.filter(one => one.title.startsWith(`round ${round} `)))
      next = page.next ? `&cursor=${page.next}` : ''
    } while (next)
    return items
  }

  for (let round = 0; round < rounds; round++) {
    const kind = ['core', 'reader', 'keys'][round % 3]
    const file = [HEAD, ...Array.from({ length: ROWS }, (_, index) => `round ${round} ${index},後期,3,3,0,0,しけん,${today()}`)].join('\r\n')
    const going = server.call('POST', `/v1/registers/${register.id}/import`, { token: tokens[0], raw: file }).catch(() => ({ status: 0 }))
    await new Promise(done => setTimeout(done, random() * 120))
    const gone = kill(kind)
    const sent = await going
    await server.healed(count, gone)
    let found = await records(round)
    assert.ok([0, ROWS].includes(found.length), `round ${round}, ${kind} killed: ${found.length} of ${ROWS} records`)
    if (sent.status === 200) assert.equal(found.length, ROWS, 'what was answered is there')
    if (found.length === 0) {
      assert.equal((await ask('POST', `/v1/registers/${register.id}/import`, { raw: file })).status, 200)
      found = await records(round)
    }
    const deciding = server.call('POST', `/v1/records/${found[0].id}/approve`, { token: tokens[1], body: {} }).catch(() => ({ status: 0 }))
    await new Promise(done => setTimeout(done, random() * 60))
    const dead = kill('core')
    const decided = await deciding
    await server.healed(count, dead)
    const states = new Set((await records(round)).map(one => one.state))
    assert.equal(states.size, 1, `round ${round}: ${[...states]}`)
    if (decided.status === 200) assert.ok(states.has('in-force'))
    if (states.has('waiting')) assert.equal((await ask('POST', `/v1/records/${found[0].id}/approve`, { token: tokens[1], body: {} })).status, 200)
    const numbers = (await records(round)).map(one => one.number)
    assert.equal(new Set(numbers).size, ROWS)
    const desk = (await ask('GET', '/v1/desk', { token: tokens[1] })).json().items.filter(one => one.kind === 'record-approve' && found.some(record => record.id === one.object.id))
    assert.deepEqual(desk, [], 'nothing is left to do')
  }
  assert.deepEqual(server.trouble(), [])
  await server.stop()
  for (const log of server.verify()) assert.equal(log.genuine, true, JSON.stringify(log))
})

test('K-26 kill -9 while what was approved goes to the customers: it arrives, once', { timeout: 180000 }, async t => {
  const server = await Server.start(undefined, { signins: 30 })
  t.after(() => server.remove())
  const person = (role, customer) => server.accounts.find(one => one.role === role && one.customer === customer)
  const operator = await server.signIn(person('operator', 'provider'))
  const approver = await server.signIn(person('operator-admin', 'provider'))
  const officers = [await server.signIn(person('officer', 'sapporo')), await server.signIn(person('officer', 'hinoki'))]
  const ask = async (method, path, token, body) => {
    let reply
    await server.until(`${method} ${path}`, 30000, async () => {
      reply = await server.call(method, path, { token, body }).catch(() => ({ status: 0 }))
      return reply.status !== 0 && reply.status !== 503
    })
    assert.ok(reply.status < 300, `${method} ${path}: ${reply.status} ${reply.text}`)
    return reply.json()
  }
  const register = (await ask('GET', '/v1/registers?limit=200', operator)).items.find(one => one.shared === 'all' && one.may.file && one.kept === 'record')
  const fields = Object.fromEntries(register.fields.filter(one => one.required).map(one => [one.name, {
    text: 'しけん', long: 'しけん', date: today(), time: `${today()}T09:00:00+09:00`, int: 1, bool: true, choice: one.choices[0]?.code
  }[one.type]]))
  for (const kind of ['post', 'core', 'post']) {
    const record = await ask('POST', `/v1/registers/${register.id}/records`, operator, { fields })
    await ask('POST', `/v1/records/${record.id}/approve`, approver, {})
    for (const one of server.processes()) if (one.kind === kind) process.kill(one.pid, 'SIGKILL')
    for (const token of officers)
      await server.until('the copy', 60000, async () => {
        const items = (await ask('GET', `/v1/registers/${register.id}/records?limit=200`, token)).items.filter(one => one.id === record.id)
        assert.ok(items.length <= 1)
        return items.length === 1 && items[0].state === 'in-force' && items[0].origin === 'provider'
      })
  }
  assert.deepEqual(server.trouble(), [])
})
