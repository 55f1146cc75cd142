// Goal: no check is there for show. Each passes on the program as it is, on at least one thing; with what it checks taken away
// (test/weak), it fails, and for that reason.
import test from 'node:test'
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Server, program } from './server.mjs'

const weakProgram = join(dirname(program), 'sekimori-weak')
const MINUTE = 60000

/*
 * check, and what stands in the line (what was tried, and what was seen) that fails; weakened by the weakening of its name.
 * city: where it is asked for; only: not run on the whole program, as another check fills its place
 */
const GROUPS = [
  [ // accounts and doors
    ['account-suspension-takes-effect', /open session of a suspended account/],
    ['password-policy-refuses-weak', /refuses nine characters and any missing class/],
    ['lockout-after-failures', /the right password is refused too/],
    ['lockout-setting-within-bounds', /between 3 and 10/],
    ['one-time-code-replay-refused', /refused the second time/],
    ['other-tenant-write-refused', /Changing and deleting another customer's things/],
    ['other-facility-read-refused', /refused the children and pages of facility B/],
    ['anonymous-sees-only-public-pages', /A route answers whoever has not signed in.*ledger\.entries/],
    ['session-idle-expires', /idle past its limit/, 'hinoki'],
    ['tls-only-cryptrec-suites', /suite outside the list is refused.*TLS 1\.2: accepted/],
  ],
  [ // what is read, and by whom
    ['guardian-other-child-refused', /another child of the same class/],
    ['organisation-history-other-refused', /returns nothing of it/],
    ['other-tenant-read-refused', /Reading another customer's things/],
    ['privileged-grant-needs-second-person', /applicant cannot approve/],
    ['setting-change-warning-shown', /answered with its impact/],
    ['proof-package-verifies', /entry is included under that head/],
    ['proof-readable-by-auditor', /page does not open, or lacks something/],
    ['requirement-without-control-none', /leads to nothing/],
    ['deleted-account-residue-none', /remain in storage/],
  ],
  [ // who issues, who signs in, who confirms
    ['guardian-issue-other-facility-refused', /refused issuing a guardian's account/],
    ['guardian-self-registration-refused', /can neither register nor sign in/],
    ['guardian-other-facility-refused', /refused the pages and children of another facility/],
    ['privileged-password-only-refused', /no session with the right password alone/],
    ['setting-change-needs-second-person', /filed as a change that waits/],
    ['critical-operation-unconfirmed-refused', /refused without its confirmation/],
  ],
  [ // roles, values
    ['role-table-denies-unlisted', /differs from the access policy.*staff-a child\.change/],
    ['setting-invalid-value-refused', /outside its range is refused in the contract/],
    ['setting-rollback-restores', /behaves as the changed setting says/],
  ],
  [ // what is done and not written down: rows that the record does not know, so nothing is started on them again
    ['account-transitions-recorded', /exactly those steps/],
    ['event-kind-silent-none', /An event of each kind.*operation -/],
    ['organisation-history-complete', /An edit appears/],
  ],
].map(group => group.map(([check, line, city = 'sapporo']) => ({ check, line, city })))

const VIEWERS = ['auditor', 'officer', 'officer-admin']

async function start(t) {
  assert.ok(existsSync(weakProgram), `${weakProgram} is built with the sanitizers`)
  process.env.SEKIMORI_WEAK = 'hurry'
  const server = await Server.start(undefined, { program: weakProgram })
  t.after(() => server.remove())
  t.after(() => { delete process.env.SEKIMORI_WEAK })
  server.viewers = {}
  for (const city of ['sapporo', 'hinoki']) {
    const viewer = server.accounts.find(one => one.customer === city && VIEWERS.includes(one.role))
    server.viewers[city] = await server.signIn(viewer)
  }
  return server
}

async function weaken(server, names) {
  await server.stop()
  process.env.SEKIMORI_WEAK = ['hurry', ...names].join(',')
  await server.run()
}

const see = async (server, city, check) => {
  const reply = await server.call('GET', `/v1/checks/${check}`, { token: server.viewers[city] })
  assert.equal(reply.status, 200, `${check}: ${reply.text}`)
  return reply.json()
}

// Asks for all of them and waits until each has a result of its own.
async function run(server, rows) {
  const before = new Map()
  for (const { check, city } of rows) {
    before.set(check, (await see(server, city, check)).last_at)
    await server.until(`${check} being taken`, 20000, async () => { // not within five seconds of its last run
      const reply = await server.call('POST', `/v1/checks/${check}/run`, { token: server.viewers[city], body: {} })
      assert.ok([202, 409].includes(reply.status), `${check}: ${reply.text}`)
      return reply.status === 202
    })
  }
  const results = new Map()
  await server.until('a result of every check', 3 * MINUTE, async () => {
    for (const { check, city } of rows) {
      if (results.has(check)) continue
      const now = await see(server, city, check)
      if (now.last_at && now.last_at !== before.get(check)) results.set(check, now)
    }
    return results.size === rows.length
  })
  return results
}

const lines = result => result.steps.filter(step => !step.ok).map(step => `${step.en} [${step.seen}]`)

test('K-27 each check passes on the program, and fails when what it checks is taken away', { timeout: 8 * MINUTE }, async t => {
  const server = await start(t)
  await t.test('all of them pass on the program as it is, each on something', async () => {
    const rows = GROUPS.flat()
    const findings = []
    for (const [check, result] of await run(server, rows))
      if (result.state !== 'passed' || !(result.objects >= 1)) findings.push(`${check} ${result.state} on ${result.objects}: ${lines(result).join('; ')}`)
    assert.deepEqual(findings, [])
  })
  const weakened = group =>
    t.test(`weakened: ${group.map(row => row.check).join(', ')}`, async () => {
      const findings = []
      await weaken(server, group.map(row => row.check))
      const results = await run(server, group)
      for (const { check, line } of group) {
        const { state, steps } = results.get(check)
        if (state !== 'failed' || !lines({ steps }).some(text => line.test(text))) findings.push(`${check} ${state}: ${lines({ steps }).join('; ')}`)
      }
      assert.deepEqual(findings, [])
    })
  for (const group of GROUPS.slice(0, -1)) await weakened(group)
  await t.test('a result that is too old is noticed', async () => {
    await weaken(server, ['proof-not-stale'])
    const stale = { check: 'proof-not-stale', city: 'hinoki' }
    await run(server, [{ check: 'lockout-setting-within-bounds', city: 'hinoki' }])
    const { state, steps } = (await run(server, [stale])).get(stale.check)
    assert.equal(state, 'failed')
    assert.match(lines({ steps }).join('\n'), /older than twice its interval.*lockout-setting-within-bounds/)
    await weaken(server, [])
    await run(server, [{ check: 'lockout-setting-within-bounds', city: 'hinoki' }])
    assert.equal((await run(server, [stale])).get(stale.check).state, 'passed')
  })
  await weakened(GROUPS.at(-1))
})

test('a weakening that does not exist stops the program', { timeout: MINUTE }, async () => {
  process.env.SEKIMORI_WEAK = 'nothing-of-this-name'
  await assert.rejects(Server.start(undefined, { program: weakProgram }), /no such weakening/)
  delete process.env.SEKIMORI_WEAK
})
