// Goal: a campaign described in YAML alone starts by itself, reaches everybody once whatever is killed, and holds who is too late until it is done.
import test from 'node:test'
import assert from 'node:assert/strict'
import { appendFileSync, cpSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Server } from './server.mjs'

const KIND = `  - code: key-check
    title: {ja: "鍵の点検", en: "Check of the keys"}
    home: customer
    see: [officer, auditor]
    file: [officer-admin]
    handle: [staff, principal]
    task: confirm
    units:
      - {per: account, by: [staff, principal]}
    due: 20s
    every: 10m
    reminders: [10s]
    escalate: [officer-admin]
    text: {ja: "鍵がすべてそろっていることを確かめてください。", en: "Make sure that all keys are there."}
    fields:
      - {name: keys, ja: "鍵の数", en: "Keys", type: int, min: 1, max: 99, required: "yes"}
    consequence: {do: hold, after: 2s}
`

test('K-37 P-3.10 U-23 a campaign that only a file describes', { timeout: 400000 }, async t => {
  const parent = mkdtempSync(join(tmpdir(), 'sekimori-fault-'))
  const catalog = join(parent, 'catalog-copy')
  cpSync(fileURLToPath(new URL('../../catalog', import.meta.url)), catalog, { recursive: true })
  appendFileSync(join(catalog, 'campaigns.yaml'), KIND)
  const server = await Server.start(parent, { signins: 40, more: ['--catalog', catalog] })
  t.after(() => server.remove())
  const [auditor, staff] = [await server.signIn(server.person('auditor', 'sapporo')), await server.signIn(server.person('staff', 'sapporo'))]
  const call = async (method, path, token, body) => {
    const reply = await server.call(method, path, { token, body })
    assert.ok(reply.status < 300, `${method} ${path}: ${reply.status} ${reply.text}`)
    return reply.json()
  }
  const campaigns = async () => {
    const reply = await server.call('GET', '/v1/campaigns', { token: auditor }).catch(() => undefined)
    return reply?.status === 200 ? reply.json().items.filter(one => one.kind.code === 'key-check') : []
  }
  const tasks = async id => {
    const found = []
    for (let cursor = ''; cursor !== null;) {
      const page = await call('GET', `/v1/campaigns/${id}/tasks?limit=200${cursor}`, auditor)
      found.push(...page.items)
      cursor = page.next === null ? null : `&cursor=${page.next}`
    }
    return found
  }
  const kill = async () => {
    const all = server.processes()
    const cores = all.filter(one => one.kind === 'core').map(one => one.pid)
    for (const pid of cores) process.kill(pid, 'SIGKILL')
    await server.healed(all.length, cores)
  }
  let campaign

  await t.test('it starts by itself, once, and everybody has one task, also when everything is killed meanwhile', async () => {
    await server.until('its start', 60000, async () => (await campaigns()).length > 0)
    await kill()
    await server.until('its tasks', 60000, async () => (await campaigns())[0]?.spread)
    await kill()
    const all = await campaigns()
    assert.equal(all.length, 1)
    campaign = all[0]
    const made = await tasks(campaign.id)
    assert.equal(made.length, campaign.total)
    assert.equal(new Set(made.map(one => one.account.id)).size, made.length, 'nobody has it twice')
    assert.ok(made.length > 4)
  })

  await t.test('whoever is too late does nothing else until it is done', async () => {
    const held = async () => (await server.call('GET', '/v1/children', { token: staff }).catch(() => ({}))).status
    await server.until('the consequence', 90000, async () => await held() === 403)
    const refused = await server.call('GET', '/v1/children', { token: staff })
    assert.match(refused.json().type, /terms-unaccepted$/)
    assert.equal((await server.call('GET', '/v1/campaigns', { token: auditor })).status, 200, 'an auditor has no such task')
    const [mine] = (await call('GET', '/v1/campaigns/tasks/mine', staff)).items.filter(one => one.campaign.id === campaign.id)
    assert.equal(mine.overdue, true)
    assert.equal((await server.call('POST', `/v1/campaign-tasks/${mine.id}/finish`, { token: staff, body: { fields: { keys: 0 } } })).status, 400)
    assert.equal(await held(), 403)
    await call('POST', `/v1/campaign-tasks/${mine.id}/finish`, staff, { fields: { keys: 12 } })
    await server.until('the way to be free', 10000, async () => await held() === 200)
    await kill()
    assert.equal((await tasks(campaign.id)).filter(one => one.state === 'done').length, 1)
  })

  assert.deepEqual(server.trouble(), [])
  await server.stop()
  for (const log of server.verify()) assert.equal(log.genuine, true, JSON.stringify(log))
})
