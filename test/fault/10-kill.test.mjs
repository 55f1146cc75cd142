// Goal: kill -9 of any process but the supervisor, under load, loses no acknowledged write, doubles none, and heals without help.
import test from 'node:test'
import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { Server, seeded, tomorrow } from './server.mjs'

const rounds = Number(process.env.SEKIMORI_ROUNDS ?? 10)
const seed = Number(process.env.SEKIMORI_SEED ?? randomBytes(4).readUInt32LE())
const random = seeded(seed) // the same seed kills the same processes at the same points

test(`K-27 acknowledged writes survive kill -9 (${rounds} rounds, seed ${seed})`, { timeout: 60000 + rounds * 20000 }, async t => {
  const server = await Server.start()
  t.after(() => server.remove())
  const guardians = server.accounts.filter(a => a.role === 'guardian' && a.children.length > 0)
  const writers = []
  for (const guardian of guardians) writers.push({ guardian, token: await server.signIn(guardian) })
  const acknowledged = new Map() // reason → id
  let running = true
  t.after(() => { running = false }) // whatever happens
  let count = 0

  async function write(writer) {
    const reason = `理由 ${randomUUID()}`
    const key = randomUUID()
    const body = { date: tomorrow(), kind: 'absence', reason }
    for (;;) { // a lost connection or 503 is tried again under the same key, as a phone would
      try {
        const reply = await server.call('POST', `/v1/children/${writer.guardian.children[0]}/absences`, { token: writer.token, body, key })
        if (reply.status === 201) {
          acknowledged.set(reason, { id: reply.json().id, writer })
          count++
          return
        }
        assert.ok([429, 503].includes(reply.status), `unexpected ${reply.status} ${reply.text}`)
      } catch (error) {
        if (error.code === 'ERR_ASSERTION') throw error
      }
      await new Promise(done => setTimeout(done, 5))
    }
  }

  const load = Array.from({ length: 16 }, async (_, i) => {
    while (running) await write(writers[i % writers.length])
  })
  const whole = server.processes().length
  const began = Date.now()
  for (let round = 0; round < rounds; round++) {
    const before = count
    await server.until('load', 20000, () => count >= before + 40 + Math.floor(random() * 120))
    const processes = server.processes()
    assert.equal(processes.length, whole)
    const victim = processes[Math.floor(random() * processes.length)]
    process.kill(victim.pid, 'SIGKILL')
    t.diagnostic(`round ${round}: killed ${victim.kind} after ${count} writes`)
    await server.healed(whole, [victim.pid])
  }
  running = false
  await Promise.all(load)
  const rate = count / ((Date.now() - began) / 1000)
  t.diagnostic(`${count} acknowledged writes, ${rate.toFixed(0)}/s`)

  const found = new Map()
  for (const writer of writers) {
    let cursor = ''
    do {
      const page = (await server.call('GET', `/v1/children/${writer.guardian.children[0]}/absences?limit=200${cursor}`, { token: writer.token })).json()
      for (const item of page.items) found.set(item.id, item.reason)
      cursor = page.next === null ? null : `&cursor=${page.next}`
    } while (cursor !== null)
  }
  const reasons = [...found.values()]
  assert.equal(new Set(reasons).size, reasons.length, 'a write was doubled')
  for (const [reason, { id }] of acknowledged) assert.equal(found.get(id), reason, 'an acknowledged write was lost')
  assert.deepEqual(server.trouble(), [])
  await server.stop()
  for (const log of server.verify()) assert.equal(log.genuine, true, JSON.stringify(log))
})
