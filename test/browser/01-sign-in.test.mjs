/* Goal: whoever may come in comes in, in both languages and without a mouse; whoever may not is told what to do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { guardian, signIn, someone } from './people.mjs';

const WRONG = { ja: 'ログインIDかパスワードがちがいます。', en: 'The login ID or the password is wrong.' };

for (const language of ['ja', 'en']) {
  test(`a wrong login is answered in words (${language}), and the right one then works`, () =>
    someone({ language }, async (page) => {
      await page.locator('[name=login]').fill('nobody-of-this-name');
      await page.locator('[name=password]').fill('not-the-password-1A');
      await page.locator('[type=submit]').click();
      const alert = page.getByRole('alert');
      await alert.getByText(WRONG[language]).waitFor();
      assert.equal(await page.evaluate(() => document.activeElement.name), 'password');
      assert.equal(await page.evaluate(() => document.documentElement.lang), language);
      await signIn(page, guardian);
      assert.equal(await page.getByRole('alert').count(), 0);
    }));
}

test('what is missing is said beside its field, and nothing is sent', () =>
  someone({}, async (page) => {
    let sent = 0;
    page.on('request', (request) => (sent += request.method() === 'POST' ? 1 : 0));
    await page.locator('[type=submit]').click();
    for (const [field, words] of [
      ['login', 'ログインIDを入力してください。'],
      ['password', 'パスワードを入力してください。'],
    ]) {
      const box = page.locator(`[name=${field}]`);
      assert.equal(await box.getAttribute('aria-invalid'), 'true');
      const id = await box.getAttribute('aria-describedby');
      assert.equal((await page.locator(`[id="${id}"]`).textContent()).trim(), words);
    }
    assert.equal(await page.evaluate(() => document.activeElement.name), 'login');
    assert.equal(sent, 0);
  }));

test('two presses on sign-in are one sign-in', () =>
  someone({}, async (page) => {
    let sent = 0;
    page.on('request', (request) => (sent += request.method() === 'POST' ? 1 : 0));
    await page.locator('[name=login]').fill(guardian.login);
    await page.locator('[name=password]').fill(guardian.password);
    await page.locator('[type=submit]').dblclick();
    await page.locator('.top').waitFor();
    assert.equal(sent, 1);
  }));

test('the language is sent with every request, and stays after reload and sign-out', () =>
  someone({ language: 'en' }, async (page) => {
    const asked = new Set();
    page.on('request', (request) => {
      if (request.url().includes('/v1/')) asked.add(request.headers()['accept-language']);
    });
    await signIn(page, guardian);
    await page.getByRole('heading', { level: 1, name: 'Your children' }).waitFor();
    assert.deepEqual([...asked], ['en']);
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Your children' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('You are signed out.').waitFor();
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    await page.getByRole('button', { name: '日本語' }).click();
    await page.getByRole('heading', { level: 1, name: 'ログイン' }).waitFor();
  }));

test('after sign-out the way back leads to the sign-in, and shows nobody', () =>
  someone({}, async (page) => {
    await signIn(page, guardian);
    const names = await page.locator('.child-name [lang=ja], .who-name').allTextContents();
    await page.locator('.child-report').first().click();
    await page.locator('[name=reason]').waitFor();
    await page.getByRole('button', { name: 'ログアウト' }).click();
    await page.getByText('ログアウトしました。').waitFor();
    for (const act of [() => page.goBack(), () => page.goBack(), () => page.reload()]) {
      await act();
      await page.locator('[name=login]').waitFor();
      const shown = await page.locator('body').textContent();
      for (const name of names) assert.ok(!shown.includes(name), name);
    }
  }));

test('a session that ended elsewhere leads to the sign-in, which says why', () =>
  someone({}, async (page) => {
    await signIn(page, guardian);
    await page.locator('.child-report').first().waitFor();
    await page.waitForLoadState('networkidle');
    await page.context().clearCookies();
    await page.locator('.child-report').first().click();
    await page.getByText('ログインの有効時間が終わりました。').waitFor();
  }));

test('where a second factor is asked for, the code goes with name and password', () =>
  someone({}, async (page) => {
    const bodies = [];
    await page.route('**/v1/session', (route) => {
      bodies.push(route.request().postDataJSON());
      const [status, slug] = bodies.length === 1 ? [403, 'second-factor-required'] : [401, 'sign-in-failed'];
      return route.fulfill({
        status,
        contentType: 'application/problem+json',
        body: JSON.stringify({ type: `https://sekimori.example/problems/${slug}`, status }),
      });
    });
    await page.locator('[name=login]').fill('somebody');
    await page.locator('[name=password]').fill('Some-password-1');
    await page.locator('[type=submit]').click();
    await page.locator('[name=code]:focus').waitFor();
    await page.locator('[name=code]').fill('12345');
    await page.locator('[type=submit]').click();
    await page.getByText('6けたの数字を入力してください。').waitFor();
    await page.locator('[name=code]').fill('１２３ ４５６');
    await page.locator('[type=submit]').click();
    await page.getByRole('alert').waitFor();
    assert.deepEqual(bodies, [
      { login: 'somebody', password: 'Some-password-1' },
      { login: 'somebody', password: 'Some-password-1', totp: '123456' },
    ]);
    await page.getByRole('button', { name: '最初からやり直す' }).click();
    await page.locator('[name=password]:focus').waitFor();
    assert.equal(await page.locator('[name=password]').inputValue(), '');
  }));
