/* Goal: a question or a request is asked in a form, answered in time by whoever has it, and both sides see how it stands. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { AXE, guardian, inspect, NARROW, PHONE, signIn, someone, withRole } from './people.mjs';
import { at, DESKTOP, everyOfCity, inDialog, ofCity, read, ready } from './govern.mjs';

const officer = ofCity('officer');
const [admin] = everyOfCity('officer-admin');
const operator = withRole('operator');
const stranger = everyOfCity('guardian').find(({ login }) => login !== guardian.login);
const mark = randomBytes(4).toString('hex');

const kindOf = async (page, code) => (await read(page, '/v1/case-kinds')).items.find((kind) => kind.code === code);
const idOf = (page) => new URL(page.url()).hash.split('/').pop();

/* File an inquiry by its form, and come to its page. */
async function inquire(page, subject) {
  await at(page, '/cases');
  await page.locator('[data-file=inquiry]').click();
  await page.locator('[name="fields.subject"]').fill(subject);
  await page.locator('[name="fields.topic"]').selectOption({ index: 1 });
  await page.locator('[name="fields.question"]').fill('週末の操作について教えてください。');
  await page.locator('[type=submit]').click();
  await page.getByRole('heading', { level: 1, name: subject }).waitFor();
  await ready(page);
  return idOf(page);
}

test('S-29 P-1.7 a form is drawn from its description, and says at the field what is missing', { skip: !officer }, () =>
  someone({ viewport: DESKTOP }, async (page) => {
    await signIn(page, officer);
    await at(page, '/cases');
    await page.locator('[data-file=inquiry]').click();
    await page.locator('[type=submit]').click();
    const kind = await kindOf(page, 'inquiry');
    const missing = await page.locator('[aria-invalid=true]').evaluateAll((all) => all.map(({ name }) => name));
    assert.deepEqual(missing, kind.fields.filter(({ required }) => required).map(({ name }) => `fields.${name}`));
    assert.equal(await page.evaluate(() => document.activeElement.name), missing[0]);
    const labels = await page.locator('form .label').allInnerTexts();
    kind.fields.forEach(({ ja }, index) => assert.ok(labels[index].startsWith(ja), labels[index]));
  }));

test('S-29 an inquiry shows its time limit in words and a bar, reaches the provider, and is answered there', { skip: !officer || !operator }, () =>
  someone({ viewport: DESKTOP }, async (page) => {
    const subject = `問い合わせ ${mark}`;
    await signIn(page, officer);
    const id = await inquire(page, subject);
    const { clocks } = await read(page, `/v1/cases/${id}`);
    assert.ok(clocks.length > 0);
    const clock = page.locator(`[data-clock=${clocks[0].code}]`);
    assert.ok((await clock.innerText()).includes(clocks[0].title.ja));
    assert.ok((await clock.innerText()).includes(clocks[0].words.ja.slice(0, 6)));
    assert.equal(await clock.locator('progress').count(), 1);
    await page.locator('[name=text]').fill('補足です。');
    await page.getByRole('button', { name: '送る', exact: true }).click();
    await page.locator('.step-message', { hasText: '補足です。' }).waitFor();

    await someone({ viewport: DESKTOP }, async (other) => {
      await signIn(other, operator);
      const row = other.locator('tr', { hasText: subject });
      for (let turn = 0; turn < 30 && (await row.count()) === 0; turn++) {
        await at(other, '/desk');
        await at(other, '/cases');
        await ready(other);
        await other.waitForTimeout(500);
      }
      await row.getByRole('link').click();
      await other.getByRole('heading', { level: 1, name: subject }).waitFor();
      await other.getByRole('button', { name: /^回答する/ }).click();
      await inDialog(other).getByRole('button', { name: '回答する' }).click();
      await inDialog(other).getByText('入力してください。').waitFor();
      await inDialog(other).locator('[name=text]').fill('土日もお使いいただけます。');
      await inDialog(other).getByRole('button', { name: '回答する' }).click();
      await other.getByText('「回答する」を行いました。').waitFor();
    });

    const answer = page.locator('.step-message', { hasText: '土日もお使いいただけます。' });
    for (let turn = 0; turn < 30 && (await answer.count()) === 0; turn++) {
      await page.reload();
      await ready(page);
      await page.waitForTimeout(500);
    }
    await answer.waitFor();
    await page.getByRole('button', { name: /^完了にする/ }).click();
    await inDialog(page).getByRole('button', { name: '完了にする' }).click();
    await page.getByText('「完了にする」を行いました。').waitFor();
    await page.locator('.mark-of', { hasText: '完了' }).first().waitFor();
    assert.equal(await page.locator('[name=text]').count(), 0, 'nothing is written into what has ended');
  }));

test('DA-9 a guardian asks for the own data on a telephone, sees only the own request, and an administrator decides', { skip: !admin || !stranger }, () =>
  someone({ viewport: PHONE }, async (page) => {
    const what = `見たい内容 ${mark}`;
    await signIn(page, guardian);
    await page.getByRole('link', { name: '問い合わせ・請求' }).click();
    await page.locator('[data-file=data-request]').click();
    assert.equal(await page.locator('[name="fields.decision"]').count(), 0, 'the answer is not asked of whoever asks');
    await page.locator('[name="fields.kind"]').selectOption('disclosure');
    await page.locator('[name="fields.whose"]').fill('わたしの子');
    await page.locator('[name="fields.what"]').fill(what);
    await page.locator('[type=submit]').click();
    await page.locator('[data-field=what]', { hasText: what }).waitFor();
    const id = idOf(page);

    await someone({ viewport: PHONE }, async (other) => {
      await signIn(other, stranger);
      await at(other, '/cases');
      await ready(other);
      assert.equal(await other.locator(`[data-row="${id}"]`).count(), 0);
      await at(other, `/cases/${id}`);
      await other.getByText('この内容は表示できません').waitFor();
    });

    await someone({ viewport: DESKTOP }, async (other) => {
      await signIn(other, admin);
      await at(other, `/cases/${id}`);
      await other.getByRole('button', { name: /^担当を決める/ }).click();
      await inDialog(other).getByRole('button', { name: '担当を決める' }).click();
      await other.getByText('担当を決めました。').waitFor();
      await other.getByRole('button', { name: /^求めのとおり対応した/ }).click();
      await inDialog(other).locator('[name="fields.decision"]').fill('窓口でお渡しします。');
      await inDialog(other).getByRole('button', { name: '求めのとおり対応した' }).click();
      await other.getByText('「求めのとおり対応した」を行いました。').waitFor();
    });
    await page.reload();
    await page.locator('[data-field=decision]', { hasText: '窓口でお渡しします。' }).waitFor();
    await page.locator('.mark-of', { hasText: '対応済み' }).first().waitFor();
  }));

for (const [language, viewport] of [['ja', NARROW], ['en', DESKTOP]]) {
  test(`cases are readable and in reach (${language})`, { skip: !officer }, async () => {
    for (const [account, code] of [[officer, 'inquiry'], [guardian, 'data-request']]) {
      await someone({ language, viewport, scripts: [AXE] }, async (page) => {
        await signIn(page, account);
        const { items } = await read(page, '/v1/cases?limit=1');
        const kind = await kindOf(page, code);
        const pages = ['/cases', '/cases/new', `/cases/new?kind=${kind.id}`, items[0] && `/cases/${items[0].id}`];
        for (const hash of pages.filter(Boolean)) {
          await at(page, hash);
          await page.waitForFunction((wanted) => location.hash === `#${wanted}`, hash);
          await ready(page);
          if (hash.includes('kind=')) await page.locator('[type=submit]').click();
          await inspect(page, hash);
        }
      });
    }
  });
}
