/* Goal: a guardian's report stands on the teacher's board, once, and nobody else sees it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  chooseDay,
  countReports,
  dayAhead,
  freeDay,
  guardian,
  NARROW,
  openForm,
  ownReason,
  PHONE,
  signIn,
  someone,
  stranger,
  TABLET,
  teacher,
  URL_BASE,
  written,
} from './people.mjs';

const DONE = '園に連絡しました';

const boardAt = (day) => `${URL_BASE}/#/board?date=${day}`;

test('K-26 K-27 a report from the phone stands on the board of its class, with kind, reason and day, and nobody else sees it', async () => {
  const reason = ownReason('通院のため十時に登園します');
  let day;
  let name;
  await someone({}, async (page) => {
    await signIn(page, guardian);
    await openForm(page);
    day = await freeDay(page);
    await chooseDay(page, day);
    await page.locator('[name=kind][value=late]').check();
    await page.locator('[name=reason]').fill(reason);
    await page.locator('[type=submit]').click();
    await page.getByRole('heading', { level: 1, name: DONE }).waitFor();
    const facts = await page.locator('.facts dd').allTextContents();
    name = facts[0];
    assert.deepEqual(facts.slice(1), [written(day), '遅刻', reason]);
    await page.getByRole('link', { name: 'ホームにもどる' }).click();
    await page.locator('.report', { hasText: reason }).getByText(written(day)).waitFor();
  });
  await someone({ viewport: TABLET }, async (page) => {
    await signIn(page, teacher);
    await page.goto(boardAt(day));
    await page.locator('.board-day', { hasText: written(day) }).waitFor();
    const row = page.locator('.pupil', { hasText: reason });
    await row.waitFor();
    assert.equal(await row.count(), 1);
    assert.match(await row.locator('.pupil-name').textContent(), new RegExp(`${name}$`));
    assert.equal(await row.locator('.kind').textContent(), '遅刻');
    assert.ok(Number.parseInt(await page.locator('.number-late dd').textContent(), 10) >= 1);

    await page.getByRole('button', { name: '連絡あり' }).click();
    assert.equal(await page.locator('.pupil').count(), await page.locator('.pupil .kind').count());
    await page.getByRole('link', { name: '前の日' }).click();
    await page.locator('.board-day', { hasNotText: written(day) }).waitFor();
    await page.locator('.pupil, .class-empty').first().waitFor();
    assert.equal(await page.getByText(reason).count(), 0);
  });
  await someone({ viewport: TABLET }, async (page) => {
    await signIn(page, stranger);
    await page.goto(`${boardAt(day)}&facility=${guardian.facility}`);
    await page.locator('.pupil, .empty').first().waitFor();
    assert.equal(await page.getByText(reason).count(), 0);
    const statuses = await page.evaluate(
      (paths) => Promise.all(paths.map((path) => fetch(path).then(({ status }) => status))),
      [
        `/v1/children/${guardian.children[0]}`,
        `/v1/children/${guardian.children[0]}/absences`,
        `/v1/facilities/${guardian.facility}/board?date=${day}`,
      ],
    );
    assert.deepEqual(statuses, [404, 404, 404]);
  });
});

/* Before nine on a weekday today, else the next weekday. */
function likelyDay() {
  const weekday = (day) => ![0, 6].includes(new Date(`${day}T12:00:00Z`).getUTCDay());
  const hour = new Date(Date.now() + 9 * 3_600_000).getUTCHours();
  return [0, 1, 2, 3].map(dayAhead).find((day, ahead) => weekday(day) && (ahead > 0 || hour < 9));
}

test('two presses report an absence; pressing the reason twice is still one report', () =>
  someone({}, async (page) => {
    const sent = [];
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/absences')) sent.push(request.postDataJSON());
    });
    await signIn(page, guardian);
    await page.locator('.child-report').first().click();
    const fever = page.getByRole('button', { name: /^発熱/ });
    assert.ok((await fever.boundingBox()).y < PHONE.height - 48, 'reached without scrolling');
    await fever.dblclick();
    await page.getByRole('heading', { level: 1, name: DONE }).waitFor();
    assert.deepEqual(sent, [{ date: likelyDay(), kind: 'absence', reason: '発熱' }]);
  }));

test('being late or early takes a time, so a reason is written down and not sent at once', () =>
  someone({}, async (page) => {
    await signIn(page, guardian);
    page.on('request', (request) => assert.notEqual(request.method(), 'POST'));
    for (const [kind, link] of [
      ['late', /^遅刻/],
      ['early', /^早退/],
    ]) {
      await page.getByRole('link', { name: link }).first().click();
      await page.locator(`[name=kind][value=${kind}]:checked`).waitFor();
      await page.getByRole('button', { name: '通院' }).click();
      assert.equal(await page.locator('[name=reason]').inputValue(), '通院');
      await page.goBack();
    }
  }));

test('a session that ended before sending: the sign-in says that nothing was sent', () =>
  someone({}, async (page) => {
    await signIn(page, guardian);
    await openForm(page);
    await page.locator('.history .report, .history p').first().waitFor();
    await page.context().clearCookies();
    await page.getByRole('button', { name: /^発熱/ }).click();
    await page.getByText('連絡は送られていません。').waitFor();
  }));

test('two presses on send are one report', () =>
  someone({}, async (page) => {
    const reason = ownReason('発熱');
    await signIn(page, guardian);
    await openForm(page);
    await chooseDay(page, await freeDay(page));
    await page.locator('[name=reason]').fill(reason);
    await page.locator('[type=submit]').dblclick();
    await page.getByRole('heading', { level: 1, name: DONE }).waitFor();
    assert.equal(await countReports(page, reason), 1);
  }));

test('an answer lost on the way: sending again is still one report', () =>
  someone({}, async (page) => {
    const reason = ownReason('おなかの不調');
    const keys = [];
    await signIn(page, guardian);
    await openForm(page);
    await chooseDay(page, await freeDay(page));
    await page.locator('[name=reason]').fill(reason);

    /* The server has done it and answered; the phone never hears. */
    const wire = await page.context().newCDPSession(page);
    await wire.send('Fetch.enable', { patterns: [{ urlPattern: '*/absences', requestStage: 'Response' }] });
    wire.on('Fetch.requestPaused', async ({ requestId, request, responseStatusCode }) => {
      if (request.method !== 'POST') return wire.send('Fetch.continueRequest', { requestId });
      keys.push(request.headers['Idempotency-Key']);
      assert.equal(responseStatusCode, 201);
      if (keys.length > 1) return wire.send('Fetch.continueRequest', { requestId });
      return wire.send('Fetch.failRequest', { requestId, errorReason: 'ConnectionReset' });
    });
    await page.locator('[type=submit]').click();
    await page.getByText('送れたかどうか確認できませんでした').waitFor();
    await page.locator('[type=submit]').click();
    await page.getByRole('heading', { level: 1, name: DONE }).waitFor();
    assert.equal(keys.length, 2);
    assert.equal(keys[0], keys[1]);
    assert.equal(await countReports(page, reason), 1);
  }));

test('without connection the form keeps what was written and says so', () =>
  someone({ viewport: NARROW }, async (page) => {
    const reason = ownReason('せき');
    await signIn(page, guardian);
    await openForm(page);
    await page.locator('[name=reason]').fill(reason);
    await page.context().setOffline(true);
    await page.locator('[type=submit]').click();
    await page.getByText('送れたかどうか確認できませんでした').waitFor();
    assert.equal(await page.locator('[name=reason]').inputValue(), reason);
    await page.context().setOffline(false);
  }));

test('what is missing in a report is said beside its field, and nothing is sent', () =>
  someone({ language: 'en' }, async (page) => {
    let sent = 0;
    await signIn(page, guardian);
    page.on('request', (request) => (sent += request.method() === 'POST' ? 1 : 0));
    await openForm(page);
    await page.locator('[name=when][value=other]').check();
    await page.locator('[type=submit]').click();
    await page.getByText('Choose a date.').waitFor();
    await page.getByText('Choose a reason, or write it.').waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.name), 'other');
    assert.equal(sent, 0);
  }));

test('a refused field is marked with the words of the server', () =>
  someone({}, async (page) => {
    await signIn(page, guardian);
    await openForm(page);
    await page.locator('[name=reason]').fill(ownReason('通院'));
    await page.route('**/absences', (route) =>
      route.request().method() === 'GET'
        ? route.continue()
        : route.fulfill({
            status: 422,
            contentType: 'application/problem+json',
            body: JSON.stringify({
              type: 'https://sekimori.example/problems/invalid',
              status: 422,
              errors: [{ field: 'reason', code: 'too-long', message: '理由が長すぎます。' }],
            }),
          }),
    );
    await page.locator('[type=submit]').click();
    const box = page.locator('[name=reason][aria-invalid=true]');
    await box.waitFor();
    const ids = (await box.getAttribute('aria-describedby')).split(' ');
    assert.equal((await page.locator(`[id="${ids.pop()}"]`).textContent()).trim(), '理由が長すぎます。');
    await box.pressSequentially('x');
    await page.locator('[name=reason]:not([aria-invalid])').waitFor();
  }));

test('K-27 a child of somebody else is not shown, and the way home is', () =>
  someone({}, async (page) => {
    await signIn(page, guardian);
    await page.goto(`${URL_BASE}/#/children/00000000000000000000000000`);
    await page.getByText('この内容は表示できません').waitFor();
    await page.getByRole('link', { name: 'ホームにもどる' }).click();
    await page.locator('.child-report').first().waitFor();
  }));
