/* How a record stands, and until when it holds. */
import type { RecordRow, RecordState } from '../api/records';
import { today, writeDay } from '../base/day';
import { daysUntil } from '../base/validity';
import { useGovernWords } from '../word/govern';
import { Mark } from './shape';
import type { Shape } from './shape';

const SHAPES: Record<RecordState, Shape> = {
  waiting: 'soon',
  'in-force': 'good',
  expired: 'late',
  withdrawn: 'off',
  rejected: 'bad',
};

export function RecordMark({ state }: { readonly state: RecordState }) {
  const { say } = useGovernWords();
  return <Mark shape={SHAPES[state]} word={say.records.states[state]} state={state} />;
}

const SOON = 60;

/* The day, and how many days are left where that is soon. */
export function Validity({ of: { state, valid_until } }: { readonly of: Pick<RecordRow, 'state' | 'valid_until'> }) {
  const { say, language } = useGovernWords();
  if (!valid_until) return <>{say.records.endless}</>;
  const left = daysUntil(valid_until, today());
  return (
    <>
      {writeDay(valid_until, language)}
      {state === 'in-force' && left >= 0 && left <= SOON && <span class="some-soon">{say.records.left(left)}</span>}
    </>
  );
}
