/*
 * An auditor acts in other roles among what is made for checks: every page says so, nothing real is reached, what is refused
 * is seen at once and stays in the record.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { AXE, inspect, NARROW, signIn, someone, TABLET, withRole } from './people.mjs';

const auditor = withRole('auditor');
const officer = withRole('officer');
const READY_MS = 90_000;

const go = async (page, hash, sign) => {
  await page.evaluate((address) => {
    location.hash = address;
  }, hash);
  await page.locator(sign).first().waitFor();
};
const banner = (page) => page.locator('.trial-banner');
const ask = (page, path) => page.evaluate(async (where) => (await fetch(where)).json(), path);

/* Where checks run on demand only, the first one that is asked for makes their accounts ready. */
const wake = (page) =>
  page.evaluate(async () => {
    const reply = await fetch('/v1/checks');
    if (!reply.ok) return;
    const one = (await reply.json()).items.find(({ runnable }) => runnable);
    const headers = { 'content-type': 'application/json' };
    if (one) await fetch(`/v1/checks/${one.id}/run`, { method: 'POST', headers, body: '{}' });
  });

/* The accounts for checks are made in the first minute of the service; until then it says so. */
async function begin(page, role, place) {
  await go(page, '#/trial', '.trial-form');
  await page.locator(`[name=role][value=${role}]`).check();
  if (place) await page.locator(`[name=place][value=${place}]`).check();
  const end = Date.now() + READY_MS;
  for (;;) {
    await page.locator('.trial-form [type=submit]').click();
    await page.locator('.trial-banner, .trial-form .error').first().waitFor();
    if ((await banner(page).count()) > 0) return;
    assert.match(await page.locator('.trial-form .error').first().innerText(), /用意ができていません/);
    await wake(page);
    assert.ok(Date.now() < end, 'the accounts for checks are ready in time');
    await page.waitForTimeout(1_000);
  }
}

async function finish(page) {
  await banner(page).getByRole('button', { name: '試行を終える' }).click();
  await page.locator('.trial-form').waitFor();
  assert.equal(await banner(page).count(), 0);
}

async function attempt(page, what, number) {
  await page.locator('[name=attempt]').selectOption(what);
  if (number) await page.locator('[name=seen]').selectOption(number);
  const before = await page.locator('.answers li').count();
  await page.locator('.forbidden [type=submit]').click();
  await page.locator('.answers li').nth(before).waitFor();
  return page.locator('.answers li').first().getAttribute('data-answer');
}

const deeds = (page) =>
  page.locator('.event-table tbody tr').evaluateAll((all) =>
    all.map((row) => [row.querySelector('code').textContent, row.querySelector('[data-outcome]').dataset.outcome]),
  );

test('GV-14 an auditor acts as a teacher of a facility for checks, is refused, sees the refusal, and ends', async () => {
  await someone({ viewport: TABLET, scripts: [AXE] }, async (page) => {
    await signIn(page, auditor);
    await go(page, '#/trial', '.trial-form');
    await inspect(page, 'before a trial');
    await begin(page, 'staff', 'b');
    assert.match(await banner(page).innerText(), /試行中：監査人が教職員として検査用の園で操作しています/);
    await page.locator('.board-head, .title').first().waitFor();
    assert.match(await page.locator('#main').innerText(), /検査園B/);
    const me = await ask(page, '/v1/me');
    assert.deepEqual([me.role, me.facility.name], ['staff', '検査園B']);
    assert.deepEqual((await ask(page, '/v1/facilities?limit=200')).items.map(({ name }) => name), ['検査園B']);
    for (const { facility_name } of (await ask(page, '/v1/children?limit=200')).items) assert.equal(facility_name, '検査園B');
    for (const hash of ['#/door', '#/register', '#/account']) {
      await go(page, hash, '.title');
      assert.equal(await banner(page).isVisible(), true, hash);
    }

    await banner(page).getByRole('link').click();
    await page.locator('.forbidden').waitFor();
    assert.equal(await attempt(page, 'counts'), '403');
    assert.equal(await attempt(page, 'openFacility'), '403');
    assert.equal(await attempt(page, 'child', 'strange'), '404');
    await page.locator('[name=attempt]').selectOption('own');
    await page.locator('[name=own]').fill('https://example.com/');
    await page.locator('.forbidden [type=submit]').click();
    assert.equal(await page.locator('.forbidden .error').innerText(), '「/v1/」で始まる要求を入力してください。');
    await page.locator('[name=own]').fill('/v1/me');
    await page.locator('.forbidden [type=submit]').click();
    await page.locator('.answers [data-answer=passed]').waitFor();

    await page.getByRole('button', { name: '読み直す' }).click();
    await page.locator('.event-table').waitFor();
    const done = await deeds(page);
    for (const refused of ['counts.see', 'facility.open', 'child.see'])
      assert.ok(done.some(([operation, outcome]) => operation === refused && outcome === 'refused'), refused);
    assert.ok(done.some(([, outcome]) => outcome === 'done'));
    await page.locator('[name=only]').check();
    assert.ok((await deeds(page)).every(([, outcome]) => outcome === 'refused'));
    await inspect(page, 'a trial');
    await page.setViewportSize(NARROW);
    await inspect(page, 'a trial on a narrow screen');
    await page.setViewportSize(TABLET);
    await page.reload();
    await banner(page).waitFor();
    await finish(page);
    assert.equal((await ask(page, '/v1/me')).trial, null);

    await go(page, '#/events?operation=facility.open&outcome=refused', '.event-table tbody tr, .empty');
    const openly = await page.locator('.event-table tbody tr').count();
    await go(page, '#/events?operation=facility.open&outcome=refused&probe=only', '.event-table tbody tr .badge');
    assert.match(await page.locator('.event-table tbody tr').first().innerText(), /検査用/);
    assert.equal(openly, 0, 'what was tried is not among what really happened');
  });
});

test('GV-14 what one role has seen is tried by another, and is as if it did not exist', async () => {
  await someone({ viewport: TABLET }, async (page) => {
    await signIn(page, auditor);
    await begin(page, 'principal', 'a');
    const some = async () => (await ask(page, '/v1/children?limit=3')).items.map(({ id }) => id);
    const end = Date.now() + READY_MS;
    let children = await some();
    while (children.length === 0 && Date.now() < end) {
      await page.waitForTimeout(1_000); /* the first check makes them */
      children = await some();
    }
    assert.ok(children.length > 0, 'the facility for checks has a child');
    await banner(page).getByRole('link').click();
    await page.locator('.forbidden').waitFor();
    await page.locator(`[name=seen] option[value="${children[0]}"]`).waitFor({ state: 'attached' });
    assert.equal(await attempt(page, 'child', children[0]), 'passed');
    await finish(page);

    await begin(page, 'staff', 'b');
    await banner(page).getByRole('link').click();
    await page.locator('.forbidden').waitFor();
    assert.match(await page.locator(`[name=seen] option[value="${children[0]}"]`).innerText(), /検査園Aで見えた園児/);
    assert.equal(await attempt(page, 'child', children[0]), '404');
    const [there] = await page.locator('.answers li').allInnerTexts();
    assert.equal(await attempt(page, 'child', 'strange'), '404');
    const [nowhere] = await page.locator('.answers li').allInnerTexts();
    const plain = (text) => text.replace(/[0-7][0-9a-hjkmnp-tv-z]{25}/, 'ID');
    assert.equal(plain(there), plain(nowhere));
    assert.equal(await attempt(page, 'move', children[0]), '404');
    await finish(page);
  });
});

test('GV-14 as a guardian the auditor has the guardian\'s screens, on a telephone too', async () => {
  await someone({ viewport: NARROW, scripts: [AXE] }, async (page) => {
    await signIn(page, auditor);
    await begin(page, 'guardian', 'a');
    await page.locator('.child-card').first().waitFor();
    await inspect(page, 'a guardian\'s home in a trial');
    await finish(page);
  });
});

test('K-27 nobody but an auditor is offered a trial', async () => {
  await someone({ viewport: TABLET }, async (page) => {
    await signIn(page, officer);
    await page.evaluate(() => {
      location.hash = '#/trial';
    });
    await page.locator('.title').waitFor();
    assert.equal(await page.locator('.trial-form').count(), 0);
    assert.equal(await page.getByRole('link', { name: '試行' }).count(), 0);
    const status = await page.evaluate(async () => {
      const headers = { 'content-type': 'application/json' };
      return (await fetch('/v1/trials', { method: 'POST', headers, body: '{"role":"staff","facility":"a"}' })).status;
    });
    assert.equal(status, 403);
  });
});
