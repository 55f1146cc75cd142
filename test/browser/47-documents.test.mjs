/* Goal: what stands in the system is handed over as a document that never changes, and what went out can be looked up. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { AXE, inspect, NARROW, signIn, someone, withRole } from './people.mjs';
import { at, call, DESKTOP, everyOfCity, inDialog, ofCity, read, ready } from './govern.mjs';

const officer = ofCity('officer');
const [admin, second] = everyOfCity('officer-admin');
const operator = withRole('operator-admin');
const mark = randomBytes(4).toString('hex');

async function take(page, name) {
  const [download] = await Promise.all([page.waitForEvent('download', { timeout: 60_000 }), page.getByRole('button', { name }).first().click()]);
  return { name: download.suggestedFilename(), raw: readFileSync(await download.path()) };
}

test('a record is issued as PDF, a register as Excel; the same stands in the list with its digest, and can be taken again', { skip: !officer }, () =>
  someone({ viewport: DESKTOP }, async (page) => {
    await signIn(page, officer);
    const { items } = await read(page, '/v1/registers?limit=200');
    const register = items.find(({ code }) => code === 'privileged-grant');
    const fields = Object.fromEntries(
      register.fields.filter(({ required }) => required).map(({ name, type }) => [name, type === 'date' ? '2026-12-01' : `文書 ${mark}`]),
    );
    const made = await call(page, 'POST', `/v1/registers/${register.id}/records`, { fields });
    assert.equal(made.status, 201);
    await at(page, `/records/${made.json.id}`);
    const paper = await take(page, 'PDFで発行する');
    assert.equal(paper.raw.subarray(0, 5).toString(), '%PDF-');
    assert.match(paper.name, /\.pdf$/);
    await at(page, `/registers/${register.id}`);
    const sheet = await take(page, 'Excelで発行する');
    assert.equal(sheet.raw.subarray(0, 2).toString(), 'PK');
    await at(page, '/documents');
    const { items: issued } = await read(page, '/v1/documents');
    const one = issued.find(({ object }) => object === made.json.id);
    const row = page.locator(`[data-row="${one.id}"]`);
    assert.ok((await row.innerText()).includes(one.digest));
    const [download] = await Promise.all([page.waitForEvent('download'), row.getByRole('button', { name: /^受け取る/ }).click()]);
    assert.deepEqual(readFileSync(await download.path()), paper.raw, 'it never changes');
    await call(page, 'POST', `/v1/records/${made.json.id}/withdraw`, { reason: '試しが終わったため' });
  }));

for (const [language, viewport] of [['ja', NARROW], ['en', DESKTOP]]) {
  test(`documents and the outbox are readable and in reach (${language})`, { skip: !admin }, async () => {
    for (const account of [admin, operator]) {
      await someone({ language, viewport, scripts: [AXE] }, async (page) => {
        await signIn(page, account);
        const { operations } = await read(page, '/v1/me/operations');
        for (const hash of ['/documents', operations.includes('letter.list') && '/letters'].filter(Boolean)) {
          await at(page, hash);
          await page.waitForFunction((wanted) => location.hash === `#${wanted}`, hash);
          await ready(page);
          await inspect(page, hash);
        }
      });
    }
  });
}

test('what went out is looked up with its state, and a trial shows whether anything arrives', { skip: !admin }, () =>
  someone({ viewport: DESKTOP }, async (page) => {
    await signIn(page, admin);
    await at(page, '/letters');
    await page.getByRole('button', { name: '自分あてに試しに送る' }).click();
    await inDialog(page).getByRole('button', { name: '自分あてに試しに送る' }).click();
    await page.getByText('送信待ちに入れました。').waitFor();
    const { items } = await read(page, '/v1/letters');
    await page.reload();
    await ready(page);
    assert.equal(await page.locator('.dense tbody tr').count(), items.length);
    for (const { id, to } of items) assert.ok((await page.locator(`[data-row="${id}"]`).innerText()).includes(to ?? '—'));
    await page.locator('[name=channel]').selectOption('webhook');
    await page.waitForFunction(() => location.hash.includes('channel=webhook'));
  }));

test('another system is registered by an address that may be called; any other is refused at its field', { skip: !second }, () =>
  someone({ viewport: DESKTOP }, async (page) => {
    await signIn(page, admin);
    await at(page, '/letters');
    await page.getByRole('button', { name: '外部システムを登録する' }).click();
    await inDialog(page).locator('[name=title]').fill(`受信先 ${mark}`);
    await inDialog(page).locator('[name=url]').fill('http://example.jp/');
    await inDialog(page).locator('[name=letters]').fill('trial');
    await inDialog(page).getByRole('button', { name: '申請する' }).click();
    await inDialog(page).locator('.field:has([name=url]) .error').waitFor();
  }));
