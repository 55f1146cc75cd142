/* How long something may take, how much of that is used, and why. */
import type { Decoder } from './decode';
import { choice, integer, maybe, maybeFlag, record, text } from './decode';
import type { Said } from './said';
import { said } from './said';

export const CLOCK_STATES = ['idle', 'running', 'standing', 'ended'] as const;
export type ClockState = (typeof CLOCK_STATES)[number];

export interface Clock {
  readonly code: string;
  readonly title: Said;
  readonly used_s: number;
  readonly target_s: number;
  readonly due_at: string | null;
  readonly state: ClockState;
  readonly late: boolean;
  readonly words: Said | null;
}
export const clock: Decoder<Clock> = record<Clock>({
  code: text,
  title: said,
  used_s: integer,
  target_s: integer,
  due_at: maybe(text),
  state: choice(CLOCK_STATES),
  late: maybeFlag,
  words: maybe(said),
});
