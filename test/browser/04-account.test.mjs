/* Goal: whoever is invited gets in by themselves, safely; one's own account is in one's own hands; a locked screen keeps what was typed. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { stepNow, totp } from '../factor.mjs';
import { accounts, AXE, guardian, inspect, NARROW, signIn, someone, TABLET, teacher, URL_BASE, withRole } from './people.mjs';

const PASSWORD = 'Hanami-to-yukidoke-4';
const admins = accounts.filter(({ role, customer }) => role === 'officer-admin' && customer === guardian.customer);
const principal = accounts.find(({ role, facility }) => role === 'principal' && facility === guardian.facility);
const freshLogin = () => `person${randomBytes(5).toString('hex')}`;

/* A call of whoever is signed in on the page. */
const call = (page, method, path, body) =>
  page.evaluate(
    async ({ method, path, body }) => {
      const headers = { 'content-type': 'application/json' };
      const reply = await fetch(path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
      const text = await reply.text();
      return { status: reply.status, json: text && JSON.parse(text) };
    },
    { method, path, body },
  );

async function asked(page, method, path, body, status = 201) {
  const reply = await call(page, method, path, body);
  assert.equal(reply.status, status, JSON.stringify(reply.json));
  return reply.json;
}

/* An account of that role, and the link of its letter. */
async function invited(role, more = {}) {
  const login = freshLogin();
  const wish = { login, name: '試験 はな', role, facility: guardian.facility, ...more };
  let link;
  if (role === 'principal') {
    let change;
    await someone({}, async (page) => {
      await signIn(page, admins[0]);
      ({ change } = await asked(page, 'POST', '/v1/accounts', wish, 202));
    });
    await someone({}, async (page) => {
      await signIn(page, admins[1]);
      await asked(page, 'POST', `/v1/changes/${change.id}/approve`, {}, 200);
    });
  }
  await someone({}, async (page) => {
    await signIn(page, role === 'principal' ? admins[0] : principal);
    if (role !== 'principal') await asked(page, 'POST', '/v1/accounts', wish);
    const { items } = await asked(page, 'GET', `/v1/accounts?role=${role}&limit=200`, null, 200);
    const { id } = items.find((one) => one.login === login);
    ({ link } = await asked(page, 'POST', `/v1/accounts/${id}/invitation`, {}));
  });
  return { login: `${login}@${guardian.customer}`, password: PASSWORD, hash: new URL(link).hash };
}

async function acceptLink(page, { hash, password }) {
  await page.goto('about:blank');
  await page.goto(`${URL_BASE}/${hash}`);
  await page.locator('[name=password]').waitFor();
  assert.equal(new URL(page.url()).hash, '#/', 'the secret leaves the address bar at once');
  await page.locator('[name=password]').fill(password);
  await page.locator('[name=again]').fill(password);
  await page.locator('[type=submit]').dblclick();
  await page.getByRole('heading', { level: 1, name: '設定できました' }).waitFor();
}

async function member(role) {
  const account = await invited(role);
  await someone({}, (page) => acceptLink(page, account));
  return account;
}

test('K-3 a principal comes by the letter, chooses a password, and sets up the second factor before anything else', async () => {
  const account = await invited('principal');
  await someone({ viewport: NARROW, scripts: [AXE] }, async (page) => {
    await page.goto('about:blank');
    await page.goto(`${URL_BASE}/${account.hash}`);
    await page.getByRole('heading', { level: 1, name: 'はじめての設定' }).waitFor();
    await page.getByText(account.login).waitFor();
    await inspect(page, 'invitation');
    await page.locator('[type=submit]').click();
    await page.locator('[name=password][aria-invalid=true]').waitFor();
    await page.locator('[name=password]').fill('abc');
    await page.locator('[name=again]').fill('abd');
    await page.locator('[type=submit]').click();
    await page.locator('[name=again][aria-invalid=true]').waitFor();
    await page.locator('[name=again]').fill('abc');
    await page.locator('[type=submit]').click();
    await page.locator('[name=password][aria-invalid=true]').waitFor();
    await inspect(page, 'invitation with errors');
    await acceptLink(page, account);
    await inspect(page, 'invitation accepted');
    await page.getByRole('button', { name: 'ログインする' }).click();
    assert.equal(await page.locator('[name=login]').inputValue(), account.login);
    await page.locator('[name=password]').fill(PASSWORD);
    await page.locator('[type=submit]').click();

    await page.getByRole('heading', { level: 1, name: '二段階認証の設定' }).waitFor();
    await page.getByRole('img', { name: '認証アプリで読み取るQRコード' }).waitFor();
    await inspect(page, 'enrolment');
    await page.goto(`${URL_BASE}/#/board`);
    assert.equal(await page.locator('.pupil').count(), 0);
    const secret = (await page.locator('.secret code').textContent()).replace(/\s/g, '');
    await page.locator('[name=code]').fill('000000');
    await page.locator('[type=submit]').click();
    await page.getByText('数字が合いません。').waitFor();
    await page.locator('[name=code]').fill(totp(secret, stepNow()));
    await page.locator('[type=submit]').click();
    await page.locator('.codes-list').waitFor();
    const codes = await page.locator('.codes-list code').allTextContents();
    assert.equal(codes.length, 10);
    await inspect(page, 'recovery codes');
    await page.getByRole('button', { name: '利用を始める' }).click();
    await page.getByText('控えてから、印を付けてください。').waitFor();
    await page.locator('[name=kept]').check();
    await page.getByRole('button', { name: '利用を始める' }).click();
    await page.locator('.top').waitFor();

    await page.getByRole('button', { name: 'ログアウト', exact: true }).click();
    await page.getByText('ログアウトしました。').waitFor();
    await page.locator('[name=login]').fill(account.login);
    await page.locator('[name=password]').fill(PASSWORD);
    await page.locator('[type=submit]').click();
    await page.locator('[name=code]').waitFor();
    await inspect(page, 'sign-in with a code');
    await page.getByRole('button', { name: '認証アプリが使えないとき' }).click();
    await page.locator('[name=code]').fill(codes[0].toLowerCase());
    await page.locator('[type=submit]').click();
    await page.locator('.top').waitFor();
  });
  await someone({ scripts: [AXE] }, async (page) => {
    await page.goto(`${URL_BASE}/${account.hash}`); /* in the page that is open already */
    await page.getByRole('heading', { level: 1, name: 'このリンクは使えません' }).waitFor();
    await inspect(page, 'worthless link');
    await page.getByRole('button', { name: 'ログインにもどる' }).click();
    await page.locator('[name=login]').waitFor();
  });
});

test('a lost password: the same answer whether the login exists or not', () =>
  someone({ scripts: [AXE] }, async (page) => {
    const answers = [];
    for (const login of [guardian.login, `nobody@${guardian.customer}`]) {
      await page.goto(`${URL_BASE}/#/`);
      await page.getByRole('link', { name: 'パスワードをわすれたとき' }).click();
      await page.locator('[type=submit]').click();
      await page.locator('[name=login][aria-invalid=true]').waitFor();
      await inspect(page, 'forgotten');
      await page.locator('[name=login]').fill(login);
      await page.locator('[type=submit]').click();
      await page.getByText('受け付けました').waitFor();
      answers.push(await page.locator('.gate-card').textContent());
    }
    assert.equal(answers[0], answers[1]);
    await inspect(page, 'forgotten, asked');
  }));

test('one’s own account: password, devices, and everything ended at once', async () => {
  const account = await member('guardian');
  await someone({ viewport: NARROW, scripts: [AXE] }, async (page) => {
    await signIn(page, account);
    await page.getByText('お子さまが登録されていません。').waitFor();
    await page.getByRole('link', { name: '設定' }).click();
    await page.locator('.rows').first().waitFor();
    await inspect(page, 'account');
    await page.getByRole('link', { name: /^パスワード/ }).click();
    for (const [name, value] of [
      ['current', 'not-the-password-1A'],
      ['new', `${PASSWORD}-new`],
      ['again', `${PASSWORD}-new`],
    ]) {
      await page.locator(`[name=${name}]`).fill(value);
    }
    await page.locator('[type=submit]').click();
    await page.getByRole('alert').first().waitFor();
    await inspect(page, 'password refused');
    await page.locator('[name=current]').fill(PASSWORD);
    await page.locator('[type=submit]').click();
    await page.getByText('パスワードを変更しました').waitFor();
    const renewed = { ...account, password: `${PASSWORD}-new` };

    await someone({}, async (other) => {
      await signIn(other, renewed);
      await page.goto(`${URL_BASE}/#/account/sessions`);
      await page.locator('.row').nth(1).waitFor();
      await inspect(page, 'sessions');
      await page.getByRole('button', { name: '終わらせる' }).click();
      await page.locator('.row').nth(1).waitFor({ state: 'detached' });
      await other.getByRole('link', { name: '設定' }).click();
      await other.getByText('ログインの有効時間が終わりました。').waitFor();
    });
    await page.goto(`${URL_BASE}/#/account/notices`);
    await page.locator('.report').first().waitFor();
    await inspect(page, 'notices');
    await page.goto(`${URL_BASE}/#/account/sessions`);
    await page.getByRole('button', { name: 'すべての端末でログアウトする' }).click();
    await page.locator('[name=login]').waitFor();
    await signIn(page, renewed);
  });
});

test('a second factor of one’s own wish; before something that matters the person is asked once more', async () => {
  const account = await member('guardian');
  await someone({ scripts: [AXE] }, async (page) => {
    await signIn(page, account);
    await page.goto(`${URL_BASE}/#/account/factor`);
    await inspect(page, 'no factor');
    await page.getByRole('button', { name: '二段階認証を設定する' }).click();
    const secret = (await page.locator('.secret code').textContent()).replace(/\s/g, '');
    await page.locator('[name=code]').fill(totp(secret, stepNow()));
    await page.locator('[type=submit]').click();
    await page.locator('.codes-list').waitFor();
    const codes = await page.locator('.codes-list code').allTextContents();
    await page.locator('[name=kept]').check();
    await page.getByRole('button', { name: '二段階認証にもどる' }).click();
    await page.getByText('使っていない回復用コードは10個です。').waitFor();
    await inspect(page, 'a factor');

    let stale = true;
    await page.route('**/v1/me/recovery-codes', (route) => {
      if (!stale) return route.continue();
      stale = false;
      return route.fulfill({
        status: 403,
        contentType: 'application/problem+json',
        body: JSON.stringify({ type: 'https://sekimori.example/problems/step-up-required', status: 403 }),
      });
    });
    await page.getByRole('button', { name: '回復用コードを作り直す' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('heading', { name: 'ご本人の確認' }).waitFor();
    await inspect(page, 'step-up');
    await dialog.getByRole('button', { name: 'やめる' }).click();
    await page.getByText('何も変わっていません。').waitFor();

    stale = true;
    await page.getByRole('button', { name: '回復用コードを作り直す' }).click();
    await dialog.locator('[name=password]').fill('not-the-password-1A');
    if ((await dialog.locator('[name=code]').count()) === 0) await dialog.locator('[type=submit]').click();
    await dialog.getByRole('button', { name: '認証アプリが使えないとき' }).click();
    await dialog.locator('[name=code]').fill(codes[0]);
    await dialog.locator('[type=submit]').click();
    await dialog.getByRole('alert').waitFor();
    await dialog.locator('[name=password]').fill(PASSWORD);
    await dialog.locator('[name=code]').fill(codes[1]);
    await dialog.locator('[type=submit]').click();
    await page.locator('.codes-list').waitFor();
    const renewed = await page.locator('.codes-list code').allTextContents();
    assert.equal(renewed.length, 10);
    assert.equal(renewed.some((code) => codes.includes(code)), false);
  });
});

test('a tablet is registered, and a PIN unlocks the screen with everything that was typed', async () => {
  const account = await member('staff');
  await someone({ viewport: TABLET, scripts: [AXE] }, async (page) => {
    let code;
    await someone({}, async (keeper) => {
      await signIn(keeper, principal);
      ({ code } = await asked(keeper, 'POST', `/v1/facilities/${guardian.facility}/devices`, { name: '玄関のタブレット' }));
    });
    await page.goto(`${URL_BASE}/#/tablet`);
    await inspect(page, 'tablet');
    await page.locator('[name=code]').fill(`${guardian.customer}.0000-0000`);
    await page.locator('[type=submit]').click();
    await page.getByText('登録できませんでした。').waitFor();
    await page.locator('[name=code]').fill(code);
    await page.locator('[type=submit]').click();
    await page.getByText('玄関のタブレット').waitFor();
    await page.getByRole('link', { name: 'ログインにもどる' }).click();

    await signIn(page, account);
    await page.goto(`${URL_BASE}/#/account/pin`);
    await page.locator('[name=pin]').fill('8206');
    await page.locator('[name=password]').fill(PASSWORD);
    await inspect(page, 'pin');
    await page.locator('[type=submit]').click();
    await page.getByText('PINを設定しました').waitFor();

    await page.goto(`${URL_BASE}/#/account/password`);
    await page.locator('[name=new]').fill('half-typed words');
    await page.getByRole('button', { name: 'ロック', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: '画面がロックされています' }).waitFor();
    await inspect(page, 'locked');
    assert.equal(await page.locator('.top').isVisible(), false);
    await page.locator('[name=pin]').fill('1111');
    await page.locator('[type=submit]:visible').click();
    await page.locator('[name=pin][aria-invalid=true]').waitFor();
    await page.locator('[name=pin]').fill('８２０６');
    await page.locator('[type=submit]:visible').click();
    await page.locator('.top').waitFor();
    assert.equal(await page.locator('[name=new]').inputValue(), 'half-typed words');
    assert.equal(await page.title(), 'パスワードの変更｜せきもり');
    await page.locator('.top-actions button:focus', { hasText: 'ロック' }).waitFor();

    await page.getByRole('button', { name: 'ロック', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: '画面がロックされています' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { level: 1, name: '画面がロックされています' }).waitFor();
    await page.locator('[name=way][value=password]').check();
    await page.locator('[name=password]:visible').fill(PASSWORD);
    await page.locator('[type=submit]:visible').click();
    await page.locator('.top').waitFor();

    await page.getByRole('button', { name: 'ロック', exact: true }).click();
    await page.getByRole('button', { name: 'ほかの人がログインする' }).click();
    await page.getByText('ログアウトしました。').waitFor();
  });
});

test('whoever has no right to a screen is not offered it, and its address leads home', { skip: !withRole('officer') }, () =>
  someone({ viewport: TABLET }, async (page) => {
    await signIn(page, teacher);
    await page.goto(`${URL_BASE}/#/events`);
    await page.locator('.pupil, .class-empty').first().waitFor();
    assert.equal(await page.getByRole('link', { name: '操作の記録' }).count(), 0);
  }));

test('one person at two kindergartens: a code at the second one’s desk, no second account, and a switch between them', async () => {
  const account = await member('guardian');
  const second = accounts.find(
    ({ role, customer, facility }) => role === 'principal' && customer === guardian.customer && facility !== guardian.facility,
  );
  await someone({ scripts: [AXE] }, async (page) => {
    await signIn(page, account);
    await page.goto(`${URL_BASE}/#/account`);
    await page.getByRole('button', { name: 'コードを表示する' }).click();
    const code = await page.locator('.secret code').textContent();
    await someone({}, async (keeper) => {
      await signIn(keeper, second);
      await asked(keeper, 'POST', '/v1/memberships', { code, role: 'guardian' });
    });
    await page.reload();
    await page.getByRole('heading', { name: '役割の切り替え' }).waitFor();
    await inspect(page, 'memberships');
    const before = await page.locator('.facts dd').last().textContent();
    await page.getByRole('button', { name: '切り替える' }).click();
    await page.getByRole('heading', { level: 1, name: 'お子さま' }).waitFor();
    await page.goto(`${URL_BASE}/#/account`);
    await page.getByRole('heading', { name: '役割の切り替え' }).waitFor();
    assert.notEqual(await page.locator('.facts dd').last().textContent(), before);
  });
});
