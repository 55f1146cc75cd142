/* Goal: a change is seen before it happens: what was, what is to be, who asks; a second person decides, and it can be undone. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { AXE, inspect, NARROW, signIn, someone } from './people.mjs';
import { at, call, DESKTOP, everyOfCity, inDialog, leave, ofCity, read, ready } from './govern.mjs';

const officer = ofCity('officer');
const auditor = ofCity('auditor');
const [first, second] = everyOfCity('officer-admin');
const mark = randomBytes(4).toString('hex');

/* Ask for another contact in the contract; what stands there now, and the change. */
async function ask(page, contact, more = {}) {
  const contract = await read(page, '/v1/contract');
  const kept = Object.fromEntries(Object.entries(contract).filter(([name, value]) => !['id', 'facility', 'version'].includes(name) && value !== null));
  const { status, json } = await call(page, 'PUT', '/v1/contract', { ...kept, contact, reason: `試し ${mark}`, ...more });
  assert.equal(status, 202);
  return { before: contract.contact ?? '', id: json.change.id };
}

test('K-3 K-44 before and after, who asked and why; approved by a second person, undone by another change', { skip: !second }, () =>
  someone({ viewport: DESKTOP }, async (page) => {
    await signIn(page, first);
    const wanted = `連絡先 ${mark}`;
    const { before, id } = await ask(page, wanted);
    const card = page.locator(`[data-change="${id}"]`);
    await at(page, '/changes');
    await card.getByRole('button', { name: /^取り下げる/ }).waitFor();
    assert.equal(await card.getByRole('button', { name: /^承認する/ }).count(), 0);
    const cells = await card.locator('[data-field=contact] td').allTextContents();
    assert.deepEqual(cells.slice(1), [before === '' ? '—' : before, wanted]);
    assert.equal(await card.locator('[data-field]').count(), 1, 'only what changes is told');
    assert.ok((await card.innerText()).includes(`試し ${mark}`));
    await leave(page);

    await signIn(page, second);
    await at(page, '/changes');
    await card.getByRole('button', { name: /^承認する/ }).click();
    await inDialog(page).getByRole('button', { name: '承認する' }).click();
    await page.getByText('承認しました。実行されました。').waitFor();
    assert.equal((await read(page, '/v1/contract')).contact, wanted);
    await at(page, `/changes/${id}`);
    await page.getByRole('button', { name: /^元に戻す/ }).click();
    await inDialog(page).getByRole('button', { name: '元に戻す' }).click();
    await inDialog(page).getByText('入力してください。').waitFor();
    await inDialog(page).locator('[name=reason]').fill('試しが終わったため');
    await inDialog(page).getByRole('button', { name: '元に戻す' }).click();
    await page.getByText('元に戻す申請をしました。').waitFor();
    assert.equal((await read(page, '/v1/contract')).contact, wanted, 'nobody undoes anything alone');
    await leave(page);

    await signIn(page, first);
    const { items } = await read(page, '/v1/changes?state=waiting');
    const undo = items.find(({ undoes }) => undoes === id);
    await at(page, `/changes/${undo.id}`);
    await page.getByRole('link', { name: '元に戻そうとしている変更を見る' }).waitFor();
    await page.getByRole('button', { name: /^承認する/ }).click();
    await inDialog(page).getByRole('button', { name: '承認する' }).click();
    await page.getByText('承認しました。実行されました。').waitFor();
    assert.equal((await read(page, '/v1/contract')).contact ?? '', before);
  }));

test('K-3 a change with a time of its own is shown with it, and may be stopped until then', { skip: !second }, () =>
  someone({ viewport: DESKTOP }, async (page) => {
    await signIn(page, first);
    const later = new Date(Date.now() + 3_600_000).toISOString().replace(/Z$/, '+00:00');
    const { id } = await ask(page, `あとで ${mark}`, { effective_at: later });
    await leave(page);
    await signIn(page, second);
    await at(page, '/changes');
    await page.locator(`[data-change="${id}"]`).getByRole('button', { name: /^承認する/ }).click();
    await inDialog(page).getByText(/に実行されます。$/).waitFor();
    await inDialog(page).getByRole('button', { name: '承認する' }).click();
    await page.getByText('承認しました。決められた日時に実行されます。').waitFor();
    await page.reload();
    await page.getByRole('heading', { name: '実行日時を待っているもの' }).waitFor();
    await page.locator(`[data-change="${id}"]`).getByRole('button', { name: /^却下する/ }).click();
    await inDialog(page).getByRole('button', { name: '却下する' }).click();
    await page.getByText('却下しました。').first().waitFor();
    await at(page, '/changes?state=rejected');
    await page.locator(`[data-row="${id}"]`).waitFor();
  }));

test('an auditor sees all changes and decides none', { skip: !auditor || !second }, () =>
  someone({ viewport: DESKTOP }, async (page) => {
    await signIn(page, first);
    const { id } = await ask(page, `見るだけ ${mark}`);
    await leave(page);
    await signIn(page, auditor);
    await at(page, '/changes');
    const card = page.locator(`[data-change="${id}"]`);
    await card.waitFor();
    assert.equal(await card.getByRole('button').count(), 0);
    await leave(page);
    await signIn(page, first);
    assert.equal((await call(page, 'POST', `/v1/changes/${id}/withdraw`)).status, 200);
  }));

for (const [language, viewport] of [['ja', NARROW], ['en', DESKTOP]]) {
  test(`changes are readable and in reach (${language})`, { skip: !second }, () =>
    someone({ language, viewport, scripts: [AXE] }, async (page) => {
      await signIn(page, first);
      const { id } = await ask(page, `検査 ${mark}`);
      for (const hash of ['/changes', '/changes?state=applied', `/changes/${id}`]) {
        await at(page, hash);
        await page.waitForFunction((wanted) => location.hash === `#${wanted}`, hash);
        await ready(page);
        await inspect(page, hash);
      }
      await call(page, 'POST', `/v1/changes/${id}/withdraw`);
      await leave(page);
      await signIn(page, officer);
      await at(page, '/changes');
      await ready(page);
      await inspect(page, 'changes of an officer');
    }));
}
