// Goal: a failed fsync ends the process that asked for it, and nothing after it is acknowledged until the disk syncs again.
import test from 'node:test'
import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Server, programWithInside, put, seeded, today, tomorrow } from './server.mjs'

const seed = Number(process.env.SEKIMORI_SEED ?? randomBytes(4).readUInt32LE())
const random = seeded(seed)

async function startPatched(t) {
  const parent = mkdtempSync(join(tmpdir(), 'sekimori-fault-'))
  chmodSync(parent, 0o755)
  const server = await Server.start(parent, { program: programWithInside(parent) })
  t.after(() => server.remove())
  return server
}

const ends = (server, who) => server.log.split(`${who} ended with status 70`).length - 1

test(`K-27 K-60 core ends on a failed fsync and acknowledges nothing (seed ${seed})`, { timeout: 120000 }, async t => {
  const server = await startPatched(t)
  const guardian = server.person('guardian', 'sapporo')
  const child = `/v1/children/${guardian.children[0]}`
  const token = await server.signIn(guardian)
  const other = server.person('guardian', 'hinoki')
  const otherToken = await server.signIn(other)
  const report = ({ reason, key }) => server.call('POST', `${child}/absences`, { token, key, body: { date: tomorrow(), kind: 'absence', reason } })
  const draft = () => ({ reason: `理由 ${randomUUID()}`, key: randomUUID() })
  const acknowledged = []
  for (let i = 0; i < 1 + Math.floor(random() * 20); i++) {
    const one = draft()
    const reply = await report(one)
    assert.equal(reply.status, 201, reply.text)
    acknowledged.push({ ...one, id: reply.json().id })
  }

  const trigger = join(server.dir, 'sapporo/core/inside')
  put(trigger, 'fsync')
  // Nothing was under way, so from here on every answer must be a refusal, whatever is asked and however often core returns.
  const refused = []
  const answers = {}
  const most = 2 + Math.floor(random() * 3)
  async function ask() {
    for (let turn = 0; ends(server, 'core sapporo') < most; turn++) {
      const one = draft()
      const reply = await (turn % 3 === 2 ? server.call('GET', child, { token }) : report(one)).catch(error => ({ status: error.code ?? 'lost', text: '' }))
      assert.ok(reply.status === 503 || typeof reply.status === 'string', `acknowledged after a failed fsync: ${reply.status} ${reply.text}`)
      assert.ok(!reply.text.includes('birth_date'))
      answers[reply.status] = (answers[reply.status] ?? 0) + 1
      if (turn % 3 !== 2) refused.push(one)
      await new Promise(done => setTimeout(done, 5))
    }
  }
  await Promise.all(Array.from({ length: 4 }, ask))
  assert.equal((await server.call('GET', '/readyz')).status, 503)
  t.diagnostic(`core ended ${ends(server, 'core sapporo')} times with status 70; ${refused.length} reports refused: ${JSON.stringify(answers)}`)
  // The other city never noticed.
  assert.equal(ends(server, 'core hinoki'), 0)
  assert.equal((await server.call('GET', `/v1/children/${other.children[0]}`, { token: otherToken })).status, 200)

  rmSync(trigger)
  await server.ready()
  // Sent again under their keys, each takes effect once, also those whose first attempt may have reached the disk.
  for (const one of refused.slice(-20)) {
    const reply = await report(one)
    assert.equal(reply.status, 201, reply.text)
    acknowledged.push({ ...one, id: reply.json().id })
  }
  const listed = (await server.call('GET', `${child}/absences?limit=200`, { token })).json().items
  for (const { id, reason } of acknowledged) assert.deepEqual(listed.filter(item => item.reason === reason).map(item => item.id), [id])
  assert.deepEqual(server.trouble(), [])
  await server.stop()
  for (const log of server.verify()) assert.equal(log.genuine, true, JSON.stringify(log))
})

test(`K-27 K-60 keys ends on a failed fsync and no key is used that is not on the disk (seed ${seed})`, { timeout: 120000 }, async t => {
  const server = await startPatched(t)
  const principal = server.person('principal', 'sapporo')
  const token = await server.signIn(principal)
  const facility = `/v1/facilities/${principal.facility}`
  const classes = (await server.call('GET', `${facility}/classes`, { token })).json().items
  const enrol = (name, key) => server.call('POST', `${facility}/children`, { token, key,
    body: { name, kana: 'テスト ハナコ', birth_date: `${Number(today().slice(0, 4)) - 4}-05-05`, address: '試験町1', entry_date: tomorrow(), class: classes[0].id } })
  const before = await enrol('試験 前', 'before')
  assert.equal(before.status, 201, before.text)

  const trigger = join(server.dir, 'sapporo/keys/inside')
  put(trigger, 'fsync')
  let refusals = 0
  await server.until('the end of keys', 30000, async () => {
    const reply = await enrol('試験 中', 'during').catch(() => ({ status: 'lost' }))
    if (reply.status === 201) assert.fail('acknowledged without a durable key')
    refusals++
    return ends(server, 'keys sapporo') >= 2
  })
  t.diagnostic(`keys ended ${ends(server, 'keys sapporo')} times with status 70, ${refusals} enrolments refused`)
  rmSync(trigger)
  await server.ready()
  const after = await enrol('試験 中', 'during')
  assert.equal(after.status, 201, after.text)
  const seen = await server.call('GET', `/v1/children/${after.json().id}`, { token })
  assert.equal(seen.json().name, '試験 中')
  const children = []
  for (let cursor = ''; cursor !== null;) {
    const page = (await server.call('GET', `/v1/children?limit=200${cursor}`, { token })).json()
    children.push(...page.items)
    cursor = page.next === null ? null : `&cursor=${page.next}`
  }
  assert.equal(children.filter(one => one.name === '試験 中').length, 1)
  assert.deepEqual(server.trouble(), [])
  await server.stop()
  for (const log of server.verify()) assert.equal(log.genuine, true, JSON.stringify(log))
})
