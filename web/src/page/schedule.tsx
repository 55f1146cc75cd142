/* What runs by the clock. */
import type { Outcome, Scheduled } from '../api/schedule';
import { readSchedule } from '../api/schedule';
import { writeInstant } from '../base/day';
import { spanOf } from '../base/moment';
import { useRemote } from '../base/remote';
import { useReturn } from '../base/return';
import { RemoteView } from '../part/remote';
import { Mark } from '../part/shape';
import type { Shape } from '../part/shape';
import { Table } from '../part/table';
import { Title } from '../part/title';
import { useGovernWords } from '../word/govern';
import '../style/govern.css';

const SHAPES: Record<Outcome, Shape> = { never: 'none', 'nothing-due': 'good', done: 'good', failed: 'bad', skipped: 'off' };

/* A fault is told until the job has run well again after it. */
const faultOf = ({ last_at, missed_at, failed_at, late_at }: Scheduled): 'missed' | 'failed' | 'late' | null => {
  const since = (time: string | null): boolean => time !== null && (last_at === null || time >= last_at);
  if (since(failed_at)) return 'failed';
  if (since(late_at)) return 'late';
  return since(missed_at) ? 'missed' : null;
};

function Standing({ of: job }: { readonly of: Scheduled }) {
  const { say } = useGovernWords();
  const words = say.schedule;
  const fault = faultOf(job);
  if (job.running) return <Mark shape="soon" word={words.running} state="running" />;
  if (fault && fault !== 'failed') return <Mark shape="late" word={words.faults[fault]} state={fault} />;
  return <Mark shape={SHAPES[job.last_outcome]} word={words.outcomes[job.last_outcome]} state={job.last_outcome} />;
}

export function SchedulePage() {
  const { say, told, language } = useGovernWords();
  const words = say.schedule;
  const [schedule, again] = useRemote(readSchedule());
  useReturn(again);
  const when = (time: string | null) => (time ? writeInstant(time, language) : '—');
  const often = ({ every_s, at }: Scheduled): string => (at ? words.daily(at) : words.every(spanOf(every_s ?? 0)));
  return (
    <>
      <Title text={words.title} />
      <p class="lead">{words.lead}</p>
      <RemoteView of={schedule} again={again}>
        {({ items }) => (
          <Table
            caption={words.title}
            items={items}
            keyOf={({ code }) => code}
            lookOf={(job) => (job.last_outcome === 'failed' ? 'late-row' : undefined)}
            columns={[
              { label: words.columns.job, look: 'wide', cell: (job) => told(job.title) },
              { label: words.columns.often, cell: often },
              { label: words.columns.state, look: 'nowrap', cell: (job) => <Standing of={job} /> },
              { label: words.columns.last, cell: (job) => when(job.last_at) },
              { label: words.columns.next, cell: (job) => when(job.next_at) },
              {
                label: words.columns.took,
                look: 'figure',
                cell: (job) => (job.last_at && job.last_took_ms !== null ? words.took(job.last_took_ms) : '—'),
              },
            ]}
          />
        )}
      </RemoteView>
    </>
  );
}
