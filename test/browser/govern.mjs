/* What the browser tests of governance share. */
import { accounts, guardian, URL_BASE } from './people.mjs';

export const DESKTOP = { width: 1280, height: 900 };

export const everyOfCity = (role) => accounts.filter((account) => account.role === role && account.customer === guardian.customer);
export const ofCity = (role) => everyOfCity(role)[0];

export const at = (page, hash) => page.goto(`${URL_BASE}/#${hash}`);
export const title = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor();
export const inDialog = (page) => page.locator('dialog[open]').last();
export const read = (page, path) => page.evaluate(async (from) => (await (await fetch(from)).json()), path);

/* One request of the page's own person; the status and what came with it. */
export const call = (page, method, path, body = {}) =>
  page.evaluate(
    async (wish) => {
      const headers = { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() };
      const init = { method: wish.method, ...(wish.method === 'GET' ? {} : { headers, body: JSON.stringify(wish.body) }) };
      const reply = await fetch(wish.path, init);
      const text = await reply.text();
      return { status: reply.status, json: text === '' ? null : JSON.parse(text) };
    },
    { method, path, body },
  );

/* What the server says, once it says what is waited for. */
export async function until(page, path, fits) {
  for (let turn = 0; turn < 120; turn++) {
    const found = await read(page, path);
    if (fits(found)) return found;
    await new Promise((wait) => setTimeout(wait, 500));
  }
  throw new Error(`${path} does not become what is waited for`);
}

/* The screen is there, with what it reads. */
export async function ready(page) {
  await page.locator('h1').waitFor();
  await page.waitForFunction(() => !document.querySelector('.loading'));
}

export async function leave(page) {
  await page.getByRole('button', { name: /^(ログアウト|Sign out)$/ }).click();
  await page.getByText(/ログアウトしました。|You are signed out/).waitFor();
}
