/* Goal: a guardian reads who looked at the child, why, and takes the proof home; nobody needs a mouse for it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { guardian, signIn, someone, tabTo, teacher, URL_BASE } from './people.mjs';

test('K-27 who looked: the teacher stands there with time and purpose, and the proof is a file', async () => {
  let name;
  await someone({}, async (page) => {
    await signIn(page, teacher);
    name = await page.locator('.who-name').textContent();
    await page.locator('.pupil, .class-empty').first().waitFor();
  });
  await someone({}, async (page) => {
    await signIn(page, guardian);
    await page.getByRole('link', { name: '見た人' }).click();
    const look = page.locator('.look', { hasText: name }).first();
    await look.waitFor();
    assert.match(await look.textContent(), /目的：/);
    assert.match(await page.locator('.looks h2').first().textContent(), /^(\d{4}年)?\d{1,2}月\d{1,2}日（[日月火水木金土]）$/);
    await page.getByText('「証明」とは').click();
    await page.getByText(/第三者の道具でもたしかめられます/).waitFor();
    await look.locator('summary').click();
    const coming = page.waitForEvent('download');
    await look.getByRole('button', { name: '証明をダウンロードする' }).click();
    const download = await coming;
    assert.match(download.suggestedFilename(), /^sekimori-\d+\.tlog-proof$/);
    assert.match(readFileSync(await download.path(), 'utf8'), /^c2sp\.org\/tlog-proof@v1\n/);
  });
});

test('keyboard alone: from the home page to a look and its proof, and a month and back', () =>
  someone({}, async (page) => {
    await signIn(page, guardian);
    const { keyboard } = page;
    await page.locator('.child-link').first().waitFor();
    await tabTo(page, '.child-link[href*="/month"]');
    await keyboard.press('Enter');
    await page.locator('.sheet').waitFor();
    await tabTo(page, '.month-head a:first-child');
    await keyboard.press('Enter');
    await page.locator('.sheet').waitFor();
    await tabTo(page, '.back a');
    await keyboard.press('Enter');
    await page.locator('.child-link').first().waitFor();
    await page.goto(`${URL_BASE}/#/looked`);
    await page.locator('.look, .empty').first().waitFor();
    await tabTo(page, '[name=own]');
    await keyboard.press('Space');
    await page.locator('.look').first().waitFor();
    await tabTo(page, '.look summary');
    await keyboard.press('Enter');
    await tabTo(page, '.look details button');
    const coming = page.waitForEvent('download');
    await keyboard.press('Enter');
    await coming;
  }));
