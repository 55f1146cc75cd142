/* An auditor tries out roles among things made for that, and sees what is refused. */
import type { Call, Client } from './client';
import { newKey, path } from './client';
import type { Page } from './decode';
import { cursor, integer, list, maybe, nothing, page, record, text } from './decode';
import { Failure } from './problem';
import type { Problem } from './problem';
import type { Said } from './said';
import { said } from './said';

export const TRIAL_ROLES = ['guardian', 'staff', 'principal', 'officer', 'officer-admin'] as const;
export type TrialRole = (typeof TRIAL_ROLES)[number];

export const PLACES = ['a', 'b', 'c'] as const;
export type Place = (typeof PLACES)[number];

/* Where each role can be tried; those of the city stand above all facilities. */
export const PLACES_OF: Record<TrialRole, readonly Place[]> = {
  guardian: PLACES,
  staff: PLACES,
  principal: ['a', 'b'],
  officer: [],
  'officer-admin': [],
};

export const beginTrial = (role: TrialRole, facility: Place | null): Call<null> => ({
  method: 'POST',
  path: '/v1/trials',
  body: { role, ...(facility ? { facility } : {}) },
  decode: nothing,
});

export interface Deed {
  readonly time: string;
  readonly operation: string;
  readonly title: Said | null;
  readonly outcome: number;
  readonly rule: string | null;
}

export const readTrial = (after: string | null = null): Call<Page<Deed>> => ({
  method: 'GET',
  path: '/v1/trials/current' + (after ? path`?cursor=${after}` : ''),
  decode: record<Page<Deed>>({
    items: list(record<Deed>({ time: text, operation: text, title: maybe(said), outcome: integer, rule: maybe(text) })),
    next: maybe(cursor),
  }),
});

/* One request, sent as it is; whatever comes back is the answer. */
export interface Attempt {
  readonly method: 'GET' | 'POST';
  readonly path: string;
}
export type Answer = { readonly passed: true } | { readonly passed: false; readonly problem: Problem };

export async function attempt(client: Client, { method, path: where }: Attempt): Promise<Answer> {
  const body = method === 'POST' ? { body: {}, key: newKey() } : {};
  try {
    await client({ method, path: where, decode: nothing, bare: true, ...body });
    return { passed: true };
  } catch (error) {
    if (error instanceof Failure && error.problem.kind === 'refused') return { passed: false, problem: error.problem };
    throw error;
  }
}

/* Some ids that this role may see, to be tried by another. */
export interface Known {
  readonly kind: 'child' | 'facility' | 'account';
  readonly id: string;
}

const SEEN = 3;
const listed = { child: '/v1/children', facility: '/v1/facilities', account: '/v1/accounts' } as const;

export const readKnown = (kind: Known['kind']): Call<readonly Known[]> => ({
  method: 'GET',
  path: `${listed[kind]}?limit=${SEEN}`,
  decode: (input, at) => page(record<{ id: string }>({ id: text }))(input, at).items.map(({ id }) => ({ kind, id })),
});

