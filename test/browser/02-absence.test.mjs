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
  reportsOf,
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
    await page.locator('.report', { hasText: reason }).getByText(written(day), { exact: true }).waitFor();
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

/* Until the cut-off of an open day that day, then the next open one; the facility's own year says which. */
const likelyDay = (page) =>
  page.evaluate(
    async ({ facility, from, to }) => {
      const path = `/v1/facilities/${facility}/calendar?from=${from}&to=${to}`;
      const { cut_off: cutOff, items } = await (await fetch(path)).json();
      const late = new Date(Date.now() + 9 * 3_600_000).toISOString().slice(11, 16) >= cutOff;
      return items.find(({ date, open }) => open && (date > from || !late)).date;
    },
    { facility: guardian.facility, from: dayAhead(0), to: dayAhead(30) },
  );

test('two presses report an absence; pressing the reason twice is still one report', () =>
  someone({}, async (page) => {
    const sent = [];
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/absences')) sent.push(request.postDataJSON());
    });
    await signIn(page, guardian);
    const date = await likelyDay(page);
    await page.locator('.child-report').first().click();
    const fever = page.getByRole('button', { name: /^発熱/ });
    assert.ok((await fever.boundingBox()).y < PHONE.height - 48, 'reached without scrolling');
    await fever.dblclick();
    await page.getByRole('heading', { level: 1, name: DONE }).waitFor();
    assert.deepEqual(sent, [{ date, kind: 'absence', reason: '発熱' }]);
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

test('a session that ended before sending: after the next sign-in the report goes by itself, once', () =>
  someone({}, async (page) => {
    await signIn(page, guardian);
    await openForm(page);
    const reason = ownReason('通院');
    await chooseDay(page, await freeDay(page));
    await page.locator('[name=reason]').fill(reason);
    await page.context().clearCookies();
    await page.locator('[type=submit]').click();
    await page.getByText('ログインの有効時間が終わりました。').waitFor();
    await signIn(page, guardian);
    await page.getByText('連絡が1件あります').waitFor({ state: 'hidden' });
    assert.equal(await countReports(page, reason), 1);
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

test('an answer lost on the way: it is sent again by itself, and still one report', () =>
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
    await page.getByRole('heading', { level: 1, name: 'まだ送れていません' }).waitFor();
    await page.getByRole('heading', { level: 1, name: DONE }).waitFor();
    assert.equal(keys.length, 2);
    assert.equal(keys[0], keys[1]);
    assert.equal(await countReports(page, reason), 1);
  }));

test('the line is cut: the report waits on the phone through a restart, and is sent once when the line is back', () =>
  someone({ viewport: NARROW }, async (page) => {
    const reason = ownReason('せき');
    const posts = [];
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/absences')) posts.push(request.headers()['idempotency-key']);
    });
    await signIn(page, guardian);
    await openForm(page);
    await chooseDay(page, await freeDay(page));
    await page.locator('[name=reason]').fill(reason);
    await page.context().setOffline(true);
    await page.locator('[type=submit]').dblclick();
    await page.getByRole('heading', { level: 1, name: 'まだ送れていません' }).waitFor();
    await page.getByText(reason).waitFor();
    await page.getByRole('link', { name: 'ホームにもどる' }).click();
    await page.getByText('まだ送れていない連絡が1件あります').waitFor();
    await page.route('**/absences', (route) => (route.request().method() === 'POST' ? route.abort() : route.continue()));
    await page.context().setOffline(false);
    await page.reload();
    await page.getByText('まだ送れていない連絡が1件あります').waitFor();
    await page.unroute('**/absences');
    await page.getByRole('button', { name: 'いま送ってみる' }).click();
    await page.locator('.child-upcoming', { hasText: reason }).waitFor();
    assert.equal(await page.locator('.outbox').count(), 0);
    assert.equal(new Set(posts).size, 1);
    assert.equal(await countReports(page, reason), 1);
  }));

test('whoever signs out is asked before something that is not sent is lost', () =>
  someone({}, async (page) => {
    const reason = ownReason('家庭の都合');
    await signIn(page, guardian);
    await openForm(page);
    await chooseDay(page, await freeDay(page));
    await page.locator('[name=reason]').fill(reason);
    await page.route('**/absences', (route) => (route.request().method() === 'POST' ? route.abort() : route.continue()));
    await page.locator('[type=submit]').click();
    await page.getByRole('heading', { level: 1, name: 'まだ送れていません' }).waitFor();
    await page.getByRole('button', { name: 'ログアウト', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'ログアウトしない' }).click();
    await page.getByText(reason).waitFor();
    await page.getByRole('button', { name: 'ログアウト', exact: true }).click();
    await page.getByRole('button', { name: '消してログアウトする' }).click();
    await page.getByText('ログアウトしました。').waitFor();
    await page.unroute('**/absences');
    await signIn(page, guardian);
    await page.locator('.child-report').first().waitFor();
    assert.equal(await page.locator('.outbox').count(), 0);
    await openForm(page);
    assert.equal((await reportsOf(page)).filter((report) => report.reason === reason).length, 0);
  }));

test('a report is taken back from the home page, and stays in the history as withdrawn', () =>
  someone({}, async (page) => {
    const reason = ownReason('通院');
    await signIn(page, guardian);
    await openForm(page);
    await chooseDay(page, await freeDay(page));
    await page.locator('[name=reason]').fill(reason);
    await page.locator('[type=submit]').click();
    await page.getByRole('link', { name: 'ホームにもどる' }).click();
    const report = page.locator('.report', { hasText: reason });
    await report.getByRole('button', { name: /^取り消す/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: '取り消さない' }).click();
    await report.getByRole('button', { name: /^取り消す/ }).click();
    await dialog.getByRole('button', { name: '取り消す', exact: true }).dblclick();
    await report.waitFor({ state: 'detached' });
    await page.getByRole('link', { name: /^これまでの連絡/ }).first().click();
    await page.locator('.report-withdrawn', { hasText: reason }).getByText('取り消しずみ').waitFor();
  }));

test('after the cut-off the answer says so and names the telephone', () =>
  someone({}, async (page) => {
    await page.route(`**/v1/facilities/${guardian.facility}`, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), telephone: '011-000-0000' } });
    });
    await signIn(page, guardian);
    await openForm(page);
    const told = 'この日の連絡は8:30で締め切りました。園に電話でお知らせください（011-000-0000）。';
    await page.route('**/absences', (route) =>
      route.request().method() === 'GET'
        ? route.continue()
        : route.fulfill({
            status: 409,
            contentType: 'application/problem+json',
            body: JSON.stringify({
              type: 'https://sekimori.example/problems/conflict',
              status: 409,
              errors: [{ field: 'date', code: 'rule', message: told }],
            }),
          }),
    );
    await page.getByRole('button', { name: /^発熱/ }).click();
    await page.getByText('この日の連絡は締め切りました').waitFor();
    await page.locator('.notice').getByText(told).waitFor();
    assert.equal(await page.locator('.send a[href^="tel:"]').getAttribute('href'), 'tel:0110000000');
    await page.getByRole('link', { name: 'ホームにもどる' }).click();
    await page.locator('.child-report').first().waitFor();
    assert.equal(await page.locator('.outbox').count(), 0);
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

/* What comes late may not push aside what a finger is about to press. */
test('K-26 the way to a report stays where it is while the child\'s day is still being read', async () => {
  await someone({}, async (page) => {
    let letGo;
    const held = new Promise((resolve) => {
      letGo = resolve;
    });
    await page.route('**/days?month=*', async (route) => {
      await held;
      await route.continue();
    });
    await signIn(page, guardian);
    const report = page.locator('.child-report').first();
    const before = await report.boundingBox();
    letGo();
    await page.locator('.child-today [aria-busy]').first().waitFor();
    const after = await report.boundingBox();
    assert.ok(Math.abs(after.y - before.y) <= 12, `moved from ${before.y} to ${after.y}`);
  });
});
