/* How a case stands: its own word, with a shape for over, late or going on. */
import type { CaseState } from '../api/cases';
import { useGovernWords } from '../word/govern';
import { Mark } from './shape';

export function CaseMark({ state, overdue }: { readonly state: CaseState; readonly overdue: boolean }) {
  const { told } = useGovernWords();
  const shape = state.final ? 'off' : overdue ? 'bad' : 'soon';
  return <Mark shape={shape} word={told(state)} state={state.code} />;
}
