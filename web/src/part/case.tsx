/* How a case stands: its own word, with a shape for over, late or going on. */
import type { CaseRow } from '../api/cases';
import { useGovernWords } from '../word/govern';
import { Mark } from './shape';

export function CaseMark({ of: { state, closed_at, late } }: { readonly of: Pick<CaseRow, 'state' | 'closed_at' | 'late'> }) {
  const { told } = useGovernWords();
  const shape = closed_at ? 'off' : late ? 'bad' : 'soon';
  return state && <Mark shape={shape} word={told(state)} state={state.code} />;
}
