// Measures a demo server as ratios to nginx serving a static 300-byte JSON over TLS, alternating on the same two cores.
//   bench/run build/sekimori [seconds per round, default 5]
// ONLY=S1,storm leaves out the rest.
// R1 read of one child, W1 absence report, L1 class board of 30, M1 reports while 10,000 children are imported, S1 sign-ins, storm of
// wrong sign-ins, C1 the checks, V1 ledger verification, start, memory, disk.
import { spawn, execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import https from 'node:https'

import { Codes } from '../test/factor.mjs'

const program = process.argv[2] ?? 'build/sekimori'
const seconds = Number(process.argv[3] ?? 5)
const dir = mkdtempSync(join(tmpdir(), 'sekimori-bench-'))
const port = 18443
const nginxPort = 18444
const base = `https://127.0.0.1:${port}`
const agent = new https.Agent({ rejectUnauthorized: false, keepAlive: true, maxSockets: 16 })
const figures = {}
const wanted = name => process.env.ONLY === undefined || process.env.ONLY.split(',').includes(name)

function call(method, path, { token, body, confirm, through = agent } = {}) {
  return new Promise((resolve, reject) => {
    const request = https.request(base + path, {
      method, agent: through,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(confirm === undefined ? {} : { confirm }),
      },
    }, response => {
      const parts = []
      response.on('data', part => parts.push(part))
      response.on('end', () => {
        const text = Buffer.concat(parts).toString()
        const cookie = response.headers['set-cookie']?.[0]?.match(/__Host-sid=([^;]+)/)?.[1]
        resolve({ status: response.statusCode, cookie, text, json: () => JSON.parse(text) })
      })
    })
    request.on('error', reject)
    request.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

async function until(what, milliseconds, probe) {
  const end = Date.now() + milliseconds
  for (;;) {
    try { if (await probe()) return } catch { /* not yet */ }
    if (Date.now() > end) throw new Error(`${what} did not happen within ${milliseconds} ms`)
    await new Promise(done => setTimeout(done, 5))
  }
}

function startServer() {
  const child = spawn(program, ['demo', '--dir', join(dir, 'demo'), '--port', String(port), '--accounts', join(dir, 'accounts.json'), '--checks', 'on-demand'],
    { stdio: ['ignore', 'ignore', 'inherit'] })
  return child
}

function family(pid) {
  let children = []
  try { children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/).filter(Boolean) } catch { /* it has ended */ }
  return [String(pid), ...children.flatMap(child => family(child))]
}

// The processes hide their memory from their own user: only root can see it.
function memoryMiB(pid) {
  if (process.getuid() !== 0) return NaN
  let kib = 0
  for (const each of family(pid)) {
    const match = readFileSync(`/proc/${each}/smaps_rollup`, 'utf8').match(/^Pss:\s+(\d+)/m)
    kib += Number(match[1])
  }
  return kib / 1024
}

// Processor time of all processes so far, those that have ended too; a clock tick is 10 ms.
function processorMs(pid) {
  return family(pid).reduce((sum, each) => {
    let words
    try { words = readFileSync(`/proc/${each}/stat`, 'utf8').split(') ').pop().split(' ') } catch { return sum } // it has ended
    return sum + words.slice(11, 15).reduce((ticks, word) => ticks + Number(word), 0) * 10
  }, 0)
}

function diskBytes(path) {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.size
  return readdirSync(path).reduce((sum, name) => sum + diskBytes(join(path, name)), 0)
}

function startNginx() {
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1', '-subj', '/CN=localhost',
    '-keyout', join(dir, 'n.key'), '-out', join(dir, 'n.crt')], { stdio: 'ignore' })
  writeFileSync(join(dir, 'static.json'), JSON.stringify({ text: 'x'.repeat(287) }))
  writeFileSync(join(dir, 'nginx.conf'), `
${process.getuid() === 0 ? "user root;" : ""} daemon off; pid ${dir}/nginx.pid; error_log ${dir}/nginx.log; worker_processes 2;
events { worker_connections 2048; }
http { access_log off; keepalive_requests 100000000; types { application/json json; }
  server { listen 127.0.0.1:${nginxPort} ssl; ssl_certificate ${dir}/n.crt; ssl_certificate_key ${dir}/n.key;
    ssl_protocols TLSv1.3; root ${dir}; } }`)
  return spawn('nginx', ['-p', dir, '-c', join(dir, 'nginx.conf')], { stdio: 'ignore' })
}

function wrk(url, connections, { token, body } = {}) {
  const script = join(dir, 'wrk.lua')
  writeFileSync(script, `
wrk.method = ${JSON.stringify(body === undefined ? 'GET' : 'POST')}
${token === undefined ? '' : `wrk.headers["Authorization"] = "Bearer ${token}"`}
${body === undefined ? '' : `wrk.headers["Content-Type"] = "application/json"\nwrk.body = ${JSON.stringify(body)}`}
done = function(summary, latency, requests)
  io.write(string.format("RESULT %d %d %d %d %d\\n", summary.requests, summary.duration, summary.errors.status, latency:percentile(50), latency:percentile(99)))
end`)
  const text = execFileSync('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', script, url]).toString()
  const [, requests, duration, errors, p50, p99] = text.match(/RESULT (\d+) (\d+) (\d+) (\d+) (\d+)/).map(Number)
  if (errors > 0) throw new Error(`${url}: ${errors} of ${requests} were refused`)
  return { rate: requests / (duration / 1e6), p50, p99, requests }
}

function compare(name, url, options) {
  if (!wanted(name)) return
  for (const connections of [64, 256]) {
    const before = wrk(`https://127.0.0.1:${nginxPort}/static.json`, connections).rate
    const ours = wrk(url, connections, options)
    const after = wrk(`https://127.0.0.1:${nginxPort}/static.json`, connections).rate
    const ratio = ours.rate / ((before + after) / 2)
    figures[`${name}/${connections}`] = Number(ratio.toFixed(3))
    console.log(`${name} ${String(connections).padStart(3)} connections: ${ratio.toFixed(3)} of nginx  (${Math.round(ours.rate)}/s, nginx ${Math.round((before + after) / 2)}/s, median ${ours.p50} µs, 99 % ${ours.p99} µs)`)
  }
}

const codes = new Codes(join(dir, 'codes.json'))

async function signIn(account) {
  const reply = await call('POST', '/v1/session', { body: codes.proof(account) })
  if (reply.status !== 201) throw new Error(`sign-in of ${account.login}: ${reply.status} ${reply.text}`)
  return reply.cookie
}

let server = startServer()
const nginx = startNginx()
try {
  await until('the first start', 60000, async () => (await call('GET', '/readyz')).status === 200)
  await until('the sign-ins', 120000, async () => statSync(join(dir, 'accounts.json')).size > 0)
  const accounts = JSON.parse(readFileSync(join(dir, 'accounts.json'), 'utf8'))
  const guardian = accounts.find(a => a.role === 'guardian' && a.children.length > 0)
  const teacher = accounts.find(a => a.role === 'staff' && a.facility === guardian.facility) ?? accounts.find(a => a.role === 'staff')
  const principal = accounts.find(a => a.role === 'principal' && a.facility === teacher.facility)

  server.kill('SIGTERM')
  await new Promise(done => server.once('exit', done))
  const started = process.hrtime.bigint()
  server = startServer()
  await until('a restart', 20000, async () => (await call('GET', '/healthz')).status === 200)
  figures.first_answer_ms = Math.round(Number(process.hrtime.bigint() - started) / 1e6)
  await until('readiness', 20000, async () => (await call('GET', '/readyz')).status === 200)
  figures.ready_ms = Math.round(Number(process.hrtime.bigint() - started) / 1e6)
  figures.memory_idle_mib = Number(memoryMiB(server.pid).toFixed(1))
  console.log(`start: first answer ${figures.first_answer_ms} ms, ready ${figures.ready_ms} ms; memory idle ${figures.memory_idle_mib} MiB over all processes`)

  const token = await signIn(guardian)
  const today = new Date(Date.now() + 9 * 3600e3).toISOString().slice(0, 10)
  compare('R1', `${base}/v1/children/${guardian.children[0]}`, { token })

  const path = join(dir, 'demo')
  const diskBefore = diskBytes(path)
  const absencesBefore = await countAbsences()
  const tomorrow = new Date(Date.now() + 33 * 3600e3).toISOString().slice(0, 10) // today's reports end at the cut-off
  const body = JSON.stringify({ date: tomorrow, kind: 'absence', reason: '発熱のため' })
  compare('W1', `${base}/v1/children/${guardian.children[0]}/absences`, { token, body })
  const written = await countAbsences() - absencesBefore
  if (wanted('W1')) {
    figures.bytes_per_absence = Math.round((diskBytes(path) - diskBefore) / written)
    console.log(`disk: ${figures.bytes_per_absence} bytes per absence with its event (${written} absences)`)
  }

  if (principal !== undefined && wanted('L1')) {
    const by = await signIn(principal)
    const classes = (await call('GET', `/v1/facilities/${principal.facility}/classes`, { token: by })).json().items
    const room = (await call('POST', `/v1/facilities/${principal.facility}/classes`, { token: by, body: { name: 'ベンチ組', age: classes[0].age, year: classes[0].year } })).json()
    for (let i = 0; i < 30; i++) {
      const made = await call('POST', `/v1/facilities/${principal.facility}/children`, { token: by,
        body: { name: `計測 ${i}`, kana: 'ケイソク', birth_date: '2022-04-02', address: '北海道札幌市中央区', entry_date: '2026-04-01', class: room.id, allergies: '卵' } })
      if (made.status !== 201) throw new Error(`enrol: ${made.status} ${made.text}`)
    }
    compare('L1', `${base}/v1/facilities/${principal.facility}/board?date=${today}&class=${room.id}`, { token: by })
  }

  if (principal !== undefined && wanted('M1')) await compareImport(await signIn(principal), 10000)

  const logins = 70
  const processorFrom = processorMs(server.pid)
  const from = process.hrtime.bigint()
  const people = accounts.filter(a => a.customer === guardian.customer && !a.totp_secret).slice(0, 15)
  await Promise.all(Array.from({ length: logins }, (_, i) => signIn(people[i % people.length])))
  figures.signins_per_s = Number((logins / (Number(process.hrtime.bigint() - from) / 1e9)).toFixed(1))
  figures.signin_processor_ms = Number(((processorMs(server.pid) - processorFrom) / logins).toFixed(1))
  console.log(`S1: ${figures.signins_per_s} sign-ins/s at 600,000 rounds, ${figures.signin_processor_ms} ms of a processor each`)

  if (wanted('C1')) await measureChecks(await signIn(accounts.find(a => a.role === 'officer' && a.customer === guardian.customer)))
  if (wanted('storm')) await storm(200)
  if (wanted('refused')) await compareSignIns(Number(process.env.PAIRS ?? 1000))

  figures.memory_loaded_mib = Number(memoryMiB(server.pid).toFixed(1))
  console.log(`memory loaded: ${figures.memory_loaded_mib} MiB`)
  const events = (await call('GET', '/v1/events?limit=1', { token: await signIn(accounts.find(a => a.role === 'officer' && a.customer === guardian.customer)) })).json().items[0].index + 1
  server.kill('SIGTERM')
  await new Promise(done => server.once('exit', done))
  const verifyFrom = process.hrtime.bigint()
  const lines = execFileSync(program, ['ledger', 'verify', '--dir', join(path, guardian.customer), '--json']).toString()
  const took = Number(process.hrtime.bigint() - verifyFrom) / 1e9
  const { entries, entries_us, rows, rows_us } = JSON.parse(lines)
  figures.verify_per_s = Math.round(entries / entries_us * 1e6)
  figures.rows_per_s = Math.round(rows / rows_us * 1e6)
  figures.bytes_per_event = Math.round(diskBytes(join(path, guardian.customer, 'core')) / events)
  console.log(`V1: ${figures.verify_per_s} events/s verified, then ${figures.rows_per_s} rows/s compared with them (${entries} events and ${rows} rows in ${took.toFixed(2)} s)`)
  console.log(JSON.stringify(figures))

  // What the checks cost at their intervals. The checks of each interval are asked for together and their processor time is taken, of all
  // processes, less what the idle server takes; that, times the compartments in which they run at most, over the interval, and summed.
  // The machine's own checks run once whatever the number of compartments. Then: how far the starts lie apart, by the schedule's arithmetic.
  async function measureChecks(token) {
    const HOST = ['clock-offset-within', 'listener-equals-allow-list', 'unlisted-peer-none', 'tls-certificate-days-left', 'server-role-boundary-holds',
      'direct-database-read-refused', 'compartment-breach-contained']
    const COMPARTMENTS = 4
    const list = async () => (await call('GET', '/v1/checks', { token })).json().items.filter(one => one.runnable)
    const all = await list()
    const run = async checks => { // until each has a new result
      const from = processorMs(server.pid), began = Date.now()
      const before = new Map(checks.map(one => [one.id, one.last_at]))
      const left = new Set(before.keys())
      const asked = new Set()
      let refused = 0
      while (left.size > 0) {
        for (const id of [...left].filter(id => !asked.has(id)).slice(0, 8)) {
          const reply = await call('POST', `/v1/checks/${id}/run`, { token, body: {} })
          if (reply.status === 202) asked.add(id)
        }
        await new Promise(done => setTimeout(done, 1000))
        for (const one of await list()) if (left.has(one.id) && one.last_at !== before.get(one.id)) { left.delete(one.id); refused += one.state === 'unable' ? 1 : 0 }
        if (Date.now() - began > 600e3) throw new Error(`these checks do not end: ${[...left].join(' ')}`)
      }
      return { ms: processorMs(server.pid) - from, seconds: (Date.now() - began) / 1000, refused }
    }
    const quiet = await rest() // before the first is asked for: prove sleeps
    await run(all.slice(0, 3)) // accounts and world are made, once a start
    await run(all.slice(-3))
    const idle = await rest() // with what prove and the cores do while nothing is due
    const classes = new Map()
    for (const one of await list()) {
      const key = `${one.every_s} ${HOST.includes(one.id)}`
      classes.set(key, [...classes.get(key) ?? [], one])
    }
    let rate = Math.max(0, idle - quiet), unable = 0
    for (const [key, checks] of classes) {
      const [every, host] = key.split(' ')
      const { ms, seconds, refused } = await run(checks)
      const cost = Math.max(0, ms - idle * seconds)
      rate += cost * (host === 'true' ? 1 : COMPARTMENTS) / Number(every)
      unable += refused
      console.log(`C1: ${checks.length} checks every ${every} s${host === 'true' ? ' of the machine' : ''}: ${Math.round(cost)} ms of a processor together`)
    }
    figures.checks = all.length
    figures.checks_percent_of_core = Number((rate / 10).toFixed(3))
    figures.idle_percent_of_core = Number((idle / 10).toFixed(3))
    const { most, starts } = spread(all.flatMap(one => (HOST.includes(one.id) ? [''] : ['hinoki', 'probe', 'provider', 'sapporo']).map(name => [one.id, name, one.every_s])))
    figures.checks_most_starts_in_10_s = most
    console.log(`C1: ${all.length} checks (${unable} unable) in ${COMPARTMENTS} compartments take ${figures.checks_percent_of_core} % of a core at their intervals (below 2 % is wanted); the idle server ${figures.idle_percent_of_core} %; at most ${most} starts in any 10 s of a day with ${starts}`)
    if (rate / 10 >= 2) process.exitCode = 1
  }

  // Processor time of the idle server, ms a second.
  async function rest() {
    const from = processorMs(server.pid)
    await new Promise(done => setTimeout(done, 20000))
    return (processorMs(server.pid) - from) / 20
  }

  // The second of each start of a day, as src/assure/plan.c says.
  function spread(rows) {
    const mask = (1n << 64n) - 1n
    const at = rows.flatMap(([check, name, every]) => {
      let hash = 0xcbf29ce484222325n
      for (const byte of Buffer.from(`${check}/${name}`)) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & mask
      hash = ((hash ^ (hash >> 30n)) * 0xbf58476d1ce4e5b9n) & mask
      hash = ((hash ^ (hash >> 27n)) * 0x94d049bb133111ebn) & mask
      hash ^= hash >> 31n
      const offset = Number(hash % (BigInt(every) * 1000000n)) / 1e6
      return Array.from({ length: Math.ceil((86400 - offset) / every) }, (_, i) => offset + i * every)
    }).sort((a, b) => a - b)
    let most = 0
    for (let i = 0, from = 0; i < at.length; i++) {
      while (at[i] - at[from] >= 10) from++
      most = Math.max(most, i - from + 1)
    }
    return { most, starts: at.length }
  }

  // Reports of a guardian, quiet and while a roster is checked and then taken over; the worst round counts.
  async function compareImport(by, count) {
    const url = `${base}/v1/children/${guardian.children[0]}/absences`
    const soon = JSON.stringify({ date: openDay(), kind: 'absence', reason: '発熱のため' })
    const report = () => wrk(url, 8, { token, body: soon }).p99
    const quiet = Math.min(report(), report())
    const heads = '園児番号,氏名,ふりがな,生年月日,住所,入園日,保護者1氏名,保護者1続柄,保護者1電話番号'
    const file = Buffer.from(`${heads}\r\n${Array.from({ length: count }, (_, i) =>
      `B${i},計測 子${i},けいそく,2022-04-02,札幌市中央区${i},2026-04-01,計測 親${i},母,090-${String(i).padStart(8, '0')}`).join('\r\n')}\r\n`)
    const { id } = (await call('POST', '/v1/imports', { token: by, body: { entity: 'roster', encoding: 'auto', name: 'roster.csv', size: file.length } })).json()
    for (let at = 0; at < file.length; at += 48 << 10) await upload(by, `/v1/imports/${id}/chunks/${at}`, file.subarray(at, at + (48 << 10)))
    const during = async (busy, then) => {
      const rounds = []
      for (;;) {
        const reply = await call('GET', `/v1/imports/${id}`, { token: by })
        if (reply.status !== 200) throw new Error(`the import: ${reply.status} ${reply.text}`)
        const { state, problem_count } = reply.json()
        if (state === then && problem_count === 0) return rounds
        if (state !== busy) throw new Error(`the import is ${state} with ${problem_count} problems`)
        rounds.push(report())
      }
    }
    const applying = `/v1/imports/${id}/apply`
    await call('POST', `/v1/imports/${id}/check`, { token: by, body: {} })
    const from = Date.now()
    const rounds = await during('checking', 'checked')
    const { confirm } = (await call('POST', applying, { token: by, body: {} })).json()
    await call('POST', applying, { token: by, body: {}, confirm: confirm.token })
    rounds.push(...await during('applying', 'applied'))
    const worst = Math.max(...rounds)
    figures.import_p99_ratio = Number((worst / quiet).toFixed(2))
    figures.import_s = Math.round((Date.now() - from) / 1000)
    console.log(`M1: 99 % of absence reports within ${worst} µs while ${count} children are imported (${figures.import_s} s), quiet ${quiet} µs: ${figures.import_p99_ratio} times`)
  }

  // A weekday, some weeks ahead: what is reported for it is before its cut-off.
  function openDay() {
    const day = new Date(Date.now() + 9 * 3600e3 + 20 * 86400e3)
    while ([0, 6].includes(day.getUTCDay())) day.setUTCDate(day.getUTCDate() + 1)
    return day.toISOString().slice(0, 10)
  }

  function upload(by, path, bytes) {
    return new Promise((resolve, reject) => {
      const request = https.request(base + path, { method: 'PUT', agent,
        headers: { authorization: `Bearer ${by}`, 'content-type': 'application/octet-stream' } }, reply => {
        reply.resume()
        reply.on('end', () => reply.statusCode === 200 ? resolve() : reject(new Error(`${path}: ${reply.statusCode}`)))
      })
      request.on('error', reject)
      request.end(bytes)
    })
  }

  // Unknown login, wrong password, locked account with the right one: interleaved, one at a time; medians must not tell them apart.
  async function compareSignIns(pairs) {
    const [person, locked] = accounts.filter(a => a.role === 'guardian' && a.customer === guardian.customer && a !== guardian)
    const attempt = (login, password) => call('POST', '/v1/session', { body: { login, password } })
    for (let i = 0; i < 6; i++) await attempt(locked.login, 'Wrong-password-1')
    const kinds = {
      unknown: () => attempt(`nobody@${guardian.customer}`, 'Wrong-password-1'),
      wrong: () => attempt(person.login, 'Wrong-password-1'),
      locked: () => attempt(locked.login, locked.password),
    }
    const times = { unknown: [], wrong: [], locked: [] }
    for (let i = 0; i < pairs; i++) {
      for (const kind of Object.keys(kinds)) {
        const from = process.hrtime.bigint()
        const reply = await kinds[kind]()
        times[kind].push(Number(process.hrtime.bigint() - from) / 1e6)
        if (reply.status !== 401) throw new Error(`${kind}: ${reply.status}`)
      }
      await signIn(person) // so that the next wrong password is the first in a row again
    }
    const median = list => list.sort((a, b) => a - b)[list.length >> 1]
    const medians = Object.fromEntries(Object.entries(times).map(([kind, list]) => [kind, Number(median(list).toFixed(2))]))
    const spread = Math.max(...Object.values(medians)) / Math.min(...Object.values(medians)) - 1
    figures.sign_in_medians_ms = medians
    figures.sign_in_spread = Number(spread.toFixed(4))
    console.log(`sign-in refused: medians ${JSON.stringify(medians)} ms over ${pairs} rounds, ${(spread * 100).toFixed(1)} % apart`)
  }

  // Ten who are signed in read their child now and then: first alone, then while `count` strangers try passwords at once.
  async function storm(count) {
    // From several addresses: one may open 64 connections before it has signed in.
    const attackers = Array.from({ length: Math.ceil(count / 50) }, (_, i) =>
      new https.Agent({ rejectUnauthorized: false, keepAlive: true, maxSockets: 50, localAddress: `127.0.0.${i + 2}` }))
    const attackerOf = i => attackers[i % attackers.length]
    const readers = new https.Agent({ rejectUnauthorized: false, keepAlive: true, maxSockets: 10 })
    const child = `/v1/children/${guardian.children[0]}`
    const read = async (times, going) => {
      while (going()) {
        const from = process.hrtime.bigint()
        const reply = await call('GET', child, { token, through: readers })
        times.push(Number(process.hrtime.bigint() - from) / 1e6)
        if (reply.status !== 200) throw new Error(`a read: ${reply.status}`)
        await new Promise(done => setTimeout(done, 20 + Math.random() * 20))
      }
    }
    const readAll = async going => {
      const times = []
      await Promise.all(Array.from({ length: 10 }, () => read(times, going)))
      times.sort((a, b) => a - b)
      return { p50: times[times.length >> 1], p99: times[Math.floor(times.length * 0.99)], count: times.length }
    }
    await Promise.all(Array.from({ length: count }, (_, i) => call('GET', '/healthz', { through: attackerOf(i) }))) // connected beforehand
    const quietUntil = Date.now() + seconds * 1000
    const quiet = await readAll(() => Date.now() < quietUntil)
    let open = true
    const from = process.hrtime.bigint()
    const attack = Promise.all(Array.from({ length: count }, (_, i) =>
      call('POST', '/v1/session', { body: { login: `nobody${i}@${guardian.customer}`, password: 'Wrong-password-1' }, through: attackerOf(i) })))
      .then(replies => { open = false; return replies })
    const stormy = await readAll(() => open)
    const took = Number(process.hrtime.bigint() - from) / 1e9
    const replies = await attack
    for (const each of attackers) each.destroy()
    readers.destroy()
    if (replies.some(reply => ![401, 429].includes(reply.status))) throw new Error(`storm: ${[...new Set(replies.map(reply => reply.status))]}`)
    figures.storm_p50 = Number((stormy.p50 / quiet.p50).toFixed(2))
    figures.storm_p99 = Number((stormy.p99 / quiet.p99).toFixed(2))
    console.log(`storm: ${count} wrong sign-ins at once (${took.toFixed(1)} s); reads of those signed in, median ${quiet.p50.toFixed(2)} → ${stormy.p50.toFixed(2)} ms (${figures.storm_p50} times), ` +
      `99 % ${quiet.p99.toFixed(2)} → ${stormy.p99.toFixed(2)} ms (${figures.storm_p99} times); ${quiet.count} and ${stormy.count} reads`)
  }

  async function countAbsences() {
    let count = 0
    let cursor = ''
    for (;;) {
      const page = (await call('GET', `/v1/children/${guardian.children[0]}/absences?limit=200${cursor}`, { token })).json()
      count += page.items.length
      if (page.next === null) return count
      cursor = `&cursor=${page.next}`
    }
  }
} finally {
  server.kill('SIGTERM')
  nginx.kill('SIGTERM')
  rmSync(dir, { recursive: true, force: true })
}
