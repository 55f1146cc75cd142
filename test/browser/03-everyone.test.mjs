/* Goal: the screens serve everyone: by keyboard alone, on narrow screens, with assistive technology, in each role. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AXE,
  chooseDay,
  countReports,
  freeDay,
  guardian,
  inspect,
  NARROW,
  openForm,
  ownReason,
  PHONE,
  signIn,
  someone,
  TABLET,
  tabTo,
  teacher,
  URL_BASE,
  withRole,
} from './people.mjs';

test('keyboard alone: from sign-in to a report and out again', () =>
  someone({ viewport: TABLET }, async (page) => {
    const reason = ownReason('発熱');
    const { keyboard } = page;
    await tabTo(page, '[name=login]');
    await keyboard.type(guardian.login);
    await tabTo(page, '[name=password]');
    await keyboard.type(guardian.password);
    await keyboard.press('Enter');
    await page.locator('.child-report').first().waitFor();
    await tabTo(page, '.child-report');
    await keyboard.press('Enter');
    await page.locator('[name=reason]').waitFor();
    await page.locator('[name=when][value=today]').check();
    await page.locator('.brand').focus();
    await tabTo(page, '[name=when]:checked');
    await keyboard.press('ArrowDown');
    assert.equal(await page.locator('[name=when][value=next]').isChecked(), true);
    await tabTo(page, '[name=kind]:checked');
    for (const kind of ['late', 'early']) {
      await keyboard.press('ArrowDown');
      assert.equal(await page.locator(`[name=kind][value=${kind}]`).isChecked(), true);
    }
    await tabTo(page, '[name=reason]');
    await keyboard.type(reason);
    await tabTo(page, '[type=submit]');
    await keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: '園に連絡しました' }).waitFor();
    await page.locator('h1:focus').waitFor();
    assert.equal(await countReports(page, reason), 1);
    await page.locator('.brand').focus();
    await tabTo(page, '.top-actions button:last-child');
    await keyboard.press('Enter');
    await page.getByText('ログアウトしました。').waitFor();
  }));

async function guardianWalk(page, where) {
  await inspect(page, `${where} sign-in`);
  await page.locator('[type=submit]').click();
  await inspect(page, `${where} sign-in with errors`);
  await signIn(page, guardian);
  await page.locator('.child-upcoming').first().waitFor();
  await inspect(page, `${where} home`);
  await openForm(page);
  await inspect(page, `${where} form`);
  await page.locator('[name=kind][value=late]').check();
  await page.locator('.chip').first().click();
  await inspect(page, `${where} form for being late`);
  await page.locator('[name=kind][value=absence]').check();
  await page.locator('[name=reason]').fill('');
  await chooseDay(page, '');
  await page.locator('[type=submit]').click();
  await inspect(page, `${where} form with errors`);
  await chooseDay(page, await freeDay(page));
  await page.locator('.quick-reasons button').first().click();
  await page.locator('.done-mark').waitFor();
  await inspect(page, `${where} done`);
  const child = guardian.children[0];
  for (const [address, shown] of [
    ['', '.child-upcoming .report'],
    [`children/${child}/month`, '.sheet'],
    [`children/${child}/reports`, '.report'],
    ['looked', '.look, .empty'],
    ['account', '[aria-busy] .rows'],
    ['account/history', '.look'],
  ]) {
    await page.goto(`${URL_BASE}/#/${address}`);
    await page.locator(shown).first().waitFor();
    await inspect(page, `${where} ${address || 'home'}`);
  }
  await page.goto(`${URL_BASE}/#/looked`);
  await page.locator('[name=own]').check();
  await page.locator('.look summary').first().click();
  await inspect(page, `${where} a look`);
}

for (const language of ['ja', 'en']) {
  for (const [size, viewport] of Object.entries({ phone: PHONE, narrow: NARROW })) {
    test(`the guardian's screens are accessible (${language}, ${size})`, () =>
      someone({ viewport, language, scripts: [AXE] }, (page) => guardianWalk(page, `${language} ${size}`)));
  }
  for (const [size, viewport] of Object.entries({ tablet: TABLET, narrow: NARROW })) {
    test(`the teacher's board is accessible (${language}, ${size})`, () =>
      someone({ viewport, language, scripts: [AXE] }, async (page) => {
        await signIn(page, teacher);
        await page.locator('.pupil').first().waitFor();
        await inspect(page, `${language} ${size} board`);
      }));
  }
}

test('what is refused, and a board with reports, are accessible', () =>
  someone({ scripts: [AXE] }, async (page) => {
    await signIn(page, guardian);
    await openForm(page);
    const day = await freeDay(page);
    await chooseDay(page, day);
    await page.getByRole('button', { name: /^通院/ }).click();
    await page.locator('.done-mark').waitFor();
    await page.goto(`${URL_BASE}/#/children/00000000000000000000000000`);
    await page.getByRole('alert').waitFor();
    await inspect(page, 'refused');
    await page.getByRole('button', { name: 'ログアウト' }).click();
    await page.locator('[name=login]').waitFor();
    await inspect(page, 'signed out');
    await signIn(page, teacher);
    await page.goto(`${URL_BASE}/#/board?date=${day}`);
    await page.locator('.pupil .kind').first().waitFor();
    await inspect(page, 'board with reports');
  }));

test('a page that the browser had kept asks again who is there', () =>
  someone({}, async (page) => {
    await signIn(page, guardian);
    await page.locator('.child-report').first().waitFor();
    await page.context().clearCookies();
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
    await page.locator('[name=login]').waitFor();
    assert.equal(await page.locator('.child-name').count(), 0);
  }));

test('a principal sees the board of the facility', { skip: !withRole('principal') }, () =>
  someone({ viewport: TABLET, scripts: [AXE] }, async (page) => {
    await signIn(page, withRole('principal'));
    await page.getByRole('heading', { level: 1, name: 'クラスボード' }).waitFor();
    await page.locator('.pupil, .class-empty, .empty').first().waitFor();
    await inspect(page, 'principal');
  }));

test('K-1 an officer sees the facilities and the records, and no child', { skip: !withRole('officer') }, () =>
  someone({ viewport: TABLET, scripts: [AXE] }, async (page) => {
    await signIn(page, withRole('officer'));
    await page.getByRole('link', { name: '園の一覧' }).click();
    await page.locator('.facility').first().waitFor();
    await inspect(page, 'facilities');
    const last = page.locator('.facility-name [lang=ja]').last();
    const name = await last.textContent();
    await page.locator('[name=search]').fill(name);
    await page.getByText(/^\d+件$/).waitFor();
    assert.equal(await last.textContent(), name);
    await page.getByRole('link', { name: '操作の記録' }).click();
    await page.locator('.table tbody tr').first().waitFor();
    await inspect(page, 'records');
    assert.equal(await page.locator('.pupil, .child-card').count(), 0);
  }));
