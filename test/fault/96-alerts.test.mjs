// Goal: whatever is killed while the record is read, people are reminded and copies travel: every event is counted once by its alert, every
// reminder, overdue and escalation happens once, and whoever receives the copy has one alert of it.
import test from 'node:test'
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { appendFileSync, cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Server, seeded } from './server.mjs'

const REQUESTS = 5      // with a time limit each
const LIMIT_S = 50      // of a request: reminded at 50 % and 80 %
const KILLS_MS = 75_000 // so long something is killed every few seconds

// The rules as they are, one more, and a shorter time limit.
function catalogue(parent) {
  const folder = join(parent, 'rules')
  cpSync(fileURLToPath(new URL('../../catalog', import.meta.url)), folder, { recursive: true })
  appendFileSync(join(folder, 'alerts.yaml'), `  - code: door-knocks
    title: {ja: "サインインの失敗", en: "Refused sign-ins"}
    home: each
    see: [officer-admin, operator, operator-admin]
    handle: [operator, operator-admin]
    severity: warning
    words: {ja: "サインインの失敗が{count}件ありました。", en: "{count} sign-ins were refused."}
    on: {operation: [session.create], outcome: refused}
    handle_within: 40s
    escalate: [operator-admin]
    after: 15s
    mail: yes
    to_provider: yes
    report_within: 1h
`)
  const cases = join(folder, 'cases.yaml')
  const text = readFileSync(cases, 'utf8')
  assert.ok(text.includes('target: 30d'))
  writeFileSync(cases, text.replace('target: 30d', `target: ${LIMIT_S}s`))
  return folder
}

test('K-39 P-7.1 kill -9 in the middle of scanning, reminding and posting', { timeout: 420_000 }, async t => {
  const seed = Number(process.env.SEKIMORI_SEED ?? Date.now() % 100_000)
  t.diagnostic(`SEKIMORI_SEED=${seed}`)
  const random = seeded(seed)
  const parent = mkdtempSync(join(tmpdir(), 'sekimori-fault-'))
  const server = await Server.start(parent, { more: ['--catalog', catalogue(parent)], signins: 40 })
  t.after(() => server.remove())
  const admin = await server.signIn(server.person('officer-admin', 'sapporo'))
  const auditor = await server.signIn(server.person('auditor', 'sapporo'))
  const sql = (customer, words) => execFileSync('sqlite3', ['-bail', '-cmd', '.timeout 5000', join(server.dir, customer, 'core/data.db'), words], { encoding: 'utf8' }).trim()
  const numbers = (customer, words) => sql(customer, words).split('\n').filter(Boolean).map(line => line.split('|').map(Number))
  const described = (kind, code) => `(SELECT id FROM description WHERE code = '${code}' AND kind = (SELECT kind FROM description WHERE code = '${kind}'))`
  const alerts = code => described('lockouts-in-series', code)
  // A call that is repeated until it is answered by somebody who lives.
  const ask = async (method, path, token, body) => {
    let reply
    await server.until(`${method} ${path}`, 30_000, async () => {
      reply = await server.call(method, path, { token, body }).catch(() => ({ status: 0 }))
      return reply.status !== 0 && reply.status !== 503
    })
    return reply
  }
  // What the record says of refused sign-ins since the first look.
  const refused = async from => {
    let count = 0
    for (let cursor = ''; ;) {
      const page = (await ask('GET', `/v1/events?operation=session.create&limit=200${cursor}`, auditor)).json()
      const fresh = page.items.filter(one => one.index >= from)
      count += fresh.filter(one => one.outcome >= 400).length
      if (!page.next || fresh.length < page.items.length) return count
      cursor = `&cursor=${page.next}`
    }
  }

  await server.until('the first look', 20_000, async () => sql('sapporo', "SELECT position FROM job_place WHERE code = 'alert.scan-step'") !== '')
  const from = Number(sql('sapporo', "SELECT position FROM job_place WHERE code = 'alert.scan-step'"))

  const kinds = (await ask('GET', '/v1/case-kinds', admin)).json().items
  const kind = kinds.find(one => one.code === 'data-request').id
  const ids = new Set()
  for (let i = 0; i < REQUESTS; i++) {
    const reply = await ask('POST', `/v1/case-kinds/${kind}/cases`, admin, { fields: { kind: 'disclosure', whose: `子${i}`, what: '記録を見たい' } })
    assert.equal(reply.status, 201, reply.text)
    ids.add(reply.json().id)
  }

  // Strangers knock while what works on it is killed.
  const ends = Date.now() + KILLS_MS
  const all = server.processes().length
  let knocks = 0, kills = 0
  const knocking = (async () => {
    while (Date.now() < ends) {
      await server.call('POST', '/v1/session', { body: { login: `nobody${knocks}@sapporo`, password: 'Chigau-Kagi_11' } }).catch(() => {})
      knocks++
      await new Promise(done => setTimeout(done, 300))
    }
  })()
  while (Date.now() < ends) {
    await new Promise(done => setTimeout(done, 1500 + random() * 4000))
    const victims = server.processes().filter(one => (one.kind === 'core' && ['sapporo', 'provider'].includes(one.name)) || one.kind === 'post')
    if (victims.length === 0) continue
    try { process.kill(victims[Math.floor(random() * victims.length)].pid, 'SIGKILL'); kills++ } catch { /* it has just ended */ }
  }
  await knocking
  await server.until('healing', 40_000, async () => server.processes().length === all && (await server.call('GET', '/readyz')).status === 200)
  t.diagnostic(`${knocks} knocks, ${kills} kills`)
  assert.ok(kills > 8 && knocks > 20)

  await t.test('K-39 every refused sign-in of the record is counted once, on one alert', async () => {
    let count
    await server.until('the counts', 60_000, async () => {
      count = numbers('sapporo', `SELECT count, ref FROM alert WHERE description = ${alerts('door-knocks')} AND origin = ''`)
      return count.length === 1 && count[0][0] === await refused(from)
    })
    assert.equal(count.length, 1)
  })

  await t.test('P-7.1 the provider has one copy of it, one letter about it, one escalation, one overdue', async () => {
    let copy
    const letters = template => numbers('provider', `SELECT COUNT(*) FROM letter WHERE kind = '${template}' AND parent IS NULL AND object =
      (SELECT id FROM alert WHERE description = ${alerts('door-knocks')} AND origin = 'sapporo')`)[0][0]
    await server.until('the copy', 60_000, async () => {
      copy = numbers('provider', `SELECT count FROM alert WHERE description = ${alerts('door-knocks')} AND origin = 'sapporo'`)
      return copy.length === 1 && letters('todo-overdue') > 0
    })
    const sent = numbers('sapporo', `SELECT edition, state FROM letter WHERE channel = 2 AND kind = 'alert' AND object = (SELECT id FROM alert WHERE description = ${alerts('door-knocks')})`)
    assert.ok(sent.length > 1 && sent.every(([, state]) => state === 2), `every copy has arrived: ${JSON.stringify(sent)}`)
    assert.equal(new Set(sent.map(([edition]) => edition)).size, sent.length)
    assert.deepEqual([letters('alert'), letters('todo-escalation'), letters('todo-overdue')], [1, 1, 1])
  })

  await t.test('K-39 every time limit was reminded of, passed and escalated once', async () => {
    await server.until('all of them are overdue', 60_000, async () =>
      numbers('sapporo', "SELECT COUNT(*) FROM todo WHERE object_kind = 'casefile' AND stage = 2 AND escalated_at IS NOT NULL")[0][0] >= REQUESTS)
    const told = code => numbers('sapporo', `SELECT count FROM alert WHERE description = ${alerts(code)} AND origin = ''`).map(([count]) => count)
    assert.deepEqual(told('time-limit-passed'), Array(REQUESTS).fill(1), 'each has passed once')
    const near = told('time-limit-near')
    assert.equal(near.length, REQUESTS)
    // Two reminders each; while nothing ran, one for both.
    assert.ok(near.every(count => count >= 1 && count <= 2), JSON.stringify(near))
    assert.equal(numbers('sapporo', "SELECT COUNT(*) FROM todo WHERE kind <> 'alert-handle' AND object_kind = 'casefile' AND state = 0 GROUP BY object, kind").every(([count]) => count === 1), true)
  })

  await t.test('S-51 the provider judges its copy and reports; the customer reads the report on its own alert', async () => {
    const operator = await server.signIn(server.person('operator'))
    const of = async (token, origin) => (await ask('GET', '/v1/alerts?limit=200', token)).json().items.find(one => one.rule.code === 'door-knocks' && one.origin === origin)
    const copy = await of(operator, 'sapporo')
    assert.equal((await of(admin, '')).state, 'open')
    const judge = body => ask('POST', `/v1/alerts/${copy.id}/judge`, operator, body)
    const silent = await judge({ judgement: 'abnormal', note: '内部の記録' })
    assert.equal(silent.status, 400)
    assert.deepEqual(silent.json().errors.map(one => one.field), ['report'])
    assert.equal((await judge({ judgement: 'abnormal', note: '内部の記録', report: '総当たりを止めました。' })).json().state, 'judged')
    let mine
    await server.until('the report', 30_000, async () => (mine = await of(admin, '')).state === 'judged')
    const whole = (await ask('GET', `/v1/alerts/${mine.id}`, admin)).json()
    assert.equal(whole.report, '総当たりを止めました。')
    assert.equal(whole.judgement, 'abnormal')
    assert.equal(whole.note, '', 'what the provider notes for itself stays there')
    assert.ok(Date.parse(whole.reported_at) <= Date.parse(whole.report_by))
    assert.equal((await ask('POST', `/v1/alerts/${copy.id}/close`, operator, {})).json().state, 'closed')
    await server.until('the end', 30_000, async () => (await of(admin, '')).state === 'closed')
  })

  assert.deepEqual(server.trouble(), [])
  await server.stop()
  for (const log of server.verify()) assert.equal(log.genuine, true, JSON.stringify(log))
})
