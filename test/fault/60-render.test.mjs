// Goal: who makes documents may die in the middle of one: that one is refused for now, the next is made, and nobody else notices.
import test from 'node:test'
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { Server } from './server.mjs'

const digest = bytes => createHash('sha256').update(bytes).digest('hex')
const pause = milliseconds => new Promise(done => setTimeout(done, milliseconds))

test('K-26 K-60 kill -9 in the middle of a document', { timeout: 120000 }, async t => {
  const server = await Server.start()
  t.after(() => server.remove())
  const staff = server.person('staff', 'sapporo')
  const token = await server.signIn(staff)
  const { facility } = (await server.call('GET', '/v1/me', { token })).json()
  const path = `/v1/facilities/${facility?.id ?? facility}/morning-list`
  const list = () => server.call('GET', path, { token })
  const renderer = () => server.processes().find(one => one.kind === 'render' && one.name === 'sapporo').pid
  const healed = gone => server.until('a new render process', 20000, () => server.processes().some(one => one.kind === 'render' && one.name === 'sapporo' && one.pid !== gone))

  const first = await list()
  assert.equal(first.status, 200, first.text)
  assert.equal(first.headers['content-type'], 'application/pdf')
  assert.equal(first.headers['content-disposition'], 'attachment; filename="morning-list.pdf"')
  assert.equal(first.headers['x-content-type-options'], 'nosniff')
  assert.equal(first.headers['cache-control'], 'no-store')
  assert.equal(first.bytes.subarray(0, 5).toString(), '%PDF-')

  // Held by the signal, it has the document and does not answer; whether it has it already cannot be seen, so try until it had.
  let refused = 0
  for (let attempt = 1; attempt <= 10 && refused === 0; attempt++) {
    const victim = renderer()
    process.kill(victim, 'SIGSTOP')
    const going = list()
    await pause(50 * attempt)
    // Meanwhile everybody else is served, those who sign in as well.
    assert.equal((await server.call('GET', '/v1/me', { token })).status, 200)
    await server.signIn(staff)
    process.kill(victim, 'SIGKILL')
    const reply = await going
    assert.ok([200, 503].includes(reply.status), reply.text)
    if (reply.status === 503) {
      refused++
      assert.equal(reply.json().type.split('/').at(-1), 'unavailable')
      assert.equal(reply.headers['retry-after'], '1')
      assert.equal(reply.headers['content-disposition'], undefined)
    }
    // It waits for the new process, if it has to.
    assert.equal((await list()).status, 200)
    await healed(victim)
  }
  assert.equal(refused, 1)

  // Dead before anybody asked: nobody hears of it.
  const victim = renderer()
  process.kill(victim, 'SIGKILL')
  await healed(victim)
  const again = await list()
  assert.equal(again.status, 200)

  // Many at once come one after another, each whole.
  const many = await Promise.all(Array.from({ length: 12 }, list))
  assert.deepEqual(many.map(reply => reply.status), Array(12).fill(200))
  for (const reply of many) assert.equal(reply.bytes.subarray(-6).toString().trim(), '%%EOF')
  // The same day gives the same bytes; but for the minute that stands on it.
  assert.ok(new Set(many.map(reply => digest(reply.bytes))).size <= 2)
  await server.stop()
  assert.deepEqual(server.trouble(), [])
  for (const log of server.verify()) assert.equal(log.genuine, true, JSON.stringify(log))
})
