/* On which days the offices are closed: editions, each counting from its day. */
import type { Call } from './client';
import type { Page } from './decode';
import { integer, maybe, maybeFlag, page, record, text } from './decode';
import type { Filed } from './people';
import { filed } from './people';

export interface Workdays {
  readonly edition: number;
  readonly valid_from: string;
  readonly decided_at: string | null;
  readonly weekdays: number; /* closed ones: 1 Sunday … 64 Saturday */
  readonly holidays: boolean;
  readonly year_end: boolean;
  readonly extra_closed: string | null;
  readonly extra_open: string | null;
}

export const readWorkdays = (): Call<Page<Workdays>> => ({
  method: 'GET',
  path: '/v1/work-calendar?limit=200',
  decode: page(
    record<Workdays>({
      edition: integer,
      valid_from: text,
      decided_at: maybe(text),
      weekdays: integer,
      holidays: maybeFlag,
      year_end: maybeFlag,
      extra_closed: maybe(text),
      extra_open: maybe(text),
    }),
  ),
});

export interface WorkdaysBody {
  readonly valid_from: string;
  readonly weekdays: number;
  readonly holidays: boolean;
  readonly year_end: boolean;
  readonly extra_closed?: string;
  readonly extra_open?: string;
}

export const changeWorkdays = (body: WorkdaysBody): Call<Filed> => ({
  method: 'PUT',
  path: '/v1/work-calendar',
  body,
  decode: filed,
});
