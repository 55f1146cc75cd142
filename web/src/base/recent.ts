/*
 * Which files this person has sent from this device, the last first: by their number and name, nothing of what is in
 * them.
 */
import { list, record, text } from '../api/decode';

const KEPT = 5;

export interface Sent {
  readonly id: string;
  readonly name: string;
}
const sent = list(record<Sent>({ id: text, name: text }));

const place = (account: string): string => `sekimori.imports.${account}`;

export function recent(account: string): readonly Sent[] {
  try {
    return sent(JSON.parse(localStorage.getItem(place(account)) ?? '[]') as unknown, 'recent');
  } catch {
    return [];
  }
}

export function remember(account: string, one: Sent): void {
  try {
    const others = recent(account).filter(({ id }) => id !== one.id);
    localStorage.setItem(place(account), JSON.stringify([one, ...others].slice(0, KEPT)));
  } catch {
    /* a device that keeps nothing */
  }
}
