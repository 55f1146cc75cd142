/* The record: its events, their proofs, and the ledger as a whole. */
import type { Call, Saved } from './client';
import { path, saved } from './client';
import type { Decoder, Page } from './decode';
import { cursor, flag, integer, list, maybe, record, text } from './decode';
import type { Said } from './said';
import { said } from './said';

/* Events */
export interface Thing {
  readonly entity: string;
  readonly id: string | null;
}

export interface Event {
  readonly index: number;
  readonly time: string;
  readonly operation: string;
  readonly title: Said | null; /* none: a step of the system's own */
  readonly outcome: number; /* status of the reply */
  readonly actor: string | null;
  readonly role: string | null;
  readonly rule: string | null;
  readonly facility: string | null;
  readonly objects: readonly Thing[];
  readonly request: string | null;
  readonly probe: boolean | null; /* of what is there for checks and trials alone */
}
const head: { readonly [K in keyof Event]: Decoder<Event[K]> } = {
  index: integer,
  time: text,
  operation: text,
  title: maybe(said),
  outcome: integer,
  actor: maybe(text),
  role: maybe(text),
  rule: maybe(text),
  facility: maybe(text),
  objects: list(record<Thing>({ entity: text, id: maybe(text) })),
  request: maybe(text),
  probe: maybe(flag),
};

export const WISHES = ['outcome', 'operation', 'from', 'until', 'facility', 'actor', 'object', 'probe'] as const;
export type Wish = { readonly [K in (typeof WISHES)[number]]?: string | null };

const EVENT_PAGE = 50;

export const readEvents = (wish: Wish, after: string | null): Call<Page<Event>> => {
  const asked = new URLSearchParams({ limit: String(EVENT_PAGE) });
  for (const name of WISHES) if (wish[name]) asked.set(name, wish[name]);
  if (after) asked.set('cursor', after);
  return {
    method: 'GET',
    path: `/v1/events?${asked.toString()}`,
    decode: record<Page<Event>>({ items: list(record<Event>(head)), next: maybe(cursor), reached: maybe(text) }),
  };
};

export interface Written extends Thing {
  readonly version: number;
  readonly before: string | null; /* digests; none: it did not exist, or was deleted */
  readonly after: string | null;
}

/* What shows that the entry stands in the record. */
export interface Proof {
  readonly leaf: string; /* the entry itself */
  readonly hashes: readonly string[];
  readonly checkpoint: string;
  readonly verifier_key: string;
}

export interface Entry extends Event {
  readonly rows: readonly Written[];
  readonly sealed: number; /* bytes that do not stand in clear */
  readonly proof: Proof | null;
}

export const readEvent = (index: string): Call<Entry> => ({
  method: 'GET',
  path: path`/v1/events/${index}`,
  decode: record<Entry>({
    ...head,
    rows: list(
      record<Written>({ entity: text, id: maybe(text), version: integer, before: maybe(text), after: maybe(text) }),
    ),
    sealed: integer,
    proof: maybe(record<Proof>({ leaf: text, hashes: list(text), checkpoint: text, verifier_key: text })),
  }),
});

export const readEventProof = (index: number): Call<Saved> => ({
  method: 'GET',
  path: path`/v1/events/${index}/proof`,
  decode: saved,
  file: true,
});

/* What operations there are, from the server's own description of itself. */
export interface Operation {
  readonly id: string;
  readonly title: Said;
  readonly inputs: readonly string[]; /* of path and query */
}

interface Described {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly { readonly name: string }[];
}
const described = record<Described>({
  operationId: text,
  summary: text,
  description: text,
  parameters: list(record<{ name: string }>({ name: text })),
});

export const readAllOperations = (): Call<readonly Operation[]> => ({
  method: 'GET',
  path: '/openapi.json',
  decode: (input, at) => {
    const { paths } = record<{ paths: object }>({ paths: (inner) => Object(inner) as object })(input, at);
    return Object.values(paths)
      .flatMap((methods: unknown) => Object.values(Object(methods) as object))
      .map((one: unknown) => described(one, `${at}.paths`))
      .map((one) => ({
        id: one.operationId,
        title: { ja: one.description, en: one.summary },
        inputs: one.parameters.map(({ name }) => name),
      }))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  },
});

/* The ledger */
export interface Witness {
  readonly name: string;
  readonly size: number;
  readonly at: string | null;
}

export interface Ledger {
  readonly log: string;
  readonly origin: string;
  readonly verifier_key: string;
  readonly size: number;
  readonly witness_key: string | null; /* of the one that the contract names */
  readonly witness: Witness | null; /* how far it has cosigned */
}

export const readLedger = (): Call<Ledger> => ({
  method: 'GET',
  path: '/v1/ledger',
  decode: record<Ledger>({
    log: text,
    origin: text,
    verifier_key: text,
    size: integer,
    witness_key: maybe(text),
    witness: maybe(record<Witness>({ name: text, size: integer, at: maybe(text) })),
  }),
});

const file = (where: string, signal?: AbortSignal): Call<Saved> => ({
  method: 'GET',
  path: where,
  decode: saved,
  file: true,
  ...(signal ? { signal } : {}),
});

/* What belongs beside the tiles of a copy of the ledger: its head, its key, and how to check them. */
export interface CopyPlan {
  readonly size: number;
  readonly files: readonly { readonly name: string; readonly text: string }[];
}

export const readCopyPlan = (log: string): Call<CopyPlan> => ({
  method: 'GET',
  path: path`/v1/ledger/${log}/export`,
  decode: record<CopyPlan>({
    size: integer,
    files: list(record<{ name: string; text: string }>({ name: text, text })),
  }),
});

export const readCheckpoint = (log: string): Call<Saved> => file(path`/v1/ledger/${log}/checkpoint`);

/* `tile` is a path of tlog-tiles: "0/x001/067", "entries/000.p/5". */
export const readTile = (log: string, tile: string, signal: AbortSignal): Call<Saved> =>
  file(`${path`/v1/ledger/${log}`}/tile/${tile}`, signal);

/* Of a bundle, the entries from number `skip` on, as many as one reply holds. */
export const readEntries = (log: string, bundle: string, skip: number, signal: AbortSignal): Call<Saved> =>
  file(`${path`/v1/ledger/${log}`}/tile/entries/${bundle}${path`?skip=${skip}`}`, signal);

/* Every head that was signed, from that byte on. */
export const readHeads = (log: string, from: number, signal: AbortSignal): Call<Saved> =>
  file(path`/v1/ledger/${log}/heads?from=${from}`, signal);
