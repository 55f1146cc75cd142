/* What runs by the clock: when it ran, when it runs next. */
import type { Call } from './client';
import type { Page } from './decode';
import { choice, integer, maybe, maybeFlag, page, record, text } from './decode';
import type { Said } from './said';
import { said } from './said';

export const OUTCOMES = ['never', 'nothing-due', 'done', 'failed', 'skipped'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface Scheduled {
  readonly code: string;
  readonly title: Said;
  readonly every_s: number | null;
  readonly at: string | null;
  readonly limit_s: number;
  readonly missed: 'once' | 'skip';
  readonly last_at: string | null;
  readonly last_took_ms: number | null;
  readonly last_outcome: Outcome;
  readonly next_at: string | null;
  readonly running: boolean;
  readonly missed_at: string | null;
  readonly failed_at: string | null;
  readonly late_at: string | null;
}

export const readSchedule = (): Call<Page<Scheduled>> => ({
  method: 'GET',
  path: '/v1/schedule',
  decode: page(
    record<Scheduled>({
      code: text,
      title: said,
      every_s: maybe(integer),
      at: maybe(text),
      limit_s: integer,
      missed: choice(['once', 'skip']),
      last_at: maybe(text),
      last_took_ms: maybe(integer),
      last_outcome: choice(OUTCOMES),
      next_at: maybe(text),
      running: maybeFlag,
      missed_at: maybe(text),
      failed_at: maybe(text),
      late_at: maybe(text),
    }),
  ),
});
