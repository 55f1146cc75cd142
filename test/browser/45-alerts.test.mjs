/* Goal: what is out of the ordinary reaches somebody who takes it, judges it with a reason, and can silence its rule for a while only with one. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { AXE, dayAhead, inspect, NARROW, signIn, someone, withRole } from './people.mjs';
import { at, call, DESKTOP, everyOfCity, inDialog, leave, ofCity, read, ready, until } from './govern.mjs';

const auditor = ofCity('auditor');
const [first, second] = everyOfCity('officer-admin');
const operator = withRole('operator-admin');
const mark = randomBytes(4).toString('hex');
const RULE = 'settings-changed';

/* A change of the contract by two people, which its rule notices; then as it was. */
async function change(page) {
  await signIn(page, first);
  const contract = await read(page, '/v1/contract');
  const kept = Object.fromEntries(Object.entries(contract).filter(([name, value]) => !['id', 'facility', 'version'].includes(name) && value !== null));
  const made = [];
  for (const contact of [`警報の試し ${mark}`, kept.contact ?? '情報政策課']) {
    const { json } = await call(page, 'PUT', '/v1/contract', { ...kept, contact, reason: '試し' });
    made.push(json.change.id);
    await someone({ viewport: DESKTOP }, async (other) => {
      await signIn(other, second);
      assert.equal((await call(other, 'POST', `/v1/changes/${made.at(-1)}/approve`)).status, 200);
    });
  }
  const { items } = await until(page, '/v1/alerts?state=open&limit=100', ({ items: all }) => all.some(({ rule }) => rule.code === RULE));
  return items.find(({ rule }) => rule.code === RULE);
}

test('K-39 S-51 an alert stands in the queue and on the desk, is taken, judged with a reason, and closed', { skip: !second }, () =>
  someone({ viewport: DESKTOP }, async (page) => {
    const alert = await change(page);
    await at(page, '/desk');
    await page.locator(`a[href="#/alerts/${alert.id}"]`).first().waitFor();
    await at(page, '/alerts');
    const row = page.locator(`[data-row="${alert.id}"]`);
    assert.ok((await row.innerText()).includes(alert.title.ja));
    await row.getByRole('link').click();
    await page.getByRole('heading', { level: 1, name: alert.title.ja }).waitFor();
    const { events } = await read(page, `/v1/alerts/${alert.id}`);
    assert.ok(events.length > 0);
    await page.getByText(`記録 ${events[0]}`).waitFor();
    await page.getByRole('button', { name: /^引き受ける/ }).click();
    await inDialog(page).getByRole('button', { name: '引き受ける' }).click();
    await page.getByText('引き受けました。').waitFor();
    await page.locator('.record-facts .mark-of', { hasText: '対応中' }).waitFor();
    await page.getByRole('button', { name: /^判定する/ }).click();
    await inDialog(page).locator('[name=judgement][value=normal]').check();
    await inDialog(page).getByRole('button', { name: '判定する' }).click();
    await inDialog(page).getByText('入力してください。').waitFor();
    await inDialog(page).locator('[name=note]').fill('予定していた変更です。');
    await inDialog(page).getByRole('button', { name: '判定する' }).click();
    await page.getByText('判定しました。').first().waitFor();
    await page.locator('.course', { hasText: '予定していた変更です。' }).waitFor();
    const close = page.getByRole('button', { name: /^終了する/ });
    if (await close.count()) {
      await close.click();
      await inDialog(page).getByRole('button', { name: '終了する' }).click();
    }
    await page.locator('.record-facts .mark-of', { hasText: '終了' }).waitFor();
    await at(page, '/alerts?state=closed');
    await page.locator(`[data-row="${alert.id}"]`).waitFor();
  }));

test('K-39 a rule is silenced for a while, with a reason, and no longer than a week', { skip: !first }, () =>
  someone({ viewport: DESKTOP }, async (page) => {
    await signIn(page, first);
    await at(page, '/alerts');
    await page.getByRole('link', { name: '警報の規則を見る' }).click();
    const { items } = await read(page, '/v1/alert-rules');
    await page.locator('[data-rule]').first().waitFor();
    assert.equal(await page.locator('[data-rule]').count(), items.length);
    const rule = items.find(({ may_silence: may, code }) => may && code === 'upload-infected');
    const card = page.locator(`[data-rule="${rule.code}"]`);
    await card.getByRole('button', { name: /^知らせを一時止める/ }).click();
    await inDialog(page).locator('[name=until_day]').fill(dayAhead(20));
    await inDialog(page).locator('[name=reason]').fill(`点検のため ${mark}`);
    await inDialog(page).getByRole('button', { name: '知らせを一時止める' }).click();
    await inDialog(page).getByText('今から7日以内の日時を入力してください。').waitFor();
    await inDialog(page).locator('[name=until_day]').fill(dayAhead(1));
    await inDialog(page).locator('[name=until_time]').fill(new Date(Date.now() + 9 * 3_600_000).toISOString().slice(11, 16));
    await inDialog(page).getByRole('button', { name: '知らせを一時止める' }).click();
    await card.getByText(`点検のため ${mark}`).waitFor();
  }));

test('an auditor sees the queue and changes nothing', { skip: !auditor }, () =>
  someone({ viewport: DESKTOP }, async (page) => {
    await signIn(page, auditor);
    const { items } = await read(page, '/v1/alerts?limit=1');
    await at(page, items[0] ? `/alerts/${items[0].id}` : '/alerts');
    await ready(page);
    assert.equal(await page.getByRole('button', { name: /^(引き受ける|判定する|終了する)/ }).count(), 0);
    await at(page, '/alerts/rules');
    await ready(page);
    assert.equal(await page.getByRole('button', { name: /^知らせを一時止める/ }).count(), 0);
    await leave(page);
  }));

for (const [language, viewport] of [['ja', NARROW], ['en', DESKTOP]]) {
  test(`alerts, settings and the schedule are readable and in reach (${language})`, { skip: !first }, async () => {
    for (const account of [first, operator].filter(Boolean)) {
      await someone({ language, viewport, scripts: [AXE] }, async (page) => {
        await signIn(page, account);
        const { items } = await read(page, '/v1/alerts?limit=1');
        const pages = ['/alerts', '/alerts/rules', items[0] && `/alerts/${items[0].id}`, '/settings', '/schedule', '/work-calendar'];
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
