// Goal: mail and webhooks reach real receivers over TLS, once or more but always with the same id, whatever dies meanwhile; nothing goes to
// whom the certificate does not vouch for, and nothing above what may be told.
import test from 'node:test'
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHmac, randomBytes } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Server, freePort, program, seeded } from './server.mjs'
import { HookServer, MailServer, certify } from './receivers.mjs'

const rounds = Number(process.env.SEKIMORI_ROUNDS ?? 10)
const seed = Number(process.env.SEKIMORI_SEED ?? randomBytes(4).readUInt32LE())
const random = seeded(seed)

const folder = mkdtempSync(join(tmpdir(), 'sekimori-letters-'))
const catalog = join(folder, 'catalog')
cpSync(fileURLToPath(new URL('../../catalog', import.meta.url)), catalog, { recursive: true })
// Tried again after a second, so that the test need not wait for minutes.
writeFileSync(join(catalog, 'letters.yaml'), readFileSync(join(catalog, 'letters.yaml'), 'utf8')
  .replace(/^mail: .*$/m, 'mail: {first: 1s, longest: 2s, give_up: 3d}').replace(/^webhook: .*$/m, 'webhook: {first: 1s, longest: 2s, give_up: 3d}'))

const own = certify(folder)
const foreign = certify(folder, 'foreign')
const [mailPort, hookPort, strangePort] = [await freePort(), await freePort(), await freePort()]

const server = await Server.start(undefined, { signins: 60, more: [
  '--catalog', catalog, '--relay', `smtp://127.0.0.1:${mailPort}`, '--relay-ca', own.ca, '--mail-from', 'no-reply@sekimori.example', '--allow', `127.0.0.1:${hookPort}`,
] })
let mail
let hooks
test.after(async () => { await mail?.stop(); await hooks?.stop(); await server.remove() })

const admin = server.person('officer-admin', 'sapporo')
const token = await server.signIn(admin)
const letters = async (query = '') => (await server.call('GET', `/v1/letters?limit=200${query}`, { token })).json().items
const attempt = () => server.call('POST', '/v1/letters/try', { token, body: {} })
const newest = async () => (await letters('&channel=mail'))[0]
const settled = async (id, state) => {
  let found
  await server.until(`letter ${id} to be ${state}`, 20000, async () => { found = (await letters()).find(l => l.id === id); return found?.state === state })
  return found
}

test('K-1 a mail waits while the relay is down, and says why', async () => {
  assert.equal((await attempt()).status, 204)
  await server.until('an attempt', 15000, async () => (await newest()).attempts > 0)
  const letter = await newest()
  assert.equal(letter.state, 'waiting')
  assert.match(letter.error, /connect/i)
  assert.match(letter.to, /^.\*\*\*@sapporo\.example$/, 'the address is not masked')
})

test('K-1 the certificate of the relay is checked before anything is said', async () => {
  const impostor = await MailServer.start(mailPort, foreign)
  const before = (await newest()).attempts
  await server.until('another attempt', 30000, async () => (await newest()).attempts > before)
  assert.match((await newest()).error, /certificate/i)
  assert.equal(impostor.mails.length, 0)
  await impostor.stop()
})

test('K-1 a mail arrives over TLS, in both languages, with its id, a return address of its own and DSN', async () => {
  mail = await MailServer.start(mailPort, own)
  const { id } = await newest()
  const letter = await settled(id, 'sent')
  assert.notEqual(letter.sent_at, null)
  assert.equal(mail.mails.length, 1)
  const [one] = mail.mails
  assert.equal(one.tls, true)
  assert.equal(one.from, `no-reply+sapporo.${id}@sekimori.example`)
  assert.deepEqual(one.to, [`${admin.login.split('@')[0]}@sapporo.example`])
  assert.deepEqual(one.mail, ['RET=HDRS', `ENVID=<${id}>`])
  assert.deepEqual(one.rcpt, ['NOTIFY=FAILURE,DELAY', `ORCPT=rfc822;<${one.to[0]}>`])
  const [head, body] = one.data.split('\r\n\r\n')
  const headers = Object.fromEntries(head.replace(/\r\n /g, ' ').split('\r\n').map(line => [line.split(': ')[0], line.slice(line.indexOf(': ') + 2)]))
  assert.equal(headers['Message-ID'], `<${id}@sekimori.example>`)
  assert.equal(headers['Auto-Submitted'], 'auto-generated')
  const subject = headers.Subject.split(' ').map(word => Buffer.from(word.match(/^=\?UTF-8\?B\?(.*)\?=$/)[1], 'base64').toString()).join('')
  assert.match(subject, /^【試し】.* \/ Trial: letters arrive$/)
  assert.match(Buffer.from(body, 'base64').toString(), /届くことを確かめる[^]*arrive[^]*札幌/)
})

test('K-1 what the relay refuses for now is tried again, what it refuses for good is not', async () => {
  for (const [mode, state, error] of [['later', 'waiting', /^451/], ['late', 'waiting', /^451/], ['closed', 'waiting', /^421/], ['refuse', 'failed', /^550/]]) {
    await mail.mode(mode)
    const before = mail.mails.length
    await attempt()
    const { id } = await newest()
    await server.until(`an attempt while ${mode}`, 30000, async () => (await letters()).find(l => l.id === id).attempts > 0)
    const letter = (await letters()).find(l => l.id === id)
    assert.equal(letter.state, state, mode)
    assert.match(letter.error, error)
    assert.ok(!letter.error.includes('@'), 'an address stands in the list')
    await mail.mode('accept')
    if (state === 'waiting') await settled(id, 'sent')
    assert.equal(mail.mails.length, before + (state === 'waiting' ? 1 : 0))
    if (state === 'failed') { // until somebody says so
      assert.equal((await server.call('POST', `/v1/letters/${id}/retry`, { token, body: {} })).status, 204)
      await settled(id, 'sent')
    }
  }
})

test('K-1 a webhook is signed, goes where it may alone, follows nobody, and is approved by a second person', async () => {
  hooks = await HookServer.start(hookPort, own)
  const second = await server.signIn(server.accounts.filter(a => a.role === 'officer-admin' && a.customer === 'sapporo')[1] ?? admin)
  const file = (url, letters = 'trial') => server.call('POST', '/v1/targets', { token, body: { title: '市の台帳', url, letters } })
  const approve = (target, by) => server.call('POST', `/v1/targets/${target}/approve`, { token: by, body: {} })
  for (const url of [`http://127.0.0.1:${hookPort}/`, `https://a@127.0.0.1:${hookPort}/`, `https://127.0.0.1:${hookPort}/#x`, 'file:///etc/passwd'])
    assert.equal((await file(url)).status, 400, url)
  assert.equal((await file(`https://127.0.0.1:${hookPort}/in`, 'no-such-letter')).status, 400)
  for (const url of [`https://127.0.0.1:${strangePort}/`, `https://localhost:${hookPort}/`, 'https://example.com/']) { // not on the list
    const { target } = (await file(url)).json()
    assert.equal((await approve(target.id, second)).status, 409, url)
  }
  const made = (await file(`https://127.0.0.1:${hookPort}/in?x=1`)).json()
  assert.match(made.secret, /^[0-9a-f]{64}$/)
  assert.ok(!(await server.call('GET', '/v1/targets', { token })).text.includes(made.secret), 'the secret is shown once')
  await attempt()
  assert.equal((await approve(made.target.id, token)).status, 403, 'who files does not approve')
  assert.equal((await letters('&channel=webhook')).length, 0, 'not before it is approved')
  assert.equal((await approve(made.target.id, second)).status, 204)

  await attempt()
  const [{ id }] = await letters('&channel=webhook')
  await settled(id, 'delivered')
  assert.equal(hooks.calls.length, 1)
  const [call] = hooks.calls
  const { t, v1 } = Object.fromEntries(call.headers['sekimori-signature'].split(',').map(part => part.split('=')))
  assert.equal(v1, createHmac('sha256', Buffer.from(made.secret, 'hex')).update(`${t}.${call.body}`).digest('hex'))
  assert.equal(call.headers['sekimori-letter'], id)
  assert.equal(call.url, '/in?x=1')
  const told = JSON.parse(call.body)
  assert.deepEqual([told.id, told.letter], [id, 'trial'])
  assert.match(told.subject.ja, /試し/)

  // A redirect is not followed, a failure is tried again, an answer without end is cut off, 410 ends it.
  for (const [answer, error] of [
    [(request, response) => response.writeHead(307, { location: `https://127.0.0.1:${hookPort}/elsewhere` }).end(), /HTTP 307/],
    [(request, response) => response.writeHead(500).end(), /HTTP 500/],
    [(request, response) => { response.writeHead(200); response.end(Buffer.alloc(1 << 20)) }, /./],
  ]) {
    hooks.answer = answer
    await attempt()
    const [{ id }] = await letters('&channel=webhook')
    await server.until('an attempt', 20000, async () => (await letters()).find(l => l.id === id).attempts > 0)
    assert.match((await letters()).find(l => l.id === id).error, error)
    hooks.answer = (request, response) => response.writeHead(204).end()
    await settled(id, 'delivered')
  }
  assert.ok(!hooks.calls.some(one => one.url === '/elsewhere'))
  hooks.answer = (request, response) => response.writeHead(410).end()
  await attempt()
  const [last] = await letters('&channel=webhook')
  await settled(last.id, 'failed')
  assert.equal((await server.call('POST', `/v1/targets/${made.target.id}/end`, { token, body: {} })).status, 204)
})

// As a mail server does it: the whole mail on standard input.
test('K-1 a mail that comes back is marked on its letter, by its own return address alone', async () => {
  await attempt()
  const { id } = await newest()
  await settled(id, 'sent')
  const hand = text => spawnSync(program, ['bounce', '--dir', server.dir], { input: text }).status
  const report = (to, action = 'failed') => `From: MAILER-DAEMON@relay.example\r\nTo: <${to}>\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n` +
    `--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.example\r\n\r\n` +
    `Final-Recipient: rfc822; x@sapporo.example\r\nAction: ${action}\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 nobody\r\n\r\n--b--\r\n`
  assert.equal(hand(''), 1)
  assert.equal(hand('To: someone@example.jp\r\n\r\nhello'), 1)
  assert.equal(hand(report('no-reply@sekimori.example')), 1)
  assert.equal(hand(report(`no-reply+nowhere.${id}@sekimori.example`)), 1)
  assert.equal(hand(report(`no-reply+sapporo.${id}@sekimori.example`, 'delayed')), 0)
  assert.equal(hand(report(`no-reply+hinoki.${id}@sekimori.example`)), 0) // another city knows no such letter
  assert.equal((await letters()).find(l => l.id === id).state, 'sent')
  assert.equal(hand(report(`no-reply+sapporo.${id}@sekimori.example`)), 0)
  assert.match((await settled(id, 'bounced')).error, /^5\.1\.1/)
})

// Of accounts and letters of one city, by kill -9 at any point.
test(`K-1 no letter is lost, none comes twice with another id, whatever is killed (${rounds} rounds, seed ${seed})`, { timeout: 60000 + rounds * 15000 }, async t => {
  await server.until('all that was sent before', 20000, async () => (await letters('&channel=mail&state=waiting')).length === 0)
  const expected = new Set((await letters('&channel=mail')).map(l => l.id))
  const whole = server.processes().length
  mail.mails.length = 0
  const put = new Set()
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < 3; i++) await attempt()
    for (const letter of await letters('&channel=mail')) if (!expected.has(letter.id)) put.add(letter.id)
    await new Promise(done => setTimeout(done, Math.floor(random() * 700))) // the point at which it dies
    const victims = server.processes().filter(p => p.kind === 'courier' || (p.kind === 'core' && p.name === 'sapporo'))
    const victim = victims[Math.floor(random() * victims.length)]
    process.kill(victim.pid, 'SIGKILL')
    t.diagnostic(`round ${round}: killed ${victim.kind}`)
    await server.healed(whole, [victim.pid])
  }
  await server.until('all letters', 60000, async () => (await letters('&channel=mail&state=waiting')).length === 0)
  const counts = mail.counts()
  assert.equal(put.size, rounds * 3)
  for (const id of put) assert.ok(counts.get(id)?.times >= 1, `letter ${id} was lost`)
  for (const [id, { to }] of counts) {
    assert.ok(put.has(id), `letter ${id} is none of ours`)
    assert.equal(to, `${admin.login.split('@')[0]}@sapporo.example`)
  }
  t.diagnostic(`${[...counts.values()].filter(c => c.times > 1).length} of ${counts.size} came more than once`)
  assert.deepEqual(server.trouble(), [])
})
