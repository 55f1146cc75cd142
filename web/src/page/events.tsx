/* The record of what was done and what was refused. */
import { readEvents } from '../api/calls';
import type { Event } from '../api/model';
import { ROLES } from '../api/model';
import { writeInstant } from '../base/day';
import { usePages } from '../base/pages';
import { PagesView } from '../part/pages';
import { Title } from '../part/title';
import { useWords } from '../word/word';
import type { Words } from '../word/ja';

type Outcome = keyof Words['events']['outcomes'];

function outcomeOf(status: number): Outcome {
  if (status === 102) return 'begun'; /* recorded before its outcome was known */
  if (status === 202) return 'filed';
  if (status === 428) return 'asked';
  if (status < 400) return 'done';
  return status < 500 ? 'refused' : 'failed';
}

const OUTCOME_LOOKS: Record<Outcome, string> = {
  done: 'outcome outcome-done',
  begun: 'outcome',
  filed: 'outcome',
  asked: 'outcome',
  refused: 'outcome outcome-refused',
  failed: 'outcome outcome-refused',
};

function EventRow({ event }: { readonly event: Event }) {
  const { words, language } = useWords();
  const { columns, outcomes, operations, nobody } = words.events;
  const role = ROLES.find((known) => known === event.role);
  const outcome = outcomeOf(event.outcome);
  return (
    <tr>
      <td data-label={columns.time} class="nowrap">
        {writeInstant(event.time, language)}
      </td>
      <td data-label={columns.operation}>
        {operations[event.operation] ?? words.operations[event.operation] ?? <code>{event.operation}</code>}
      </td>
      <td data-label={columns.outcome}>
        <span class={OUTCOME_LOOKS[outcome]}>{outcomes[outcome]}</span>
      </td>
      <td data-label={columns.role}>{role ? words.roles[role] : nobody}</td>
      <td data-label={columns.actor}>
        <code class="id">{event.actor ?? '—'}</code>
      </td>
      <td data-label={columns.rule}>{event.rule ? <code>{event.rule}</code> : '—'}</td>
    </tr>
  );
}

export function EventsPage() {
  const { words } = useWords();
  const say = words.events;
  const [pages, more] = usePages(readEvents);
  return (
    <>
      <Title text={say.title} />
      <p class="lead">{say.lead}</p>
      <PagesView of={pages} more={more} moreLabel={say.more} empty={say.empty}>
        {(items) => (
          <table class="table">
            <thead>
              <tr>
                <th scope="col">{say.columns.time}</th>
                <th scope="col">{say.columns.operation}</th>
                <th scope="col">{say.columns.outcome}</th>
                <th scope="col">{say.columns.role}</th>
                <th scope="col">{say.columns.actor}</th>
                <th scope="col">{say.columns.rule}</th>
              </tr>
            </thead>
            <tbody>
              {items.map((event) => (
                <EventRow key={event.index} event={event} />
              ))}
            </tbody>
          </table>
        )}
      </PagesView>
    </>
  );
}
