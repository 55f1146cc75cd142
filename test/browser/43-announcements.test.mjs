/* Goal: what must reach people is written with its first possible day in view, published by a second person, and seen by those it is for. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { AXE, accounts, guardian, inspect, NARROW, PHONE, signIn, someone, withRole, written } from './people.mjs';
import { at, call, DESKTOP, everyOfCity, inDialog, leave, ofCity, read, ready } from './govern.mjs';

const [first, second] = everyOfCity('officer-admin');
const officer = ofCity('officer');
const operator = withRole('operator');
const mark = randomBytes(4).toString('hex');

const idOf = (page) => new URL(page.url()).hash.split('/').pop();
const kindOf = async (page, code) => (await read(page, '/v1/announcement-kinds')).items.find((kind) => kind.code === code);

test('K-59 T-3 a notice is written by one, published by another, stands on the screens it is for, and its receipts are counted', { skip: !second }, () =>
  someone({ viewport: DESKTOP }, async (page) => {
    const name = `遠足のお知らせ ${mark}`;
    await signIn(page, first);
    await at(page, '/announcements');
    await page.locator('[data-file=city-notice]').click();
    await page.locator('[type=submit]').click();
    assert.ok((await page.locator('[aria-invalid=true]').count()) >= 2, 'what is missing is said at its field');
    await page.locator('[name=title]').fill(name);
    await page.locator('[name=body]').fill('来月の遠足は、雨のときは中止します。\n\n持ち物は別の紙でお知らせします。');
    await page.locator('[type=submit]').click();
    await page.getByRole('heading', { level: 1, name }).waitFor();
    const id = idOf(page);
    const { first_possible } = await read(page, `/v1/announcements/${id}`);
    await page.getByText(`適用日は最も早くて${written(first_possible)}です。`).waitFor();
    assert.equal(await page.getByRole('button', { name: /^公開する/ }).count(), 0, 'nobody publishes the own text');
    await page.getByRole('button', { name: /^公開の承認を求める/ }).click();
    await inDialog(page).getByRole('button', { name: '公開の承認を求める' }).click();
    await page.getByText('承認を求めました。').waitFor();
    await leave(page);

    await signIn(page, second);
    await at(page, `/announcements/${id}`);
    await page.getByRole('button', { name: /^公開する/ }).click();
    await inDialog(page).getByRole('button', { name: '公開する' }).click();
    await page.getByText('公開しました。').first().waitFor();

    await someone({ viewport: PHONE }, async (other) => {
      await signIn(other, guardian);
      const banner = other.locator('.announced a', { hasText: name });
      await banner.click();
      await other.getByRole('heading', { level: 1, name }).waitFor();
      await other.getByText('持ち物は別の紙でお知らせします。').waitFor();
      await at(other, '/children');
      await other.locator('.child-report').first().waitFor();
      await other.waitForFunction((text) => !document.querySelector('.announced')?.textContent.includes(text), name);

      /* What has been read is found again. */
      await at(other, '/announcements');
      await other.locator('[data-past] a', { hasText: name }).click();
      await other.getByText('持ち物は別の紙でお知らせします。').waitFor();
    });

    await page.reload();
    await page.getByRole('heading', { name: '届いた人' }).waitFor();
    await ready(page);
    const { counts } = await read(page, `/v1/announcements/${id}/receipts`);
    assert.ok(counts.seen >= 1);
    const line = page.locator('.progress-line', { hasText: '確認' }).first();
    assert.ok((await line.innerText()).includes(`${counts.seen}／${counts.audience}人`));
    await page.getByRole('button', { name: /^取り下げる/ }).click();
    await inDialog(page).locator('[name=reason]').fill('試しが終わったため');
    await inDialog(page).getByRole('button', { name: '取り下げる' }).click();
    await page.getByText('取り下げました。').first().waitFor();
  }));

test('NT-1 a day before the notice period ends is refused at its field, with the first possible one', { skip: !operator }, () =>
  someone({ viewport: DESKTOP }, async (page) => {
    await signIn(page, operator);
    await at(page, '/announcements/new?kind=service-notice');
    const kind = await kindOf(page, 'service-notice');
    const matter = kind.matters.find(({ code }) => code === 'service-change');
    const choice = page.locator('.check', { hasText: matter.title.ja }).first();
    assert.ok((await choice.innerText()).includes(written(matter.first_possible)));
    await choice.locator('input').check();
    await page.locator('[name=title]').fill(`変更 ${mark}`);
    await page.locator('[name=body]').fill('画面が変わります。');
    const tomorrow = new Date(Date.now() + 9 * 3_600_000 + 86_400_000).toISOString().slice(0, 10);
    await page.locator('[name=effective_on]').fill(tomorrow);
    await page.locator('[type=submit]').click();
    const field = page.locator('.field:has([name=effective_on])');
    await field.locator('.error').waitFor();
    assert.equal(await page.locator('[name=effective_on]').getAttribute('aria-invalid'), 'true');
  }));

/* In another city than the other tests use: whoever signs in there meanwhile is asked, too. */
const others = accounts.filter(({ role, customer }) => role === 'officer-admin' && customer !== guardian.customer && customer !== 'provider');
const [writer, publisher] = others;
const reader = accounts.find(({ role, customer }) => role === 'guardian' && customer === writer?.customer);
const HELD = '同意して続ける';

const signInAs = (account, act, viewport = DESKTOP, more = {}) =>
  someone({ viewport, ...more }, async (page) => {
    await signIn(page, account);
    if (await page.locator('[data-held]').count()) await accept(page);
    await act(page);
  });

async function accept(page) {
  while (await page.locator('[data-held]').count()) {
    await page.getByRole('button', { name: HELD }).click();
    await page.waitForFunction(() => document.querySelector('.top') || !document.querySelector('[data-held] .spinner'));
  }
  await page.locator('.top').waitFor();
}

/* Written by one, published by the other. */
async function publishTerms(body) {
  let id;
  await signInAs(writer, async (page) => {
    const { id: kind } = await kindOf(page, 'terms');
    const wish = { title: `利用規約 ${mark}`, body, matters: 'terms', urgency: 'minor' };
    const made = await call(page, 'POST', `/v1/announcement-kinds/${kind}/announcements`, wish);
    assert.equal(made.status, 201, JSON.stringify(made.json));
    ({ id } = made.json);
    await call(page, 'POST', `/v1/announcements/${id}/propose`);
  });
  await signInAs(publisher, async (page) => {
    const published = await call(page, 'POST', `/v1/announcements/${id}/publish`);
    assert.equal(published.status, 200, JSON.stringify(published.json));
  });
  return id;
}

test('NT-3 K-46 whoever has not accepted the terms comes no further; what changed is in view, and anybody may read them', { skip: !reader || !publisher }, async () => {
  const made = [];
  try {
    made.push(await publishTerms('一、この規約は市が定めます。\n二、写真を載せません。'));
    await signInAs(reader, (page) => page.locator('.child-report, .empty').first().waitFor(), PHONE);
    made.push(await publishTerms('一、この規約は市が定めます。\n二、写真を載せるときは同意を得ます。'));
    await someone({ viewport: NARROW, scripts: [AXE] }, async (page) => {
      await signIn(page, reader);
      await page.locator('[data-held]').waitFor();
      await at(page, '/children');
      await page.getByRole('button', { name: HELD }).waitFor();
      assert.equal(await page.locator('.tabs, .child-report').count(), 0, 'nothing else is in reach');
      assert.ok((await page.locator('.difference-gone').innerText()).includes('写真を載せません。'));
      assert.ok((await page.locator('.difference-new').innerText()).includes('同意を得ます。'));
      await inspect(page, 'what must be accepted');
      await page.getByRole('button', { name: HELD }).click();
      await page.locator('.child-report, .empty').first().waitFor();
      await page.reload();
      await page.locator('.child-report, .empty').first().waitFor();
      await at(page, '/terms');
      await page.getByText('写真を載せるときは同意を得ます。').first().waitFor();
    });
  } finally {
    await signInAs(writer, async (page) => {
      for (const id of made) await call(page, 'POST', `/v1/announcements/${id}/withdraw`, { reason: '試しが終わったため' });
    });
  }
});

test('what anybody may read opens without a sign-in', () =>
  someone({ viewport: NARROW, scripts: [AXE] }, async (page) => {
    await page.getByRole('link', { name: '利用規約など' }).click();
    await page.getByRole('heading', { level: 1, name: '利用規約など' }).waitFor();
    await ready(page);
    await inspect(page, '/terms');
    await page.getByRole('link', { name: 'ログイン画面にもどる' }).click();
    await page.locator('[name=login]').waitFor();
  }));

for (const [language, viewport] of [['ja', NARROW], ['en', DESKTOP]]) {
  test(`announcements are readable and in reach (${language})`, { skip: !second }, async () => {
    for (const account of [first, officer, guardian, operator]) {
      await someone({ language, viewport, scripts: [AXE] }, async (page) => {
        await signIn(page, account);
        const { items } = await read(page, '/v1/announcements?limit=1');
        const mayWrite = account === first || account === operator;
        const pages = ['/announcements', items?.[0] && `/announcements/${items[0].id}`, mayWrite && '/announcements/new?kind=terms'];
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
