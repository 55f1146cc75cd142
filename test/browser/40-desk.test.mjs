/* Goal: what waits for a person is the first thing the person sees, the most urgent first, and each line leads to where it is done. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AXE, guardian, inspect, NARROW, signIn, someone, TABLET, withRole } from './people.mjs';
import { at, call, DESKTOP, everyOfCity, ofCity, read, ready } from './govern.mjs';

const officer = ofCity('officer');
const auditor = ofCity('auditor');
const principal = ofCity('principal');
const [first, second] = everyOfCity('officer-admin');
const operator = withRole('operator');

for (const [account, name] of [[officer, '市担当'], [first, '市管理者'], [auditor, '監査人'], [operator, '運用担当']]) {
  test(`the day begins at the desk (${name})`, { skip: !account }, () =>
    someone({ viewport: DESKTOP }, async (page) => {
      await signIn(page, account);
      await page.getByRole('heading', { level: 1, name: 'やること' }).waitFor();
      await ready(page);
      const { counts, items } = await read(page, '/v1/desk');
      assert.equal(await page.locator('[data-todo]').count(), items.length);
      const shown = await page.locator('[data-count] dd').allTextContents();
      assert.deepEqual(shown, [counts.overdue, counts.due_today, counts.open].map((count) => `${count}件`));
      assert.equal(await page.locator('.tab[aria-current]').count() > 0, true);
      if (counts.open > 0) assert.match(await page.locator('.tab-count').innerText(), new RegExp(`^${counts.open}\\b`));
    }));
}

test('K-27 a change that waits for a second person stands on that person’s desk, and leaves it when it is decided', { skip: !second }, () =>
  someone({ viewport: DESKTOP }, async (page) => {
    await signIn(page, first);
    const contract = await read(page, '/v1/contract');
    const kept = Object.fromEntries(Object.entries(contract).filter(([name, value]) => !['id', 'facility', 'version'].includes(name) && value !== null));
    const { status, json } = await call(page, 'PUT', '/v1/contract', { ...kept, contact: '机の上の申請' });
    assert.equal(status, 202);
    const { id } = json.change;
    await page.reload();
    await ready(page);
    assert.equal(await page.locator(`[data-todo="${id}"]`).count(), 0, 'one’s own is not one’s own to approve');

    await someone({ viewport: DESKTOP }, async (other) => {
      await signIn(other, second);
      await other.locator(`[data-todo="${id}"] a`).click();
      await other.getByRole('heading', { level: 1, name: '変更' }).waitFor();
      const card = other.locator(`[data-change="${id}"]`);
      await card.getByRole('button', { name: /^却下する/ }).click();
      await other.locator('dialog[open]').getByRole('button', { name: '却下する' }).click();
      await other.getByText('却下しました。').waitFor();
      await at(other, '/desk');
      await ready(other);
      assert.equal(await other.locator(`[data-todo="${id}"]`).count(), 0);
    });
  }));

test('a principal and a teacher begin with the children; the desk is one step away', { skip: !principal }, () =>
  someone({ viewport: TABLET }, async (page) => {
    await signIn(page, principal);
    await page.getByRole('heading', { level: 1, name: 'クラスボード' }).waitFor();
    await page.getByRole('link', { name: /^やること/ }).click();
    await page.getByRole('heading', { level: 1, name: 'やること' }).waitFor();
    await ready(page);
  }));

test('a guardian’s telephone carries none of it', () =>
  someone({}, async (page) => {
    const files = [];
    page.on('request', (request) => files.push(new URL(request.url()).pathname));
    await signIn(page, guardian);
    await page.locator('.child-report').first().waitFor();
    assert.deepEqual(files.filter((file) => /^\/assets\/(desk|govern|record|change)/.test(file)), []);
  }));

for (const [language, viewport] of [['ja', NARROW], ['en', DESKTOP]]) {
  test(`the desk is readable and in reach (${language})`, { skip: !second }, async () => {
    for (const account of [officer, second, operator].filter(Boolean)) {
      await someone({ language, viewport, scripts: [AXE] }, async (page) => {
        await signIn(page, account);
        await at(page, '/desk');
        await ready(page);
        await inspect(page, '/desk');
      });
    }
  });
}
