/* Goal: what everybody has to do by a date is done step by step, and those who oversee it see how far it has come. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { AXE, inspect, NARROW, signIn, someone, TABLET } from './people.mjs';
import { at, call, DESKTOP, everyOfCity, inDialog, ofCity, read, ready, until } from './govern.mjs';

const officer = ofCity('officer');
const auditor = ofCity('auditor');
const principal = ofCity('principal');
const [admin] = everyOfCity('officer-admin');
const mark = randomBytes(4).toString('hex');
const begun = new Map();

const mine = async (page, campaign) => (await read(page, '/v1/campaigns/tasks/mine?limit=200')).items.find((one) => one.campaign.id === campaign);

/* Start one by its button; those of the kind that are under way are closed first. */
async function begin(page, code) {
  const { items } = await read(page, '/v1/campaigns?state=running');
  const { items: kinds } = await read(page, '/v1/campaign-kinds');
  const kind = kinds.find((one) => one.code === code);
  for (const one of items.filter((one) => one.kind.id === kind.id)) {
    assert.equal((await call(page, 'POST', `/v1/campaigns/${one.id}/close`, { reason: '試しのため' })).status, 200);
  }
  const name = `${kind.title.ja} ${mark}`;
  await at(page, '/campaigns');
  await page.getByRole('button', { name: `${kind.title.ja}を始める` }).click();
  await inDialog(page).locator('[name=title]').fill(name);
  await inDialog(page).getByRole('button', { name: `${kind.title.ja}を始める` }).click();
  await page.getByText('始めました。').waitFor();
  await page.getByRole('link', { name }).first().click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
  const id = new URL(page.url()).hash.split('/').pop();
  begun.set(code, id);
  await until(page, `/v1/campaigns/${id}`, ({ spread }) => spread);
  return id;
}

test('ID-7 K-37 a principal examines every account of the facility and finishes only then', { skip: !admin || !principal }, () =>
  someone({ viewport: DESKTOP }, async (page) => {
    await signIn(page, admin);
    const campaign = await begin(page, 'access-review');
    await page.reload();
    await page.getByRole('heading', { name: '園ごとの進み具合' }).waitFor();
    const { facilities } = await read(page, `/v1/campaigns/${campaign}`);
    assert.equal(await page.locator('section', { has: page.getByRole('heading', { name: '園ごとの進み具合' }) }).locator('[data-row]').count(), facilities.length);

    await someone({ viewport: DESKTOP }, async (other) => {
      await signIn(other, principal);
      const task = await mine(other, campaign);
      await at(other, '/desk');
      await other.locator(`a[href="#/tasks/${task.id}"]`).click();
      await other.getByRole('heading', { name: '確かめるアカウント' }).waitFor();
      const { items, counts } = await read(other, `/v1/campaign-tasks/${task.id}?limit=200`);
      await other.getByText(`${counts.accounts}件のうち、あと${counts.open}件です。`).waitFor();
      await other.getByRole('button', { name: '見直しを終える' }).click();
      await inDialog(other).getByRole('button', { name: '見直しを終える' }).click();
      await inDialog(other).getByText(/まだ判断していないアカウントが/).waitFor();
      await inDialog(other).getByRole('button', { name: 'やめる' }).click();
      const [first, second, ...rest] = items.filter(({ own }) => !own);
      await other.locator(`[data-row="${first.account}"]`).getByRole('button', { name: /^継続/ }).click();
      await other.locator(`[data-row="${first.account}"] strong`, { hasText: '継続' }).waitFor();
      await other.locator(`[data-row="${second.account}"]`).getByRole('button', { name: /^変更/ }).click();
      await inDialog(other).getByRole('button', { name: '変更' }).click();
      await inDialog(other).getByText('入力してください。').waitFor();
      await inDialog(other).locator('[name=note]').fill('組が変わったため');
      await inDialog(other).getByRole('button', { name: '変更' }).click();
      await other.locator(`[data-row="${second.account}"]`).getByText('組が変わったため').waitFor();
      await other.locator(`[data-row="${second.account}"]`).getByRole('link', { name: '人の管理で変える' }).waitFor();
      for (const { account } of rest) {
        assert.equal((await call(other, 'POST', `/v1/campaign-tasks/${task.id}/decide`, { account, decision: 'keep' })).status, 200);
      }
      await other.reload();
      await other.getByText(/件すべてを判断しました。/).waitFor();
      await other.getByRole('button', { name: '見直しを終える' }).click();
      await inDialog(other).getByRole('button', { name: '見直しを終える' }).click();
      await other.getByText(/に完了しました。/).waitFor();
      await at(other, '/desk');
      await ready(other);
      assert.equal(await other.locator(`a[href="#/tasks/${task.id}"]`).count(), 0);
    });
    await page.reload();
    await ready(page);
    const { done, total } = await read(page, `/v1/campaigns/${campaign}`);
    assert.ok(done >= 1);
    assert.ok((await page.locator('.record-facts .part-of').innerText()).includes(`${done}／${total}`));
  }));

test('GV-5 a course is read and answered; with too little it is tried again', { skip: !admin || !officer }, () =>
  someone({ viewport: TABLET }, async (page) => {
    await signIn(page, admin);
    const campaign = await begin(page, 'training');
    await someone({ viewport: TABLET }, async (other) => {
      await signIn(other, officer);
      const task = await mine(other, campaign);
      await at(other, '/campaigns');
      await other.locator(`[data-task="${task.id}"]`).click();
      const { text, fields, pass } = await read(other, `/v1/campaign-tasks/${task.id}`);
      await other.getByText(text.ja.slice(0, 20)).waitFor();
      const box = other.locator(`[name="fields.${pass.field}"]`);
      await box.fill('あ');
      await other.getByRole('button', { name: '読みました。終える' }).click();
      await other.getByText('数字だけで入力してください。').waitFor();
      await box.fill(String(pass.min - 1));
      await other.getByRole('button', { name: '読みました。終える' }).click();
      await other.getByText(/もう一度取り組んでください。/).waitFor();
      await box.fill(String(pass.min));
      await other.getByRole('button', { name: '読みました。終える' }).click();
      await other.getByText(/に完了しました。/).waitFor();
      assert.ok((await other.locator(`[data-field=${fields[0].name}] dd`).innerText()).includes(String(pass.min)));
    });
  }));

for (const [language, viewport] of [['ja', NARROW], ['en', DESKTOP]]) {
  test(`campaigns are readable and in reach (${language})`, { skip: !admin || !principal }, async () => {
    for (const account of [admin, auditor, principal]) {
      await someone({ language, viewport, scripts: [AXE] }, async (page) => {
        await signIn(page, account);
        const tasks = (await read(page, '/v1/campaigns/tasks/mine?limit=200')).items;
        const review = begun.get('access-review');
        const pages = ['/campaigns', account !== principal && review && `/campaigns/${review}`, tasks[0] && `/tasks/${tasks[0].id}`];
        for (const hash of pages.filter(Boolean)) {
          await at(page, hash);
          await page.waitForFunction((wanted) => location.hash === `#${wanted}`, hash);
          await ready(page);
          await inspect(page, hash);
        }
      });
    }
  });
}

test('a campaign is closed by hand, with a reason', { skip: !admin }, () =>
  someone({ viewport: DESKTOP }, async (page) => {
    await signIn(page, admin);
    for (const id of begun.values()) {
      await at(page, `/campaigns/${id}`);
      await page.getByRole('button', { name: '打ち切る' }).click();
      await inDialog(page).locator('[name=reason]').fill('試しが終わったため');
      await inDialog(page).getByRole('button', { name: '打ち切る' }).click();
      await page.getByText('打ち切りました。').waitFor();
      await page.locator('.record-facts .mark-of', { hasText: '終了' }).waitFor();
    }
  }));
