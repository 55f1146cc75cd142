/* What waits for whoever is signed in. */
import type { Call } from './client';
import { flag, integer, list, maybe, maybeFlag, record, text } from './decode';
import type { Said } from './said';
import { said } from './said';

export interface Todo {
  readonly id: string;
  readonly kind: string;
  readonly title: Said;
  readonly due_at: string | null;
  readonly overdue: boolean;
  readonly since: string | null;
  readonly link: string | null;
  readonly escalated: boolean;
}

export interface DeskCounts {
  readonly open: number;
  readonly overdue: number;
  readonly due_today: number;
  readonly notices: number | null; /* of the own account, not seen yet */
}
const counts = record<DeskCounts>({ open: integer, overdue: integer, due_today: integer, notices: maybe(integer) });

export interface Desk {
  readonly items: readonly Todo[];
  readonly counts: DeskCounts;
}

export const readDesk = (): Call<Desk> => ({
  method: 'GET',
  path: '/v1/desk',
  decode: record<Desk>({
    items: list(
      record<Todo>({
        id: text,
        kind: text,
        title: said,
        due_at: maybe(text),
        overdue: flag,
        since: maybe(text),
        link: maybe(text),
        escalated: maybeFlag,
      }),
    ),
    counts,
  }),
});

export const readDeskCount = (): Call<DeskCounts> => ({ method: 'GET', path: '/v1/desk/count', decode: counts });
