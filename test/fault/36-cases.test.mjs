// Goal: kill -9 of either half, of what carries letters between them, or of their keys, while people ask and answer: no entry of a case is lost,
// none is doubled, and both halves tell the same in the same order.
import test from 'node:test'
import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { Server, seeded } from './server.mjs'

const rounds = Number(process.env.SEKIMORI_ROUNDS ?? 6)
const seed = Number(process.env.SEKIMORI_SEED ?? randomBytes(4).readUInt32LE())
const random = seeded(seed) // the same seed kills the same processes

test(`S-29 cases in two halves survive kill -9 (${rounds} rounds, seed ${seed})`, { timeout: 120000 + rounds * 30000 }, async t => {
  const server = await Server.start()
  t.after(() => server.remove())
  const officer = await server.signIn(server.person('officer', 'sapporo'))
  const operator = await server.signIn(server.person('operator', 'provider'))
  const kind = (await server.call('GET', '/v1/case-kinds', { token: officer })).json().items.find(one => one.code === 'inquiry').id
  let running = true
  t.after(() => { running = false })

  // A lost connection or 503 is tried again under the same key, as a browser would.
  async function insist(token, path, body, wanted) {
    const key = randomUUID()
    for (;;) {
      try {
        const reply = await server.call('POST', path, { token, body, key })
        if (reply.status === wanted) return reply.json()
        assert.ok([404, 429, 503].includes(reply.status), `unexpected ${reply.status} ${reply.text}`) // 404: its half is still on the way
      } catch (error) {
        if (error.code === 'ERR_ASSERTION') throw error
      }
      await new Promise(done => setTimeout(done, 20))
    }
  }

  async function see(token, id) {
    const reply = await server.call('GET', `/v1/cases/${id}`, { token })
    return reply.status === 200 ? reply.json() : undefined
  }

  const told = [] // { id, home: [texts], mirror: [texts] }
  async function converse(number) {
    const { id } = await insist(officer, `/v1/case-kinds/${kind}/cases`, { fields: { subject: `問合せ ${number}`, topic: 'use', question: 'どうすればよいですか。' } }, 201)
    const one = { id, home: [], mirror: [] }
    told.push(one)
    for (const text of ['一つ目の追記', '二つ目の追記']) {
      await insist(officer, `/v1/cases/${id}/messages`, { text }, 201)
      one.home.push(text)
    }
    await server.until('the half at the provider', 60000, async () => (await see(operator, id)) !== undefined)
    await insist(operator, `/v1/cases/${id}/messages`, { text: '確認しています。' }, 201)
    one.mirror.push('確認しています。')
    await insist(operator, `/v1/cases/${id}/moves`, { move: 'answer', text: 'こうしてください。' }, 200)
    one.mirror.push('こうしてください。')
    await server.until('the answer', 60000, async () => (await see(officer, id))?.state.code === 'answered')
    await insist(officer, `/v1/cases/${id}/moves`, { move: 'close', text: 'わかりました。' }, 200)
    one.home.push('わかりました。')
  }

  let number = 0, ended = 0
  const load = Array.from({ length: 3 }, async () => {
    while (running) {
      await converse(++number)
      ended++
    }
  })
  const whole = server.processes().length
  for (let round = 0; round < rounds; round++) {
    const before = ended
    await server.until('conversations', 90000, () => ended >= before + 1 + Math.floor(random() * 3))
    await new Promise(done => setTimeout(done, Math.floor(random() * 150))) // somewhere in the middle of the next
    const victims = server.processes().filter(one => one.kind === 'post' || (['core', 'keys'].includes(one.kind) && ['sapporo', 'provider'].includes(one.name)))
    const victim = victims[Math.floor(random() * victims.length)]
    process.kill(victim.pid, 'SIGKILL')
    t.diagnostic(`round ${round}: killed ${victim.kind} ${victim.name} after ${ended} conversations`)
    await server.healed(whole, [victim.pid])
  }
  running = false
  await Promise.all(load)

  for (const one of told) {
    const wanted = one.home.length + one.mirror.length + 1
    await server.until(`both halves of ${one.id}`, 60000, async () => {
      const halves = [await see(officer, one.id), await see(operator, one.id)]
      return halves.every(half => half?.entries.length >= wanted && half.closed_at !== null)
    })
    for (const token of [officer, operator]) {
      const half = await see(token, one.id)
      assert.equal(half.entries.length, wanted, `${one.id}: ${JSON.stringify(half.entries.map(entry => entry.text))}`)
      for (const side of ['home', 'mirror'])
        assert.deepEqual(half.entries.filter(entry => entry.side === side && entry.kind !== 'opening').map(entry => entry.text), one[side], one.id)
      assert.equal(half.state.code, 'closed')
      assert.equal(half.clocks[0].state, 'ended')
    }
    assert.equal((await see(officer, one.id)).clocks[0].ended_at, (await see(operator, one.id)).clocks[0].ended_at)
  }
  t.diagnostic(`${told.length} cases, each entry once on either side`)
  assert.deepEqual(server.trouble(), [])
  await server.stop()
  for (const log of server.verify()) assert.equal(log.genuine, true, JSON.stringify(log))
})
