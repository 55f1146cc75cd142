/* How a campaign and its tasks stand, and how much of it is done. */
import type { Campaign, Task } from '../api/campaigns';
import { useGovernWords } from '../word/govern';
import { Mark } from './shape';

export function CampaignMark({ of: { state, overdue } }: { readonly of: Pick<Campaign, 'state' | 'overdue'> }) {
  const { say } = useGovernWords();
  if (state === 'closed') return <Mark shape="off" word={say.campaigns.states.closed} state={state} />;
  return <Mark shape={overdue ? 'bad' : 'soon'} word={overdue ? say.campaigns.overdue : say.campaigns.states.running} state={state} />;
}

export function TaskMark({ of: { state, overdue, held } }: { readonly of: Pick<Task, 'state' | 'overdue' | 'held'> }) {
  const { say } = useGovernWords();
  const words = say.campaigns;
  if (held) return <Mark shape="bad" word={words.held} state="held" />;
  if (state === 'done') return <Mark shape="good" word={words.taskStates.done} state={state} />;
  if (state === 'void') return <Mark shape="off" word={words.taskStates.void} state={state} />;
  return <Mark shape={overdue ? 'bad' : 'soon'} word={overdue ? words.overdue : words.taskStates.open} state={state} />;
}

export function Part({ done, total, label }: { readonly done: number; readonly total: number; readonly label: string }) {
  const { say } = useGovernWords();
  return (
    <span class="part-of">
      <progress max={100} value={total === 0 ? 0 : Math.floor((100 * done) / total)} aria-label={label} />
      <span>{say.campaigns.partOf(done, total)}</span>
    </span>
  );
}
