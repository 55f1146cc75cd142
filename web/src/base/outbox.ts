/*
 * What is to be sent, and does not get lost when the line is cut.
 *
 *   put ──▶ waiting ──answer──▶ sent
 *              │  └──refusal──▶ refused ──forget──▶ gone
 *              └──no answer──▶ waiting, tried again when the line is back and from time to time
 *
 * O1  An entry is on the device before it is sent, and leaves it only when the server has answered or its person says so.
 * O2  An entry carries one Idempotency-Key for ever: however often it is sent, it is done once. The server remembers a
 *     key for a day; an entry first sent longer ago is not sent again, for nobody could say what would come of it.
 * O3  Only its own person's session sends an entry.
 */
import { useEffect, useState } from 'preact/hooks';
import type { Client } from '../api/client';
import { newKey } from '../api/client';
import { choice, list, maybe, record, text } from '../api/decode';
import type { Problem } from '../api/problem';
import { problemOf, silent, unheard } from '../api/problem';
import type { Language } from '../word/language';
import { LANGUAGES } from '../word/language';
import type { Store } from './store';
import { deviceStore, memoryStore } from './store';

export interface Draft {
  readonly kind: string; /* which screen it belongs to */
  readonly about: string; /* the object it is about, e.g. a child */
  readonly path: string;
  readonly body: object;
  readonly words: readonly string[]; /* what the person sees of it */
}

const STATES = ['waiting', 'sent', 'refused'] as const;

export interface Entry {
  readonly id: string; /* the Idempotency-Key */
  readonly account: string;
  readonly kind: string;
  readonly about: string;
  readonly path: string;
  readonly body: string; /* JSON */
  readonly words: readonly string[];
  readonly at: string; /* when it was made */
  readonly tried: string | null; /* when it was first sent */
  readonly state: (typeof STATES)[number];
  readonly problem: Problem | null; /* why it is not sent */
  readonly reply: unknown; /* what came back; not kept on the device */
}

const keptProblem = record<Problem>({
  kind: choice(['offline', 'slow', 'malformed', 'refused', 'cancelled']),
  status: (input) => (typeof input === 'number' ? input : 0),
  slug: (input, path) => maybe(text)(input, path) ?? '',
  title: maybe(text),
  detail: maybe(text),
  request: maybe(text),
  errors: list(record({ field: text, code: text, message: maybe(text) })),
  language: choice(LANGUAGES),
});

const kept = record<Entry>({
  id: text,
  account: text,
  kind: text,
  about: text,
  path: text,
  body: text,
  words: list(text),
  at: text,
  tried: maybe(text),
  state: choice(STATES),
  problem: maybe(keptProblem),
  reply: () => null,
});

const KEY_LIFE_MS = 23 * 3_600_000;
const RETRY_MS = [3_000, 6_000, 15_000, 30_000, 60_000];

interface Person {
  readonly client: Client;
  readonly account: string;
  readonly language: () => Language;
  /* The server knows the session no more, or has locked it. */
  readonly stopped: () => void;
}

export interface Outbox {
  /* Somebody is signed in; what waits is sent. */
  readonly open: (person: Person) => void;
  readonly close: () => void;
  /* Keep it, try once, and say how it stands then. */
  readonly send: (draft: Draft) => Promise<Entry>;
  readonly flush: () => Promise<void>;
  readonly forget: (id: string) => Promise<void>;
  readonly clear: () => Promise<void>;
  /* Of the person who is signed in, oldest first. */
  readonly entries: () => readonly Entry[];
  readonly watch: (changed: () => void) => () => void;
}

/* One page at a time sends, where several are open. */
async function alone(act: () => Promise<void>): Promise<void> {
  if (typeof navigator === 'undefined' || !('locks' in navigator)) return act();
  return navigator.locks.request('sekimori.outbox', act);
}

/* Did the server answer for good? Whatever passes by itself is tried again. */
function final(problem: Problem): boolean {
  if (unheard(problem) || problem.kind === 'malformed') return false;
  return problem.status >= 400 && problem.status < 500 && ![401, 408, 425, 429].includes(problem.status);
}

export function createOutbox(store: Store<Entry>, now: () => Date = () => new Date()): Outbox {
  let person: Person | null = null;
  let all: readonly Entry[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let round = 0;
  let running: Promise<void> | null = null;
  const watchers = new Set<() => void>();

  const told = () => watchers.forEach((changed) => changed());
  const mine = () => all.filter((entry) => entry.account === person?.account);
  const show = (entry: Entry) => {
    const known = all.some(({ id }) => id === entry.id);
    all = known ? all.map((other) => (other.id === entry.id ? entry : other)) : [...all, entry];
    told();
  };

  const settle = async (entry: Entry) => {
    show(entry);
    if (entry.state === 'sent') await store.remove(entry.id);
    else await store.put(entry);
  };

  /* True: go on with the next one. */
  const attempt = async (entry: Entry, sender: Person): Promise<boolean> => {
    const first = entry.tried ?? now().toISOString();
    const language = sender.language();
    if (now().getTime() - new Date(first).getTime() > KEY_LIFE_MS) {
      await settle({ ...entry, state: 'refused', problem: { ...silent('refused', language), slug: 'too-late' } });
      return true;
    }
    const sent = { ...entry, tried: first };
    await store.put(sent);
    try {
      const body = JSON.parse(entry.body) as object;
      const call = { method: 'POST', path: entry.path, body, key: entry.id, bare: true } as const;
      const reply = await sender.client({ ...call, decode: (input: unknown) => input });
      await settle({ ...sent, state: 'sent', problem: null, reply });
      return true;
    } catch (error) {
      const problem = problemOf(error, language);
      await settle({ ...sent, state: final(problem) ? 'refused' : 'waiting', problem });
      if (problem.status === 401) {
        sender.stopped();
        return false;
      }
      return final(problem);
    }
  };

  /* Another page may have sent what this one still shows as waiting. */
  const refresh = async () => {
    const stored = await store.all();
    const gone = all.filter((entry) => entry.state === 'waiting' && !stored.some(({ id }) => id === entry.id));
    const rest = all.filter((entry) => entry.state === 'sent' && !stored.some(({ id }) => id === entry.id));
    all = [...stored, ...rest, ...gone.map((entry): Entry => ({ ...entry, state: 'sent' }))].sort((a, b) =>
      a.at < b.at ? -1 : 1,
    );
    told();
  };

  const sendAll = async () => {
    await refresh();
    for (const entry of mine().filter(({ state }) => state === 'waiting')) {
      if (!person || entry.account !== person.account || !(await attempt(entry, person))) break;
    }
  };

  const plan = () => {
    clearTimeout(timer);
    if (!person || !mine().some(({ state }) => state === 'waiting')) {
      round = 0;
      return;
    }
    timer = setTimeout(() => void flush(), RETRY_MS[Math.min(round, RETRY_MS.length - 1)]);
    round += 1;
  };

  const flush = async (): Promise<void> => {
    running ??= alone(sendAll).finally(() => {
      running = null;
      plan();
    });
    return running;
  };

  const soon = () => {
    round = 0;
    void flush();
  };
  const seen = () => {
    if (document.visibilityState === 'visible') soon();
  };

  return {
    open: (next) => {
      person = next;
      if (typeof document !== 'undefined') {
        addEventListener('online', soon);
        document.addEventListener('visibilitychange', seen);
      }
      soon();
    },
    close: () => {
      person = null;
      clearTimeout(timer);
      if (typeof document !== 'undefined') {
        removeEventListener('online', soon);
        document.removeEventListener('visibilitychange', seen);
      }
      told();
    },
    send: async (draft) => {
      if (!person) throw new Error('nobody is signed in');
      const { body, ...rest } = draft;
      const entry: Entry = {
        ...rest,
        id: newKey(),
        account: person.account,
        body: JSON.stringify(body),
        at: now().toISOString(),
        tried: null,
        state: 'waiting',
        problem: null,
        reply: null,
      };
      await store.put(entry);
      show(entry);
      const asItIs = () => all.find(({ id }) => id === entry.id) ?? entry;
      await running; /* which may have begun before this entry was there */
      if (asItIs().tried === null) await flush();
      return asItIs();
    },
    flush,
    forget: async (id) => {
      all = all.filter((entry) => entry.id !== id);
      told();
      await store.remove(id);
    },
    clear: async () => {
      const everything = await store.all();
      all = [];
      told();
      await Promise.all(everything.map(({ id }) => store.remove(id)));
    },
    entries: mine,
    watch: (changed) => {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
  };
}

export const outbox: Outbox = createOutbox(
  typeof indexedDB === 'undefined'
    ? memoryStore<Entry>()
    : deviceStore<Entry>('sekimori', (input) => kept(input, 'entry')),
);

/* The entries of one kind, as they come and go. */
export function useOutbox(kind?: string): readonly Entry[] {
  const [, turn] = useState(0);
  useEffect(() => outbox.watch(() => turn((before) => before + 1)), []);
  return outbox.entries().filter((entry) => kind === undefined || entry.kind === kind);
}
