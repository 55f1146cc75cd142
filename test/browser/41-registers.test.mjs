/* Goal: a record is filed in the fields of its register, approved by a second person, changed in editions that can be compared, and handed over. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { AXE, guardian, inspect, NARROW, signIn, someone, URL_BASE, withRole } from './people.mjs';
import { at, call, DESKTOP, everyOfCity, inDialog, leave, ofCity, read, ready } from './govern.mjs';

const officer = ofCity('officer');
const auditor = ofCity('auditor');
const [admin, second] = everyOfCity('officer-admin');
const operator = withRole('operator');
const mark = randomBytes(4).toString('hex');
const REGISTER = 'privileged-grant';

const registerOf = async (page, code = REGISTER) => (await read(page, '/v1/registers?limit=200')).items.find((one) => one.code === code);
const idOf = (page) => new URL(page.url()).hash.split('/').pop();

/* Something for each field that must be filled in. */
const answerFor = ({ type, choices, min }) =>
  ({ date: '2026-12-01', time: '09:00', int: String(min ?? 1), bool: 'true', choice: choices?.[0]?.code }[type] ?? `記入 ${mark}`);

async function fillIn(page, fields) {
  for (const field of fields.filter(({ required }) => required)) {
    const box = page.locator(`[name="fields.${field.name}"]`);
    if (['choice', 'bool'].includes(field.type)) await box.selectOption(answerFor(field));
    else await box.fill(answerFor(field));
  }
}

test('K-1 every register in reach, with what is in force, waits, runs out or has run out', { skip: !officer }, () =>
  someone({ viewport: DESKTOP }, async (page) => {
    await signIn(page, officer);
    await page.getByRole('link', { name: '運営' }).click();
    await at(page, '/registers');
    await page.locator('[data-register]').first().waitFor();
    const { items } = await read(page, '/v1/registers?limit=200');
    const records = items.filter(({ kept }) => kept === 'record');
    const listed = await page.locator('[data-register]').evaluateAll((all) => all.map(({ dataset }) => dataset.register));
    assert.deepEqual([...listed].sort(), records.map(({ code }) => code).sort());
    const wanting = ({ counts }) => counts.waiting + counts.expiring + counts.expired > 0;
    const first = records.filter(wanting).map(({ code }) => code);
    assert.deepEqual(listed.slice(0, first.length).sort(), first.sort(), 'what wants attention comes first');
    const [one] = records;
    const shown = await page.locator(`[data-row="${one.code}"] td.figure`).allTextContents();
    assert.deepEqual(shown.map(Number), [one.counts.in_force, one.counts.waiting, one.counts.expiring, one.counts.expired]);
    await page.locator('[name=words]').fill(one.title.ja);
    await page.waitForFunction((code) => document.querySelector('[data-register]')?.dataset.register === code, one.code);
    await page.locator(`[data-register="${one.code}"]`).click();
    await page.getByRole('heading', { level: 1, name: one.title.ja }).waitFor();
  }));

test('K-1 filed by one in the fields of the register, approved by another, changed in an edition that is compared', { skip: !admin || !second }, () =>
  someone({ viewport: DESKTOP }, async (page) => {
    await signIn(page, officer);
    const register = await registerOf(page);
    await at(page, `/registers/${register.id}`);
    await page.getByRole('link', { name: '新しく記録する' }).click();
    await page.locator('[type=submit]').click();
    const wanted = register.fields.filter(({ required }) => required).map(({ name }) => `fields.${name}`);
    assert.deepEqual(await page.locator('[aria-invalid=true]').evaluateAll((all) => all.map(({ name }) => name)), wanted);
    await fillIn(page, register.fields);
    await page.locator('[name="fields.expiry"]').fill('2026-11-01');
    await page.locator('[name=valid_from]').fill('2027-01-10');
    await page.locator('[name=valid_until]').fill('2027-01-09');
    await page.locator('[type=submit]').click();
    await page.locator('.field:has([name=valid_until]) .error, .field:has([name=valid_from]) .error').first().waitFor();
    await page.locator('[name=valid_from]').fill('');
    await page.locator('[name=valid_until]').fill('');
    await page.locator('[type=submit]').click();
    await page.locator('.record-facts').waitFor();
    await page.locator('.record-facts .mark-of', { hasText: '承認待ち' }).waitFor();
    const id = idOf(page);
    assert.equal(await page.getByRole('button', { name: /^承認する/ }).count(), 0, 'nobody approves the own record');
    await leave(page);

    await signIn(page, admin);
    await page.locator(`a[href="#/records/${id}"]`).first().click();
    await page.getByRole('button', { name: /^承認する/ }).click();
    await inDialog(page).getByRole('button', { name: '承認する' }).click();
    await page.getByText('承認しました。').waitFor();
    await page.locator('.record-facts .mark-of', { hasText: '有効' }).waitFor();
    await page.getByRole('link', { name: '内容を直す' }).click();
    await page.locator('[name="fields.purpose"]').fill(`直した目的 ${mark}`);
    await page.locator('[type=submit]').click();
    await page.getByRole('heading', { name: '承認を待っている第2版' }).waitFor();
    await page.locator('section', { has: page.getByRole('heading', { name: '承認を待っている第2版' }) }).locator('[data-field=purpose] .row-mark').waitFor();
    const current = page.locator('section', { has: page.getByRole('heading', { name: 'いま有効な内容' }) });
    assert.ok(!(await current.locator('[data-field=purpose] dd').innerText()).includes('直した目的'));
    await page.getByText('前の版から変わった項目（1）').click();
    assert.equal(await page.locator('.course [data-field]').count() >= 2, true);
    await leave(page);

    await signIn(page, second);
    await at(page, `/records/${id}`);
    await page.getByRole('button', { name: /^差し戻す/ }).click();
    await inDialog(page).locator('[name=reason]').fill('目的をくわしく書いてください');
    await inDialog(page).getByRole('button', { name: '差し戻す' }).click();
    await page.getByText('差し戻しました。').waitFor();
    await page.getByText('目的をくわしく書いてください').waitFor();
    await page.getByRole('button', { name: /^取り下げる/ }).click();
    await inDialog(page).locator('[name=reason]').fill('試しが終わったため');
    await inDialog(page).getByRole('button', { name: '取り下げる' }).click();
    await page.locator('.record-facts .mark-of', { hasText: '取り下げ' }).waitFor();
    const { code } = await registerOf(page);
    await at(page, `/registers/${(await registerOf(page, code)).id}?state=withdrawn`);
    await page.locator(`[data-row="${id}"]`).waitFor();
  }));

test('an auditor reads records and changes none; a guardian has no registers', { skip: !auditor }, async () => {
  await someone({ viewport: DESKTOP }, async (page) => {
    await signIn(page, auditor);
    const register = await registerOf(page);
    await at(page, `/registers/${register.id}`);
    await ready(page);
    assert.equal(await page.getByRole('link', { name: '新しく記録する' }).count(), 0);
    const { items } = await read(page, `/v1/registers/${register.id}/records`);
    if (items[0]) {
      await at(page, `/records/${items[0].id}`);
      await page.locator('.record-facts').waitFor();
      assert.equal(await page.getByRole('button', { name: /^(承認する|取り下げる|差し戻す)/ }).count(), 0);
    }
  });
  await someone({}, async (page) => {
    await signIn(page, guardian);
    await at(page, '/registers');
    await page.locator('.child-report').first().waitFor();
  });
});

test('K-52 a file is sent with its progress in view, said to be examined, and cannot be opened before', { skip: !officer }, () =>
  someone({ viewport: DESKTOP }, async (page) => {
    await signIn(page, officer);
    const register = await registerOf(page);
    const fields = Object.fromEntries(register.fields.filter(({ required }) => required).map((field) => [field.name, answerFor(field)]));
    const made = await call(page, 'POST', `/v1/registers/${register.id}/records`, { fields });
    assert.equal(made.status, 201, JSON.stringify(made.json));
    await at(page, `/records/${made.json.id}`);
    await page.locator('[name=attachment]').setInputFiles({ name: '空.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(0) });
    await page.getByText('このファイルは空です。').waitFor();
    await page.locator('[name=attachment]').setInputFiles({ name: '議事録.csv', mimeType: 'text/csv', buffer: Buffer.from('日付,内容\r\n'.repeat(12_000)) });
    const file = page.locator('.attachment', { hasText: '議事録.csv' });
    await file.locator('.mark-of').waitFor();
    const state = await file.locator('.mark-of').getAttribute('data-state');
    assert.ok(['scanning', 'clean'].includes(state), state);
    if (state === 'scanning') assert.equal(await file.getByRole('button', { name: /^保存する/ }).count(), 0);
    await file.getByRole('button', { name: /^添付を外す/ }).click();
    await inDialog(page).getByRole('button', { name: '添付を外す' }).click();
    await file.waitFor({ state: 'detached' });
    await call(page, 'POST', `/v1/records/${made.json.id}/withdraw`, { reason: '試しが終わったため' });
  }));

test('a register is handed over as CSV', { skip: !officer }, () =>
  someone({ viewport: DESKTOP }, async (page) => {
    await signIn(page, officer);
    const { operations } = await read(page, '/v1/me/operations');
    const register = await registerOf(page);
    await at(page, `/registers/${register.id}`);
    await ready(page);
    const buttons = page.getByRole('button', { name: 'CSVで書き出す', exact: true });
    assert.equal(await buttons.count(), operations.includes('record.export') ? 1 : 0);
    if (!(await buttons.count())) return;
    const [download] = await Promise.all([page.waitForEvent('download'), buttons.click()]);
    const text = readFileSync(await download.path()).toString();
    assert.ok(text.startsWith('\ufeff'));
    assert.ok(text.includes(register.fields[0].ja));
  }));

for (const [language, viewport] of [['ja', NARROW], ['en', DESKTOP]]) {
  test(`registers and records are readable and in reach (${language})`, { skip: !officer }, async () => {
    for (const account of [officer, operator]) {
      await someone({ language, viewport, scripts: [AXE] }, async (page) => {
        await signIn(page, account);
        const { items } = await read(page, '/v1/registers?limit=200');
        const register = account === officer ? items.find(({ code }) => code === REGISTER) : items.find(({ may }) => may.file);
        const { items: records } = await read(page, `/v1/registers/${register.id}/records`);
        const [record] = records;
        const pages = [
          '/registers',
          `/registers/${register.id}`,
          `/records/new?register=${register.id}`,
          record && `/records/${record.id}`,
          record?.may.edit && `/records/${record.id}/edit`,
        ];
        for (const hash of pages.filter(Boolean)) {
          await page.goto(`${URL_BASE}/#${hash}`);
          await page.waitForFunction((wanted) => location.hash === `#${wanted}`, hash);
          await ready(page);
          for (const summary of await page.locator('.explain summary').all()) await summary.click();
          if (hash.includes('new')) await page.locator('[type=submit]').click();
          await inspect(page, hash);
        }
      });
    }
  });
}

test('K-1 a CSV file with mistakes files nothing and says where they are; the mended one is filed', { skip: !admin }, () =>
  someone({ viewport: DESKTOP }, async (page) => {
    await signIn(page, admin);
    await at(page, '/registers');
    await page.locator('[data-register]').first().waitFor();
    const register = await registerOf(page);
    const { fields } = register;
    await at(page, `/registers/${register.id}`);
    await page.locator('[data-import] summary').click();
    await page.locator('[data-import] [type=submit]').click();
    await page.getByText('中身のあるファイルを選んでください。').waitFor();

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSVで書き出す', exact: true }).click(),
    ]);
    const headings = readFileSync(await download.path(), 'utf8').replace(/^\uFEFF/, '').split('\r\n')[0].split(',');
    const line = (answers) => headings.map((heading) => answers[heading] ?? '').join(',');
    const whole = Object.fromEntries(
      fields.filter(({ required }) => required).map((field) => {
        const heading = headings.find((one) => one === field.ja || one === field.name);
        const text = field.type === 'choice' ? field.choices[0].ja : field.type === 'bool' ? 'はい' : answerFor(field);
        return [heading, text];
      }),
    );
    const give = (text) =>
      page.locator('[data-import] [name=file]').setInputFiles({ name: 'a.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
    const before = (await read(page, `/v1/registers/${register.id}/records?limit=200`)).items.length;
    await give(`${headings.join(',')}\r\n${line(whole)}\r\n${line({})},\r\n${line({ ...whole, [Object.keys(whole)[0]]: '' })}\r\n`);
    await page.locator('[data-import] [type=submit]').click();
    await page.locator('[data-import] table tbody tr').first().waitFor();
    assert.ok((await page.locator('[data-import] table td[data-label="行"]').allTextContents()).includes('4'));
    assert.equal((await read(page, `/v1/registers/${register.id}/records?limit=200`)).items.length, before, 'all or nothing');

    await give(`${headings.join(',')}\r\n${line(whole)}\r\n`);
    await page.locator('[data-import] [type=submit]').click();
    await page.getByText('新しい登録1件、新しい版0件、変更なし0件です。').waitFor();
    assert.equal((await read(page, `/v1/registers/${register.id}/records?limit=200`)).items.length, before + 1);
  }));
