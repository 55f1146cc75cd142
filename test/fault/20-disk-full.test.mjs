// Goal: with the disk full nothing is acknowledged, no personal data leaves, /readyz fails; service returns when space does.
import test from 'node:test'
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, openSync, writeSync, closeSync, unlinkSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Server, root, tomorrow } from './server.mjs'

test('K-27 a full disk stops answers, not the service', { skip: !root && 'needs root to mount a small disk', timeout: 120000 }, async t => {
  const disk = mkdtempSync(join(tmpdir(), 'sekimori-disk-'))
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=96m,mode=755', 'tmpfs', disk], { stdio: 'inherit' }).status !== 0) {
    rmdirSync(disk)
    return t.skip('this root may not mount a small disk')
  }
  t.after(() => { execFileSync('umount', ['-l', disk]); rmdirSync(disk) })
  const server = await Server.start(disk)
  t.after(() => server.stop())
  const guardian = server.accounts.find(a => a.role === 'guardian' && a.children.length > 0)
  const token = await server.signIn(guardian)
  const child = `/v1/children/${guardian.children[0]}`
  const report = reason => server.call('POST', `${child}/absences`, { token, body: { date: tomorrow(), kind: 'absence', reason } })
  assert.equal((await report('満杯の前')).status, 201)

  const filler = join(disk, 'filler')
  const file = openSync(filler, 'w')
  try { for (;;) writeSync(file, Buffer.alloc(1 << 16)) } catch (error) { assert.equal(error.code, 'ENOSPC') }
  try { for (;;) writeSync(file, Buffer.alloc(512)) } catch (error) { assert.equal(error.code, 'ENOSPC') }
  closeSync(file)

  // Space already inside the database files may serve a few more commits; then nothing is acknowledged.
  let acknowledged = 1
  await server.until('the first refusal', 60000, async () => {
    const reply = await report(`満杯 ${acknowledged}`)
    if (reply.status === 201) { acknowledged++; return false }
    assert.equal(reply.status, 503, reply.text)
    return true
  })
  // The event of a read is smaller than a report: some may still find room.
  let read
  await server.until('the first refused read', 60000, async () => (read = await server.call('GET', child, { token })).status !== 200)
  assert.equal(read.status, 503)
  assert.ok(!read.text.includes('birth_date'), 'personal data left without its event')
  assert.equal((await server.call('GET', '/readyz')).status, 503)

  unlinkSync(filler)
  await server.until('service', 30000, async () => (await server.call('GET', '/readyz')).status === 200)
  assert.equal((await server.call('GET', child, { token })).status, 200)
  assert.equal((await report('満杯の後')).status, 201)
  const listed = []
  for (let cursor = ''; cursor !== null;) {
    const page = (await server.call('GET', `${child}/absences?limit=200${cursor}`, { token })).json()
    listed.push(...page.items.map(item => item.reason))
    cursor = page.next ? `&cursor=${page.next}` : null
  }
  assert.equal(listed.filter(reason => reason.startsWith('満杯')).length, acknowledged + 1, 'refused reports left something behind')
  assert.deepEqual(server.trouble(), [])
  await server.stop()
  for (const log of server.verify()) assert.equal(log.genuine, true, JSON.stringify(log))
})
