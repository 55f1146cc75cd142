/* Goal: whoever oversees the service sees how each demand is met, tries a check on the spot, and prints what is shown. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { AXE, accounts, guardian, inspect, NARROW, signIn, someone, TABLET, URL_BASE, withRole } from './people.mjs';

const ofCity = (role) => accounts.find((account) => account.role === role && account.customer === guardian.customer);
const officer = ofCity('officer');
const auditor = ofCity('auditor');
const principal = ofCity('principal');
const DESKTOP = { width: 1280, height: 900 };
const WORDS = { failing: '不適合', stale: '期限切れ', open: '未実証', proven: '実証済み' };
const STATUSES = Object.keys(WORDS);

const at = (page, hash) => page.goto(`${URL_BASE}/#${hash}`);
const read = (page, path) => page.evaluate(async (from) => (await (await fetch(from)).json()), path);
const ready = async (page) => {
  await page.locator('h1').waitFor();
  await page.waitForFunction(() => !document.querySelector('.loading'));
};
const shownIds = (page) => page.locator('[data-requirement]').evaluateAll((rows) => rows.map((row) => row.dataset.requirement));

/* What the server says of the first annex of the contract. */
async function annexOf(page) {
  const all = await read(page, '/v1/requirements');
  const annex = all.catalogues.find(({ applies }) => applies);
  return { annex, rows: all.items.filter(({ catalogue }) => catalogue === annex.id) };
}

for (const [account, name] of [[officer, '市担当'], [auditor, '監査人']]) {
  test(`GV-14 K-25 the annex at a glance: counts, failing rows first, the order of the annex kept (${name})`, { skip: !account }, () =>
    someone({ viewport: DESKTOP }, async (page) => {
      await signIn(page, account);
      await page.getByRole('link', { name: '適合状況' }).click();
      await page.getByRole('heading', { level: 1, name: '要件の適合状況' }).waitFor();
      await page.locator('[data-requirement]').first().waitFor();
      const { annex, rows } = await annexOf(page);
      for (const status of STATUSES) {
        const tally = page.locator(`[data-tally=${status}]`);
        assert.equal(await tally.locator('.mark-of').innerText(), WORDS[status]);
        assert.equal(Number(await tally.locator('.tally-count').textContent()), annex[status], status);
        assert.equal(annex[status], rows.filter((row) => row.status === status).length, status);
      }
      const wanted = STATUSES.flatMap((status) => rows.filter((row) => row.status === status)).map(({ id }) => id);
      assert.deepEqual(await shownIds(page), wanted);
      await page.locator('[name=order]').selectOption('annex');
      await page.waitForFunction(() => location.hash.includes('order=annex'));
      assert.deepEqual(await shownIds(page), rows.map(({ id }) => id));
      const sums = await page.locator('.chapter-table tbody tr').evaluateAll((lines) => lines.map((line) => Number(line.lastElementChild.textContent)));
      assert.equal(sums.reduce((a, b) => a + b, 0), rows.length);
    }));
}

test('rows are picked by status, chapter and words, and the way back finds them as they were', { skip: !officer }, () =>
  someone({ viewport: DESKTOP }, async (page) => {
    await signIn(page, officer);
    await at(page, '/proof');
    await page.locator('[data-requirement]').first().waitFor();
    const { rows } = await annexOf(page);
    const { status } = rows[0];
    await page.locator(`[data-tally=${status}]`).click();
    await page.waitForFunction((wanted) => location.hash.includes(`status=${wanted}`), status);
    assert.deepEqual(await shownIds(page), rows.filter((row) => row.status === status).map(({ id }) => id));
    await page.locator('[name=words]').fill(rows[0].id);
    await page.waitForFunction((id) => document.querySelector('[data-requirement]')?.dataset.requirement === id, rows[0].id);
    const found = await shownIds(page);
    await page.locator(`[data-requirement="${rows[0].id}"] a`).click();
    await page.getByRole('heading', { level: 1, name: `要件 ${rows[0].id}` }).waitFor();
    await page.goBack();
    await page.locator('[data-requirement]').first().waitFor();
    assert.equal(await page.locator('[name=words]').inputValue(), rows[0].id);
    assert.equal(await page.locator('[name=status]').inputValue(), status);
    assert.deepEqual(await shownIds(page), found);
    await page.locator('[name=words]').fill('そのような要件はない');
    await page.getByText('あてはまる要件はありません。').waitFor();
    await page.getByRole('button', { name: 'しぼりこみをやめる' }).click();
    await page.waitForFunction((count) => document.querySelectorAll('[data-requirement]').length === count, rows.length);
  }));

test('GV-14 a demand leads to its safeguards, checks, records and the entry of each result', { skip: !auditor }, () =>
  someone({ viewport: DESKTOP }, async (page) => {
    await signIn(page, auditor);
    await at(page, '/proof');
    await page.locator('[data-requirement]').first().waitFor();
    const { rows } = await annexOf(page);
    const row = rows.find(({ checks }) => checks.passed > 0) ?? rows[0];
    const story = await read(page, `/v1/requirements/${row.id}`);
    await at(page, `/proof/${row.id}`);
    await page.locator('.control').first().waitFor();
    assert.equal(await page.locator('.demand-text').textContent(), row.ja);
    assert.equal(await page.locator('.verdict .mark-of').first().innerText(), WORDS[story.status]);
    const shown = (selector, key) => page.locator(selector).evaluateAll((all, name) => all.map((one) => one.dataset[name]), key);
    assert.deepEqual(await shown('[data-control]', 'control'), story.controls.map(({ id }) => id));
    const checks = story.controls.flatMap((control) => control.checks);
    assert.deepEqual((await shown('[data-check]', 'check')).sort(), checks.map(({ id }) => id).sort());
    const registers = story.controls.flatMap((control) => control.registers);
    assert.equal(await page.locator('[data-register]').count(), registers.length);
    for (const check of checks.filter(({ state }) => state === 'open')) {
      await page.locator(`[data-check="${check.id}"] .waits`, { hasText: check.waits_for.ja }).waitFor();
      assert.equal(await page.locator(`[data-check="${check.id}"] .run`).count(), 0, 'nothing to try');
    }
    for (const check of checks.filter(({ event }) => event !== null)) {
      const link = page.locator(`[data-check="${check.id}"] [data-event]`);
      assert.equal(Number(await link.getAttribute('data-event')), check.event);
      assert.match(await link.getAttribute('href'), /^#\/events/);
    }
  }));

/* A check about the service's own posture is quick, and harms nobody who runs it beside. */
async function quickCheck(page) {
  const { items } = await read(page, '/v1/checks');
  const able = items.filter(({ runnable, asked, state }) => runnable && !asked && state !== 'off');
  return able.find(({ lead, state }) => lead && state === 'passed') ?? able.find(({ state }) => state === 'passed') ?? able[0];
}

test('GV-14 a check is tried on the spot: it runs, its result appears, and is an entry of the record', { skip: !auditor }, () =>
  someone({ viewport: DESKTOP }, async (page) => {
    await signIn(page, auditor);
    const check = await quickCheck(page);
    assert.ok(check, 'a check can be run');
    await at(page, `/checks/${check.id}`);
    const button = page.getByRole('button', { name: /^試す/ });
    await button.waitFor();
    await button.click();
    await page.getByText(/^いま検査しました：/).waitFor({ timeout: 90_000 });
    const after = await read(page, `/v1/checks/${check.id}`);
    assert.notEqual(after.last_at, check.last_at);
    assert.ok(after.event > (check.event ?? -1), 'the run is recorded');
    assert.ok(after.steps.length > 0 && after.objects > 0, 'something was tried');
    await page.locator(`[data-event="${after.event}"]`).first().waitFor();
    assert.equal(await page.locator('.part-section .tried tbody tr').count() >= after.steps.length, true);

    await page.route(`**/v1/checks/${check.id}/run`, (route) =>
      route.fulfill({ status: 409, contentType: 'application/problem+json', body: '{"type":"https://s/problems/conflict","title":"x"}' }));
    await button.click();
    await page.getByText('少し前に検査したばかりです。').waitFor();
    assert.equal(await button.isVisible(), true);
  }));

test('the checks of the posture lead the list', { skip: !officer }, () =>
  someone({ viewport: DESKTOP }, async (page) => {
    await signIn(page, officer);
    await page.getByRole('link', { name: '検査', exact: true }).click();
    await page.locator('tr[data-check]').first().waitFor();
    const { items } = await read(page, '/v1/checks');
    const leading = items.filter(({ lead }) => lead).map(({ id }) => id);
    assert.ok(leading.includes('clock-offset-within') && leading.includes('listener-equals-allow-list'));
    const shown = await page.locator('tr[data-check]').evaluateAll((rows) => rows.map((row) => row.dataset.check));
    assert.deepEqual(shown.slice(0, leading.length), leading);
    assert.equal(shown.length, items.length);
    await page.locator('[name=state]').selectOption(items[0].state);
    await page.waitForFunction(() => location.hash.includes('state='));
    assert.equal(await page.locator('tr[data-check]').count(), items.filter(({ state }) => state === items[0].state).length);
  }));

/* A failing check, shown as the server would show one. */
const failing = (answer) => {
  const [first] = answer.items;
  const changed = { ...first, status: 'failing', since: answer.at, checks: { ...first.checks, total: Math.max(1, first.checks.total), failed: 1 } };
  const catalogues = answer.catalogues.map((one) =>
    one.id === first.catalogue && first.status !== 'failing'
      ? { ...one, failing: one.failing + 1, [first.status]: one[first.status] - 1 }
      : one,
  );
  return { ...answer, catalogues, items: [changed, ...answer.items.slice(1)] };
};

test('a failing demand stands first, in word and shape; what cannot be read says so', { skip: !officer }, () =>
  someone({ viewport: DESKTOP, scripts: [AXE] }, async (page) => {
    await signIn(page, officer);
    const answer = failing(await read(page, '/v1/requirements'));
    const [first] = answer.items;
    const reply = (status, body) => (route) => route.fulfill({ status, contentType: 'application/json', body: JSON.stringify(body) });
    await page.route('**/v1/requirements', reply(200, answer));
    await at(page, '/proof');
    const row = page.locator('[data-requirement]').first();
    await row.waitFor();
    assert.equal(await row.getAttribute('data-requirement'), first.id);
    assert.equal(await row.locator('.mark-of').innerText(), '不適合');
    assert.equal(await row.locator('.mark-of svg').count(), 1);
    await inspect(page, 'a failing demand');

    const states = [
      [403, { type: 'https://s/problems/forbidden', title: 'x' }, 'この内容は表示できません'],
      [503, { type: 'https://s/problems/unavailable', title: 'x' }, 'こみあっています'],
      [200, { at: answer.at, catalogues: [], items: [] }, '契約に、要件の別紙が登録されていません。'],
    ];
    for (const [status, body, words] of states) {
      await page.unroute('**/v1/requirements');
      await page.route('**/v1/requirements', reply(status, body));
      await at(page, '/account');
      await at(page, '/proof');
      await page.getByText(words).waitFor();
      await inspect(page, words);
    }
  }));

for (const [language, viewport] of [['ja', NARROW], ['ja', DESKTOP], ['en', TABLET]]) {
  test(`every page about proof is readable and in reach (${language}, ${viewport.width})`, { skip: !auditor }, () =>
    someone({ language, viewport, scripts: [AXE] }, async (page) => {
      await signIn(page, auditor);
      const { rows } = await annexOf(page);
      const check = await quickCheck(page);
      const { items } = await read(page, '/v1/checks');
      const waiting = items.find(({ state }) => state === 'open');
      const pages = ['/proof', `/proof/${rows[0].id}`, '/checks', `/checks/${check.id}`, waiting && `/checks/${waiting.id}`];
      for (const hash of pages.filter(Boolean)) {
        await at(page, hash);
        await page.waitForFunction((wanted) => location.hash === `#${wanted}`, hash);
        await page.locator('[data-requirement], .control, tr[data-check], .check-now').first().waitFor();
        await ready(page);
        for (const summary of await page.locator('.explain summary').all()) await summary.click();
        await inspect(page, hash);
      }
    }));
}

test('on paper: no menu, the head of the table again on each sheet, whose it is and of when', { skip: !officer }, () =>
  someone({ viewport: DESKTOP }, async (page) => {
    await signIn(page, officer);
    await at(page, '/proof?order=annex');
    await page.locator('[data-requirement]').first().waitFor();
    await ready(page);
    await page.emulateMedia({ media: 'print' });
    await page.setViewportSize({ width: 703, height: 1000 }); /* A4 within its margins */
    const seen = await page.evaluate(() => ({
      sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      head: getComputedStyle(document.querySelector('.proof-table thead')).display,
      rows: getComputedStyle(document.querySelector('[data-requirement]')).breakInside,
      shown: ['.top', '.proof-filters', '.proof-acts', '.main .button'].filter((one) => document.querySelector(one)?.getClientRects().length > 0),
      imprint: document.querySelector('.print-row').innerText,
    }));
    const { annex } = await annexOf(page);
    assert.equal(seen.sideways, 0);
    assert.equal(seen.head, 'table-header-group');
    assert.equal(seen.rows, 'avoid');
    assert.deepEqual(seen.shown, []);
    assert.match(seen.imprint, /^せきもり.*\d+月\d+日.*印刷$/);
    assert.ok(seen.imprint.includes(annex.title.ja));
    const sheet = await page.pdf({ format: 'A4', preferCSSPageSize: true });
    assert.ok(sheet.subarray(0, 5).toString() === '%PDF-' && sheet.length > 10_000);
  }));

test('GV-14 the table of conformity and the package of a demand are handed over', { skip: !auditor }, () =>
  someone({ viewport: DESKTOP }, async (page) => {
    await signIn(page, auditor);
    const { operations } = await read(page, '/v1/me/operations');
    const { annex, rows } = await annexOf(page);
    const take = async (name) => {
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()]);
      return readFileSync(await download.path());
    };
    await at(page, `/proof?annex=${annex.id}`);
    await page.locator('[data-requirement]').first().waitFor();
    const sheets = await page.getByRole('button', { name: '要件適合表' }).count();
    assert.equal(sheets, operations.includes('requirement.sheet') ? 1 : 0);
    if (sheets) assert.equal((await take('要件適合表')).subarray(0, 2).toString(), 'PK');
    await at(page, `/proof/${rows[0].id}`);
    await page.locator('.control').first().waitFor();
    const packages = await page.getByRole('button', { name: '証明書類一式を受け取る' }).count();
    assert.equal(packages, operations.includes('requirement.package') ? 1 : 0);
    if (packages) assert.ok(JSON.parse((await take('証明書類一式を受け取る')).toString()));
  }));

test('a principal finds it under the management; a guardian neither sees nor downloads it', { skip: !principal }, async () => {
  await someone({ viewport: TABLET }, async (page) => {
    await signIn(page, principal);
    await page.getByRole('link', { name: '園の管理' }).click();
    const link = page.getByRole('link', { name: /^適合状況/ });
    await link.click();
    await page.locator('[data-requirement]').first().waitFor();
    assert.equal(await page.locator('.tab[aria-current]').innerText(), '園の管理');
    assert.equal(await page.getByRole('button', { name: /^試す/ }).count(), 0);
  });
  await someone({}, async (page) => {
    const files = [];
    page.on('request', (request) => files.push(new URL(request.url()).pathname));
    await signIn(page, guardian);
    await page.locator('.child-report').first().waitFor();
    await at(page, '/proof');
    await page.locator('.child-report').first().waitFor();
    assert.equal(await page.getByText('要件の適合状況').count(), 0);
    assert.deepEqual(files.filter((file) => /^\/assets\/(proof|check|requirement)/.test(file)), []);
  });
});

test('an operator sees the same, and changes nothing', { skip: !withRole('operator') }, () =>
  someone({ viewport: DESKTOP }, async (page) => {
    await signIn(page, withRole('operator'));
    await at(page, '/proof?all=yes');
    await page.locator('[data-requirement], .empty').first().waitFor();
  }));
