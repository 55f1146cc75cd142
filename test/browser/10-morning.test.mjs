/*
 * Goal: a teacher's morning on a tablet, in Japanese: who comes is one press, however nervous the finger and however poor
 * the line; what was wrong is corrected and stays; a report by telephone; the register; the door.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AXE, dayAhead, NARROW, PHONE, signIn, someone, TABLET, teacher, URL_BASE, written } from './people.mjs';

const board = async (page) => {
  await page.goto(`${URL_BASE}/#/board`);
  await page.locator('.class').first().waitFor();
};
/* The first child that has not come yet; each test takes its own. */
const next = (page) => page.locator('.pupil', { has: page.getByRole('button', { name: /^来ました/ }) }).first();
const nameOf = (row) => row.locator('.pupil-name span:not(.kana):not([lang])').last().innerText();
const rowOf = (page, name) => page.locator('.pupil', { has: page.getByText(name, { exact: true }) }).first();

/* What the server has of a child's day. */
const entries = (page, href) =>
  page.evaluate(
    async ([child, date]) => (await (await fetch(`/v1/children/${child}/attendance?date=${date}`)).json()).items,
    [href.match(/board\/([0-9a-z]{26})/)[1], dayAhead(0)],
  );
const hrefOf = (row) => row.locator('.pupil-name a').getAttribute('href');

async function axe(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ['violations'] });
    return violations.filter(({ impact }) => ['serious', 'critical'].includes(impact)).map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
  });
  assert.deepEqual(found, []);
}

test('K-26 one press is one entry, also when pressed twice; going home is another', async () => {
  await someone({ viewport: TABLET }, async (page) => {
    await signIn(page, teacher);
    await board(page);
    const name = await nameOf(next(page));
    const row = rowOf(page, name);
    const href = await hrefOf(row);
    await row.getByRole('button', { name: /^来ました/ }).dblclick();
    await row.getByText('登園').waitFor();
    await row.getByRole('button', { name: /^帰りました/ }).waitFor();
    await page.locator('.pupil-waiting').first().waitFor({ state: 'detached' });
    assert.deepEqual((await entries(page, href)).map(({ kind }) => kind), ['in']);
    await row.getByRole('button', { name: /^帰りました/ }).click();
    await row.getByText('降園').waitFor();
    await page.locator('.pupil-waiting').first().waitFor({ state: 'detached' });
    assert.deepEqual((await entries(page, href)).map(({ kind }) => kind).sort(), ['in', 'out']);
  });
});

test('K-26 the line is cut in the middle of an entry: exactly one entry, and it says that it waits', async () => {
  await someone({ viewport: TABLET }, async (page) => {
    await signIn(page, teacher);
    await board(page);
    const name = await nameOf(next(page));
    const row = rowOf(page, name);
    const href = await hrefOf(row);
    let heard = 0;
    /* The server gets the first one; its answer is lost. */
    await page.route('**/attendance', async (route) => {
      if (route.request().method() !== 'POST') return route.continue();
      heard += 1;
      if (heard > 1) return route.continue();
      await route.fetch();
      return route.abort('connectionreset');
    });
    await row.getByRole('button', { name: /^来ました/ }).click();
    await row.locator('.pupil-waiting').waitFor();
    await page.getByRole('button', { name: /送/ }).first().click();
    await row.locator('.pupil-waiting').waitFor({ state: 'detached' });
    assert.ok(heard > 1, 'it was not sent again');
    assert.equal((await entries(page, href)).length, 1);
  });
});

test('K-26 without a line the board stays, says of when it is, and what is pressed is sent when the line is back', async () => {
  await someone({ viewport: TABLET }, async (page) => {
    await signIn(page, teacher);
    await board(page);
    const name = await nameOf(next(page));
    const row = rowOf(page, name);
    const href = await hrefOf(row);
    await page.context().setOffline(true);
    await row.getByRole('button', { name: /^来ました/ }).click();
    await row.locator('.pupil-waiting').waitFor();
    await page.getByRole('button', { name: '最新にする' }).click();
    await page.getByText(/つながりません。表示しているのは/).waitFor();
    await row.getByText('登園').waitFor();
    await page.context().setOffline(false);
    await row.locator('.pupil-waiting').waitFor({ state: 'detached' });
    assert.equal((await entries(page, href)).length, 1);
  });
});

test('K-26 a correction needs a reason, and both records stay', async () => {
  await someone({ viewport: TABLET }, async (page) => {
    await signIn(page, teacher);
    await board(page);
    const name = await nameOf(next(page));
    const row = rowOf(page, name);
    const href = await hrefOf(row);
    await row.getByRole('button', { name: /^来ました/ }).click();
    await row.getByRole('button', { name: /^帰りました/ }).waitFor();
    await page.locator('.pupil-waiting').first().waitFor({ state: 'detached' });
    await row.locator('.pupil-name a').click();
    await page.getByRole('heading', { level: 1, name: new RegExp(name) }).waitFor();
    await page.getByRole('button', { name: /^訂正する/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(/取り消す/).check();
    await dialog.getByRole('button', { name: '訂正を記録する' }).click();
    await dialog.getByText('理由を入力してください。').waitFor();
    await dialog.locator('[name=reason]').fill('となりの子と押し間違えました');
    await dialog.getByRole('button', { name: '訂正を記録する' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText(/押し間違えました/).waitFor();
    const items = await entries(page, href);
    assert.equal(items.length, 2);
    assert.equal(items.filter(({ in_force: inForce, cancelled }) => inForce && !cancelled).length, 0);
    await axe(page);
  });
});

test('K-26 with the keyboard alone: the board, a child, a report by telephone', async () => {
  await someone({ viewport: TABLET }, async (page) => {
    await signIn(page, teacher);
    await board(page);
    const link = page.locator('.class').first().locator('.pupil-name a').last(); /* of the teacher's own class */
    await link.focus();
    await page.keyboard.press('Enter');
    const open = page.getByRole('button', { name: '電話で受けた連絡を入れる' });
    await open.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.locator('[name=whose]').first().focus();
    await page.keyboard.press('Space');
    await dialog.locator('[name=date]').fill(dayAhead(9));
    await dialog.locator('[name=reason]').focus();
    await page.keyboard.type('発熱のため（電話）');
    await page.keyboard.press('Tab'); /* fetch */
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    const report = page.locator('.report', { hasText: written(dayAhead(9)) });
    await report.getByText(/発熱のため/).waitFor();
    await report.getByRole('button', { name: /^取/ }).focus();
    await page.keyboard.press('Enter');
    await dialog.locator('[name=reason]').focus();
    await page.keyboard.type('きょうは元気になったとのこと');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await report.locator('.row-mark').waitFor();
  });
});

test('S-69 the tablet locks also without a line, and opens for its owner when the line is back', async () => {
  await someone({ viewport: TABLET }, async (page) => {
    await signIn(page, teacher);
    await board(page);
    await page.context().setOffline(true);
    await page.getByRole('button', { name: 'ロック', exact: true }).click();
    await page.getByRole('heading', { name: '画面がロックされています' }).waitFor();
    assert.equal(await page.locator('.pupil').first().isVisible(), false);
    await page.context().setOffline(false);
    await page.getByLabel('パスワード').first().check();
    for (const [password, opens] of [['not the Password 1', false], [teacher.password, true]]) {
      await page.locator('[name=password]').fill(password);
      await page.locator('[type=submit]').first().click();
      if (opens) await page.locator('.pupil').first().waitFor();
      else await page.getByRole('alert').first().waitFor();
    }
  });
});

test('K-26 the register and the door', async () => {
  await someone({ viewport: TABLET }, async (page) => {
    await signIn(page, teacher);
    await page.goto(`${URL_BASE}/#/register`);
    await page.locator('.sheet tbody tr').first().waitFor();
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSVで保存' }).click()]);
    assert.match(file.suggestedFilename(), /\.csv$/);
    await axe(page);
    await page.goto(`${URL_BASE}/#/door`);
    await page.locator('[name=card]').fill('でたらめ');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    assert.equal(await page.locator('[name=card]').evaluate((box) => box === document.activeElement), true);
    await axe(page);
  });
});

for (const viewport of [NARROW, PHONE, TABLET])
  test(`K-26 nothing is cut off at ${viewport.width} px`, async () => {
    await someone({ viewport }, async (page) => {
      await signIn(page, teacher);
      for (const where of ['board', 'door', 'register']) {
        await page.goto(`${URL_BASE}/#/${where}`);
        await page.locator('.class, .door, .sheet').first().waitFor();
        const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.equal(over, 0, where);
        await axe(page);
      }
    });
  });
