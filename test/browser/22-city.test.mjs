/* Goal: the city sees the day as the kindergartens have it, and what matters takes effect only when a second person agrees. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { accounts, AXE, dayAhead, guardian, inspect, NARROW, signIn, someone, TABLET, URL_BASE, written } from './people.mjs';

const ofCity = (role) => accounts.filter((account) => account.role === role && account.customer === guardian.customer);
const [officer] = ofCity('officer');
const [principal] = ofCity('principal');
const [first, second] = ofCity('officer-admin');
const mark = randomBytes(4).toString('hex');

const at = (page, hash) => page.goto(`${URL_BASE}/#${hash}`);
const title = (page, name) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
const inDialog = (page) => page.locator('dialog[open]').last();
const read = (page, path) => page.evaluate(async (from) => (await (await fetch(from)).json()), path);

async function leave(page) {
  await page.getByRole('button', { name: 'ログアウト' }).click();
  await page.getByText('ログアウトしました。').waitFor();
}

test('the counts of the city are those of the boards', { skip: !officer || !principal }, () =>
  someone({ viewport: TABLET }, async (page) => {
    await signIn(page, principal);
    const { facility } = principal;
    const { items } = await read(page, `/v1/facilities/${facility}/calendar?from=${dayAhead(-10)}&to=${dayAhead(-1)}`);
    const { date } = items.filter(({ open }) => open).pop();
    const board = await read(page, `/v1/facilities/${facility}/board?date=${date}`);
    await leave(page);
    await signIn(page, officer);
    await at(page, '/counts');
    await title(page, '登園・欠席の人数');
    await page.locator('[name=date]').fill(date);
    await page.getByRole('heading', { level: 2, name: written(date) }).waitFor();
    const row = page.locator('.count-facility', { hasText: board.facility.name });
    await row.waitFor();
    const shown = (await row.locator('td').allTextContents()).map(Number);
    const sum = (key) => board.classes.reduce((total, { counts }) => total + counts[key], 0);
    assert.deepEqual(shown, ['enrolled', 'present', 'absent', 'late', 'early'].map(sum));
    const names = board.classes.flatMap(({ children }) => children.map(({ name }) => name));
    const text = await page.locator('main').textContent();
    assert.ok(names.every((name) => !text.includes(name)), 'no child is named');
    const total = Number(await page.locator('[data-count=enrolled] dd').textContent());
    const rows = (await page.locator('.count-facility td:nth-child(2)').allTextContents()).map(Number);
    assert.equal(total, rows.reduce((a, b) => a + b, 0));
  }));

test('K-27 the account of a city administrator is made when a second one approves, and not by the one who asked', { skip: !second }, () =>
  someone({ viewport: TABLET }, async (page) => {
    const name = `管理 ${mark}`;
    const card = page.locator('.change', { hasText: name });
    await signIn(page, first);
    await at(page, '/people');
    await page.getByRole('button', { name: 'アカウントを発行する' }).click();
    await inDialog(page).locator('[name=role]').selectOption('officer-admin');
    await inDialog(page).locator('[name=name]').fill(name);
    await inDialog(page).locator('[name=login]').fill(`c${mark}`);
    await inDialog(page).getByRole('button', { name: '発行する' }).click();
    await page.getByText('申請しました').waitFor();
    await page.getByRole('link', { name: '監視・変更', exact: true }).click();
    await page.getByRole('link', { name: '変更', exact: true }).click();
    await card.getByRole('button', { name: /^取り下げる/ }).waitFor();
    assert.equal(await card.getByRole('button', { name: /^承認する/ }).count(), 0);
    await leave(page);

    await signIn(page, second);
    await at(page, '/changes');
    await card.getByRole('button', { name: /^承認する/ }).click();
    await inDialog(page).getByRole('button', { name: '承認する' }).click();
    await page.getByText('承認しました。実行されました。').waitFor();
    await page.locator('tr', { hasText: 'アカウントを発行する' }).getByText('実行しました').first().waitFor();
    await at(page, '/people');
    await page.locator('[name=role]').selectOption('officer-admin');
    await page.locator('.rows .row', { hasText: name }).waitFor();
  }));

test('K-27 what was asked for is withdrawn, or rejected, and nothing happens', { skip: !second }, () =>
  someone({ viewport: TABLET }, async (page) => {
    const wish = (letter) => ({ login: `${letter}${mark}`, name: `${letter} ${mark}`, role: 'officer-admin' });
    await signIn(page, first);
    for (const letter of ['x', 'y']) {
      await page.evaluate(async (body) => {
        const headers = { 'content-type': 'application/json' };
        await fetch('/v1/accounts', { method: 'POST', headers, body: JSON.stringify(body) });
      }, wish(letter));
    }
    await at(page, '/changes');
    await page.locator('.change', { hasText: `x ${mark}` }).getByRole('button', { name: /^取り下げる/ }).click();
    await inDialog(page).getByRole('button', { name: '取り下げる' }).click();
    await page.getByText('取り下げました。').waitFor();
    await leave(page);
    await signIn(page, second);
    await at(page, '/changes');
    await page.locator('.change', { hasText: `y ${mark}` }).getByRole('button', { name: /^却下する/ }).click();
    await inDialog(page).getByRole('button', { name: '却下する' }).click();
    await page.getByText('却下しました。').waitFor();
    const { items } = await read(page, '/v1/accounts?role=officer-admin&limit=200');
    assert.ok(items.every(({ login }) => !login.endsWith(mark) || login === `c${mark}`));
  }));

test('K-27 that a facility closes is asked for, shown to a second administrator, and withdrawn', { skip: !first }, () =>
  someone({ viewport: TABLET }, async (page) => {
    await signIn(page, first);
    await at(page, '/facilities');
    const card = page.locator('.facility').last();
    const name = await card.locator('.facility-name [lang=ja]').textContent();
    await card.getByRole('button', { name: /^園を閉じる/ }).click();
    await inDialog(page).getByRole('button', { name: '申請する' }).click();
    await page.getByText('申請しました').waitFor();
    await page.getByRole('link', { name: '監視・変更', exact: true }).click();
    await page.getByRole('link', { name: '変更', exact: true }).click();
    const change = page.locator('.change', { hasText: name });
    await change.getByRole('button', { name: /^取り下げる/ }).click();
    await inDialog(page).getByRole('button', { name: '取り下げる' }).click();
    await page.getByText('取り下げました。').waitFor();
  }));

const PAGES = [
  [officer, ['/counts', '/facilities', '/people', '/events']],
  [first, ['/facilities', '/people', '/changes', '/imports', '/events']],
];

for (const [language, viewport] of [['ja', NARROW], ['en', TABLET]]) {
  test(`every page of the city is readable and in reach (${language})`, { skip: !officer || !first }, async () => {
    for (const [account, hashes] of PAGES) {
      await someone({ language, viewport, scripts: [AXE] }, async (page) => {
        await signIn(page, account);
        for (const hash of hashes) {
          await at(page, hash);
          await page.waitForFunction((wanted) => location.hash === `#${wanted}`, hash);
          await page.locator('h1:focus').waitFor();
          await page.waitForFunction(() => !document.querySelector('.loading'));
          await inspect(page, hash);
        }
      });
    }
  });
}
