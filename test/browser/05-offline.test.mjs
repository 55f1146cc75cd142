/* Goal: the page is installed and opens without a line; nothing of a person is kept on the device but what waits to be sent. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AXE, guardian, inspect, NARROW, signIn, someone, URL_BASE } from './people.mjs';

/* Everything the device keeps in caches. */
const kept = (page) =>
  page.evaluate(async () => {
    const names = await caches.keys();
    const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return requests.flat().map(({ url }) => new URL(url).pathname);
  });

const ready = async (page) => {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller) {
      await new Promise((done) => navigator.serviceWorker.addEventListener('controllerchange', done, { once: true }));
    }
  });
};

test('the shell is kept, and with it the page opens without a line; of a person nothing is kept', () =>
  someone({ workers: 'allow', scripts: [AXE] }, async (page) => {
    await ready(page);
    await signIn(page, guardian);
    const name = await page.locator('.child-name').first().textContent();
    await page.reload();
    await page.locator('.child-report').first().waitFor();
    const files = await kept(page);
    assert.ok(files.includes('/') && files.includes('/manifest.webmanifest'));
    assert.deepEqual(files.filter((file) => file.startsWith('/v1') || file === '/openapi.json'), []);

    await page.context().setOffline(true);
    await page.reload();
    await page.getByText('つながりません').waitFor();
    assert.equal(await page.getByText(name).count(), 0);
    await inspect(page, 'opened without a line');
    await page.context().setOffline(false);
    await page.getByRole('button', { name: 'もう一度読み込む' }).click();
    await page.locator('.child-report').first().waitFor();

    await page.getByRole('button', { name: 'ログアウト', exact: true }).click();
    await page.getByText('ログアウトしました。').waitFor();
    const databases = await page.evaluate(async () => {
      const found = await indexedDB.databases();
      return found.map(({ name: one }) => one);
    });
    for (const one of databases) {
      const count = await page.evaluate(
        (database) =>
          new Promise((done) => {
            const open = indexedDB.open(database);
            open.onsuccess = () => {
              const request = open.result.transaction('entries').objectStore('entries').count();
              request.onsuccess = () => done(request.result);
            };
          }),
        one,
      );
      assert.equal(count, 0);
    }
  }));

test('the line goes while the page is open: it stays, and says of when it is', () =>
  someone({ viewport: NARROW, scripts: [AXE] }, async (page) => {
    await signIn(page, guardian);
    await page.locator('.today').first().waitFor();
    await page.context().setOffline(true);
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await page.getByText(/^つながりません。表示しているのは\d+:\d\dの内容です。$/).first().waitFor();
    await page.locator('.today').first().waitFor();
    await inspect(page, 'line down');
    await page.context().setOffline(false);
    await page.evaluate(() => dispatchEvent(new Event('online')));
    await page.getByText(/^つながりません。/).first().waitFor({ state: 'detached' });
  }));

test('the page can be installed: name, icons of the sizes that phones ask for, and nothing from elsewhere', () =>
  someone({}, async (page) => {
    const manifest = await page.evaluate(async () => {
      const address = document.querySelector('link[rel=manifest]').href;
      const reply = await fetch(address);
      return { type: reply.headers.get('content-type'), body: await reply.json() };
    });
    assert.match(manifest.type, /^application\/manifest\+json/);
    assert.equal(manifest.body.display, 'standalone');
    for (const wanted of ['192x192', '512x512']) {
      const icon = manifest.body.icons.find(({ sizes, type }) => sizes === wanted && type === 'image/png');
      const size = await page.evaluate(async (address) => {
        const image = new Image();
        image.src = address;
        await image.decode();
        return `${image.naturalWidth}x${image.naturalHeight}`;
      }, icon.src);
      assert.equal(size, wanted);
    }
    assert.ok(manifest.body.icons.some(({ purpose }) => purpose === 'maskable'));
    const policy = await page.evaluate(async (address) => (await fetch(address)).headers.get('content-security-policy'), URL_BASE);
    for (const rule of ["default-src 'none'", "script-src 'self'", "worker-src 'self'", "manifest-src 'self'"]) {
      assert.ok(policy.includes(rule), rule);
    }
    assert.equal(/unsafe|https?:|\*/.test(policy), false);
  }));
