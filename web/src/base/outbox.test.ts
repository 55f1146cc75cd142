import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { Client } from '../api/client';
import type { Problem } from '../api/problem';
import { Failure, silent } from '../api/problem';
import type { Entry, Outbox } from './outbox';
import { createOutbox } from './outbox';
import type { Store } from './store';
import { memoryStore } from './store';

const DRAFT = { kind: 'absence', about: 'c1', path: '/v1/x', body: { date: '2026-11-24' }, words: ['葵', '欠席'] };

const refused = (status: number): Problem => ({ ...silent('refused', 'ja'), status });
const cut = silent('offline', 'ja');

/* A server that answers by turns, and remembers what it was sent. */
function serverOf(...answers: readonly (Problem | object)[]) {
  const keys: (string | undefined)[] = [];
  const client: Client = (call) => {
    const answer = answers[Math.min(keys.length, answers.length - 1)];
    keys.push(call.key);
    if (answer && 'kind' in answer) return Promise.reject(new Failure(answer as Problem));
    return Promise.resolve(call.decode(answer, 'reply'));
  };
  return { keys, client };
}

const person = (client: Client, account = 'a1', stopped = () => undefined as void) => ({
  client,
  account,
  language: () => 'ja' as const,
  stopped,
});

function boxOf(t: TestContext, store: Store<Entry>, now?: () => Date): Outbox {
  const box = createOutbox(store, now);
  t.after(() => box.close());
  return box;
}

const states = (box: Outbox) => box.entries().map(({ state }) => state);

test('what is answered is sent and leaves the device', async (t) => {
  const store = memoryStore<Entry>();
  const { keys, client } = serverOf({ id: 'r1' });
  const box = boxOf(t, store);
  box.open(person(client));
  const entry = await box.send(DRAFT);
  assert.equal(entry.state, 'sent');
  assert.deepEqual(entry.reply, { id: 'r1' });
  assert.deepEqual(keys, [entry.id]);
  assert.deepEqual(await store.all(), []);
});

test('without an answer it waits, and goes again with the same key, once', async (t) => {
  const store = memoryStore<Entry>();
  const { keys, client } = serverOf(cut, cut, { id: 'r1' });
  const box = boxOf(t, store);
  box.open(person(client));
  const entry = await box.send(DRAFT);
  assert.equal(entry.state, 'waiting');
  assert.equal((await store.all()).length, 1);
  await box.flush();
  assert.deepEqual(states(box), ['waiting']);
  await box.flush();
  assert.deepEqual(states(box), ['sent']);
  await box.flush();
  assert.deepEqual(keys, [entry.id, entry.id, entry.id]);
});

test('it survives the page, and only its own person sends it', async (t) => {
  const store = memoryStore<Entry>();
  const first = boxOf(t, store);
  first.open(person(serverOf(cut).client));
  const { id } = await first.send(DRAFT);
  first.close();

  const other = serverOf({});
  const second = boxOf(t, store);
  second.open(person(other.client, 'a2'));
  await second.flush();
  assert.deepEqual(other.keys, []);
  assert.deepEqual(second.entries(), []);
  second.close();

  const own = serverOf({});
  second.open(person(own.client));
  await second.flush();
  assert.deepEqual(own.keys, [id]);
});

test('a refusal is shown until it is forgotten; a busy server is not one', async (t) => {
  const store = memoryStore<Entry>();
  const { client } = serverOf(refused(503), refused(429), refused(409));
  const box = boxOf(t, store);
  box.open(person(client));
  const entry = await box.send(DRAFT);
  assert.deepEqual(states(box), ['waiting']);
  await box.flush();
  assert.deepEqual(states(box), ['waiting']);
  await box.flush();
  assert.deepEqual(states(box), ['refused']);
  await box.forget(entry.id);
  assert.deepEqual(await store.all(), []);
});

test('a session that ended stops the sending, and nothing is lost', async (t) => {
  const store = memoryStore<Entry>();
  const { keys, client } = serverOf(refused(401));
  let stopped = 0;
  const box = boxOf(t, store);
  box.open(person(client, 'a1', () => void (stopped += 1)));
  await box.send(DRAFT);
  assert.deepEqual([stopped, keys.length, (await store.all()).length], [1, 1, 1]);
});

test('what was first sent a day ago is not sent again', async (t) => {
  const store = memoryStore<Entry>();
  let time = new Date('2026-11-24T07:00:00+09:00');
  const { keys, client } = serverOf(cut, {});
  const box = boxOf(t, store, () => time);
  box.open(person(client));
  await box.send(DRAFT);
  time = new Date('2026-11-25T06:30:00+09:00');
  await box.flush();
  assert.equal(keys.length, 1);
  assert.equal(box.entries()[0]?.problem?.slug, 'too-late');
});

test('another page may have sent it', async (t) => {
  const store = memoryStore<Entry>();
  const { client } = serverOf(cut);
  const box = boxOf(t, store);
  box.open(person(client));
  const { id } = await box.send(DRAFT);
  await store.remove(id);
  await box.flush();
  assert.deepEqual(states(box), ['sent']);
});
