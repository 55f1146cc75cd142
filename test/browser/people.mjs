/*
 * What the browser tests share: the running server, its accounts, and a person in front of a screen.
 *
 * Every person also watches: a request to another origin, a broken rule of the content security policy or an error of
 * the page's own code fails the test that saw it.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before } from 'node:test';

import { Codes } from '../factor.mjs';

const require = createRequire(new URL('../../web/package.json', import.meta.url));
const { chromium } = require('playwright-core');

export const URL_BASE = process.env.SEKIMORI_URL;
export const accounts = JSON.parse(readFileSync(process.env.SEKIMORI_ACCOUNTS, 'utf8'));
export const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const PHONE = { width: 360, height: 740 };
export const NARROW = { width: 320, height: 640 };
export const TABLET = { width: 1024, height: 768 };

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--ignore-certificate-errors', /* the worker's script is fetched by the browser itself */
];

let browser;

before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
});
after(() => browser?.close());

const worksAt = (account, facility) => account.facility === facility || account.facilities?.includes(facility);

/* A guardian with a child, a teacher of the same facility, and a teacher of another city. */
export const guardian = accounts.find(
  ({ role, children, facility }) =>
    role === 'guardian' && children?.length > 0 && accounts.some((a) => a.role === 'staff' && worksAt(a, facility)),
);
export const teacher = accounts.find((account) => account.role === 'staff' && worksAt(account, guardian.facility));
export const stranger = accounts.find(({ role, customer }) => role === 'staff' && customer !== guardian.customer);
export const withRole = (role) => accounts.find((account) => account.role === role);

/* Codes that no sign-in has used yet; the first sign-in of an account fetches recovery codes for the next ones. */
const codes = new Codes(`${process.env.SEKIMORI_ACCOUNTS}.codes-browser`);

/* Run act with a page of its own, then say what the watch has seen. */
export async function someone({ viewport = PHONE, language = 'ja', scripts = [], workers = 'block' }, act) {
  const context = await browser.newContext({
    viewport,
    ignoreHTTPSErrors: true,
    locale: 'ja-JP',
    timezoneId: 'UTC',
    serviceWorkers: workers,
  });
  const page = await context.newPage();
  const seen = [];
  page.setDefaultTimeout(20_000);
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(URL_BASE).origin) seen.push(`request to ${request.url()}`);
  });
  page.on('pageerror', (error) => seen.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (/content security policy|trusted ?type/i.test(message.text())) seen.push(message.text());
  });
  for (const script of scripts) await page.addInitScript(script);
  try {
    await page.goto(`${URL_BASE}/`);
    await page.locator('[name=login]').waitFor();
    if (language === 'en') await page.getByRole('button', { name: 'English' }).click();
    await act(page);
  } catch (trouble) {
    const shown = await page.evaluate(() => document.body.innerText).catch(() => '');
    trouble.message += `\nThe page at ${page.url()} says: ${shown.slice(0, 1_000)}`;
    throw trouble;
  } finally {
    await context.close();
  }
  assert.deepEqual(seen, []);
}

const freshCodes = (page) =>
  page.evaluate(async () => {
    const headers = { 'content-type': 'application/json' };
    const reply = await fetch('/v1/me/recovery-codes', { method: 'POST', headers, body: '{}' });
    return (await reply.json()).recovery_codes;
  });

/* Inside, or before what must be accepted first. */
const INSIDE = '.top, [data-held]';

export async function signIn(page, account) {
  await page.locator('[name=login]').fill(account.login);
  await page.locator('[name=password]').fill(account.password);
  await page.locator('[type=submit]').click();
  const next = page.locator(`[name=code], ${INSIDE}`);
  await next.first().waitFor();
  if (await page.locator('[name=code]').count()) {
    await page.locator('[name=code]').fill(codes.take(account));
    await page.locator('[type=submit]').click();
    await page.locator(INSIDE).first().waitFor();
    if (codes.wanting(account)) codes.put(account, await freshCodes(page));
  }
}

/* The day in Japan, so many days from now. */
export function dayAhead(days) {
  const japan = new Date(Date.now() + 9 * 3_600_000 + days * 86_400_000);
  return japan.toISOString().slice(0, 10);
}

export function written(day, language = 'ja') {
  const date = new Date(`${day}T12:00:00Z`);
  const year = day.slice(0, 4) === dayAhead(0).slice(0, 4) ? '' : day.slice(0, 4);
  if (language === 'ja') {
    const weekday = '日月火水木金土'[date.getUTCDay()];
    return `${year && `${year}年`}${date.getUTCMonth() + 1}月${date.getUTCDate()}日（${weekday}）`;
  }
  const weekday = date.toLocaleDateString('en-GB', { weekday: 'long', timeZone: 'UTC' });
  const month = date.toLocaleDateString('en-GB', { month: 'long', timeZone: 'UTC' });
  return `${weekday} ${date.getUTCDate()} ${month}${year && ` ${year}`}`;
}

/* A reason nobody else has given. */
export const ownReason = (words) => `${words} ${randomBytes(4).toString('hex')}`;

/* From the guardian's home to the form of the first child. What is said of today comes above the button and moves it. */
export async function openForm(page) {
  await page.locator('.child-card .today').first().waitFor();
  await page.locator('.child-report').first().click();
  await page.locator('[name=reason]').waitFor();
}

/* On the form: what is reported for the child already. */
export function reportsOf(page) {
  const child = new URL(page.url()).hash.split('/').pop();
  return page.evaluate(
    async (path) => (await (await fetch(path)).json()).items,
    `/v1/children/${child}/absences?limit=200`,
  );
}

/* On the form: a day for which nothing is reported yet, beyond those that the form offers by itself. */
export async function freeDay(page) {
  const taken = (await reportsOf(page)).map(({ date }) => date);
  for (let ahead = 12; ahead < 60; ahead++) if (!taken.includes(dayAhead(ahead))) return dayAhead(ahead);
  throw new Error('every day is taken');
}

export async function chooseDay(page, day) {
  await page.locator('[name=when][value=other]').check();
  await page.locator('[name=other]').fill(day);
}

/* How often the reason stands among the child's reports, as the guardian sees them after a fresh start. */
export async function countReports(page, reason) {
  await page.reload();
  await page.locator('.child-report, [name=reason]').first().waitFor();
  if ((await page.locator('[name=reason]').count()) === 0) await openForm(page);
  await page.getByRole('link', { name: /^(これまでに送った連絡|Reports sent so far)/ }).click();
  await page.locator('.report').first().waitFor();
  return page.locator('.report', { hasText: reason }).count();
}

/* With AXE among the scripts: serious findings of axe, what sticks out sideways, and what is too small for a finger or an eye. */
export async function inspect(page, where) {
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  const serious = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${where}: ${id} ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
  assert.deepEqual(serious, []);

  const measured = await page.evaluate(() => {
    const visible = (element) => element.getClientRects().length > 0;
    const small = [...document.querySelectorAll('button, select, input:not([type=radio], [type=checkbox]), a')]
      .filter((element) => visible(element) && !element.matches('.skip'))
      .filter((element) => {
        const { width, height } = element.getBoundingClientRect();
        return width < 44 || height < 44;
      });
    const tiny = [...document.querySelectorAll('body *')]
      .filter((element) => visible(element) && [...element.childNodes].some((node) => node.nodeType === 3))
      .filter((element) => Number.parseFloat(getComputedStyle(element).fontSize) < 16);
    const name = (element) => element.outerHTML.slice(0, 80);
    return {
      sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      small: small.map(name),
      tiny: tiny.map(name),
    };
  });
  assert.deepEqual(measured, { sideways: 0, small: [], tiny: [] }, where);
}

/* Tab until what is wanted holds the focus; its focus must be visible. */
export async function tabTo(page, selector) {
  for (let press = 0; press < 60; press++) {
    if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) {
      const outline = await page.evaluate(() => {
        const shown = document.activeElement.closest('.card-choice') ?? document.activeElement;
        return getComputedStyle(shown).outlineWidth;
      });
      assert.equal(outline, '4px', `focus of ${selector}`);
      return;
    }
    await page.keyboard.press('Tab');
  }
  assert.fail(`${selector} is not reached by Tab`);
}
