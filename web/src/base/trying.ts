/*
 * Numbers that one role has seen in a trial, to be tried by another; and what the server answered. Kept while the page
 * stays open, and nowhere else.
 */
import type { Known } from '../api/trial';

export interface SeenId extends Known {
  readonly place: string;
}

const seen = new Map<string, SeenId>();

export function remember(found: readonly Known[], place: string): void {
  for (const one of found) if (!seen.has(one.id)) seen.set(one.id, { ...one, place });
}

export const remembered = (kind: Known['kind']): readonly SeenId[] => [...seen.values()].filter((one) => one.kind === kind);

const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';

/* An id that nothing has. */
export function strangeId(): string {
  const random = crypto.getRandomValues(new Uint8Array(26));
  return Array.from(random, (byte, at) => DIGITS[byte % (at === 0 ? 8 : 32)]).join('');
}
