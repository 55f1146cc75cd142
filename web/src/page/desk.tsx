/* The desk: everything that waits for whoever is signed in, the most urgent first. */
import { useEffect } from 'preact/hooks';
import type { DeskCounts, Todo } from '../api/desk';
import { readDesk } from '../api/desk';
import { today, writeDue, writeInstant } from '../base/day';
import { byUrgency, hrefOfLink } from '../base/desk';
import type { Urgency } from '../base/desk';
import { useRemote } from '../base/remote';
import { useReturn } from '../base/return';
import { hrefOf } from '../base/route';
import { useSession } from '../base/session';
import { Button } from '../part/button';
import { RemoteView } from '../part/remote';
import { Mark } from '../part/shape';
import type { Shape } from '../part/shape';
import { Title } from '../part/title';
import { useGovernWords } from '../word/govern';
import '../style/govern.css';

const SHAPES: Record<Urgency, Shape> = { overdue: 'bad', today: 'late', week: 'soon', later: 'soon', undated: 'none' };

function Line({ of: item, urgency }: { readonly of: Todo; readonly urgency: Urgency }) {
  const { say, told, language } = useGovernWords();
  const words = say.desk;
  const href = hrefOfLink(item.link);
  const inner = (
    <>
      <span class="desk-title">{told(item.title)}</span>
      <span class="desk-when">
        {item.escalated && <span class="row-mark row-mark-alert">{words.escalated}</span>}
        {item.due_at ? (
          <span class={urgency === 'overdue' ? 'desk-late' : 'soft'}>{words.due(writeDue(item.due_at, language))}</span>
        ) : (
          item.since && <span class="soft">{words.since(writeInstant(item.since, language))}</span>
        )}
      </span>
    </>
  );
  return <li data-todo={item.id}>{href ? <a class="desk-line" href={href}>{inner}</a> : <div class="desk-line">{inner}</div>}</li>;
}

function Counts({ of: counts }: { readonly of: DeskCounts }) {
  const { say } = useGovernWords();
  const words = say.desk;
  const rows = [
    ['overdue', words.counts.overdue, counts.overdue],
    ['today', words.counts.today, counts.due_today],
    ['open', words.counts.open, counts.open],
  ] as const;
  return (
    <dl class="desk-counts">
      {rows.map(([name, label, count]) => (
        <div key={name} data-count={name} class={name === 'overdue' && count > 0 ? 'desk-late' : undefined}>
          <dt>{label}</dt>
          <dd>{words.items(count)}</dd>
        </div>
      ))}
    </dl>
  );
}

export function DeskPage() {
  const { say, language } = useGovernWords();
  const { me, operations } = useSession();
  const words = say.desk;
  const [desk, again] = useRemote(readDesk());
  useReturn(again);
  useEffect(() => {
    addEventListener('hashchange', again); /* asked for once more by its own entry of the menu */
    return () => removeEventListener('hashchange', again);
  }, [again]);
  return (
    <>
      <Title text={words.title} />
      <p class="lead">{words.lead}</p>
      <RemoteView of={desk} again={again}>
        {({ items, counts }, at) => (
          <>
            <p class="as-of">
              <span class="soft">{words.asOf(writeInstant(at.toISOString(), language))}</span>
              <Button look="quiet" icon="refresh" onClick={again}>
                {words.again}
              </Button>
            </p>
            <Counts of={counts} />
            {(counts.notices ?? me.notices ?? 0) > 0 && operations.has('notice.list') && (
              <p class="desk-notices">
                <a class="row-link" href={hrefOf({ page: 'notices' })}>
                  {words.notices(counts.notices ?? me.notices ?? 0)}
                </a>
              </p>
            )}
            {items.length === 0 && <p class="empty">{words.empty}</p>}
            {byUrgency(items, today()).map(([urgency, some]) => (
              <section key={urgency} class="part-section" aria-labelledby={`desk-${urgency}`} data-urgency={urgency}>
                <h2 class="section-title" id={`desk-${urgency}`}>
                  <Mark shape={SHAPES[urgency]} word={words.urgencies[urgency]} state={urgency} />{' '}
                  <span class="soft">{words.items(some.length)}</span>
                </h2>
                <ul class="desk-lines">
                  {some.map((item) => (
                    <Line key={item.id} of={item} urgency={urgency} />
                  ))}
                </ul>
              </section>
            ))}
          </>
        )}
      </RemoteView>
    </>
  );
}
