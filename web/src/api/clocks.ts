/* How long something may take, how much of that is used, and why. */
import type { Decoder } from './decode';
import { integer, maybe, record, text } from './decode';
import type { Said } from './said';
import { said } from './said';

export interface Clock {
  readonly code: string;
  readonly title: Said;
  readonly used_s: number;
  readonly target_s: number;
  readonly due_at: string | null;
  readonly state: string;
  readonly words: Said | null;
}
export const clock: Decoder<Clock> = record<Clock>({
  code: text,
  title: said,
  used_s: integer,
  target_s: integer,
  due_at: maybe(text),
  state: text,
  words: maybe(said),
});
