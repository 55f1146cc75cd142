// Lighthouse's medians for the sign-in page, a guardian's home and the absence form: phone, slow line and slow processor as
// Lighthouse simulates them, nothing in the browser's cache. And: can the page be installed?
//   bench/lighthouse build/sekimori [runs, default 5]
// SEKIMORI_URL and SEKIMORI_ACCOUNTS name a demo that runs already.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { Codes } from '../test/factor.mjs'

const require = createRequire(join(process.env.LIGHTHOUSE, 'package.json'))
const { default: lighthouse } = await import(pathToFileURL(require.resolve('lighthouse')))
const { default: puppeteer } = await import(pathToFileURL(require.resolve('puppeteer-core')))

const program = process.argv[2] ?? 'build/sekimori'
const runs = Number(process.argv[3] ?? 5)
const dir = mkdtempSync(join(tmpdir(), 'sekimori-lighthouse-'))
const running = process.env.SEKIMORI_URL
const base = running ?? 'https://localhost:18445'
const list = process.env.SEKIMORI_ACCOUNTS ?? join(dir, 'accounts.json')
const categories = ['performance', 'accessibility', 'best-practices']
const timings = { FCP: 'first-contentful-paint', LCP: 'largest-contentful-paint', TBT: 'total-blocking-time', SI: 'speed-index' }

const server = running ? undefined : spawn(program,
  ['demo', '--dir', join(dir, 'demo'), '--port', new URL(base).port, '--accounts', list], { stdio: ['ignore', 'ignore', 'inherit'] })

async function accountsOf(file) {
  for (const end = Date.now() + 120_000; ;) {
    try { if (statSync(file).size > 0) return JSON.parse(readFileSync(file, 'utf8')) } catch { /* not yet */ }
    if (Date.now() > end) throw new Error(`${file} was not written`)
    await new Promise(done => setTimeout(done, 100))
  }
}

const median = values => values.sort((a, b) => a - b)[values.length >> 1]

async function measure(page, name, path) {
  const scores = Object.fromEntries(categories.map(category => [category, []]))
  const times = Object.fromEntries(Object.keys(timings).map(timing => [timing, []]))
  const faults = new Map()
  const quickness = []
  const shifts = []
  let bytes
  for (let run = 0; run < runs; run++) {
    const { lhr } = await lighthouse(`${base}/${path}`, { onlyCategories: categories, logLevel: 'error' }, undefined, page)
    if (lhr.runtimeError) throw new Error(`${name}: ${lhr.runtimeError.message}`)
    if (lhr.finalDisplayedUrl !== `${base}/${path}`) throw new Error(`${name}: ended at ${lhr.finalDisplayedUrl}`)
    for (const category of categories) scores[category].push(Math.round(lhr.categories[category].score * 100))
    for (const [timing, id] of Object.entries(timings)) times[timing].push(lhr.audits[id].numericValue)
    shifts.push(lhr.audits['cumulative-layout-shift'].numericValue)
    bytes = lhr.audits['total-byte-weight'].numericValue
    for (const { id, score, title, displayValue } of Object.values(lhr.audits))
      if (score !== null && score < 0.9) faults.set(id, `${title} ${displayValue ?? ''}`)
    quickness.push(lhr.environment.benchmarkIndex)
  }
  console.log(`${name}: ${categories.map(category => `${category} ${median(scores[category])} (${Math.min(...scores[category])} to ${Math.max(...scores[category])})`).join(', ')}; ` +
    `${Object.entries(times).map(([timing, values]) => `${timing} ${Math.round(median(values))} ms`).join(', ')}, ${Math.round(bytes / 1024)} KiB, ` +
    `CLS ${median(shifts).toFixed(3)}; the machine's benchmark index ${Math.round(median(quickness))}`)
  for (const [id, text] of faults) console.log(`  ${id}: ${text}`)
}

async function install(page) {
  const session = await page.createCDPSession()
  await page.goto(base)
  await page.evaluate(async () => { await navigator.serviceWorker.ready })
  const manifest = await session.send('Page.getAppManifest')
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors')
  console.log(`installable: manifest ${manifest.url || 'none'}, ${manifest.errors.length} errors in it; ` +
    `${installabilityErrors.length} reasons against ${JSON.stringify([...manifest.errors, ...installabilityErrors])}`)
}

let browser
try {
  const accounts = await accountsOf(list)
  const guardian = accounts.find(({ role, children }) => role === 'guardian' && children.length > 0)
  const proof = new Codes(join(dir, 'codes.json')).proof(guardian)
  browser = await puppeteer.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--ignore-certificate-errors', '--lang=ja'] })
  const page = await browser.newPage()
  await measure(page, 'sign-in', '')
  await install(page)
  const status = await page.evaluate(async body => {
    const reply = await fetch('/v1/session', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    return reply.status
  }, JSON.stringify(proof))
  if (status !== 201) throw new Error(`the sign-in: ${status}`)
  await measure(page, 'home', '#/children')
  await measure(page, 'absence', `#/children/${guardian.children[0]}`)
} finally {
  await browser?.close()
  server?.kill('SIGTERM')
  rmSync(dir, { recursive: true, force: true })
}
