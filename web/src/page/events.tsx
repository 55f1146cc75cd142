/* The record of what was done and what was refused. */
import { readEvents } from '../api/calls';
import { readInclusion, readLedger } from '../api/office';
import type { Event } from '../api/model';
import { ROLES } from '../api/model';
import { writeInstant } from '../base/day';
import { keepFile } from '../base/file';
import { usePages } from '../base/pages';
import { useSending } from '../base/sending';
import { useSession } from '../base/session';
import { Button } from '../part/button';
import { PagesView } from '../part/pages';
import { SendProblem } from '../part/problem';
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

/* The event's place in the signed record, for whoever wants to check it without us. */
function Proof({ index }: { readonly index: number }) {
  const { words } = useWords();
  const { client } = useSession();
  const { busy, problem, send } = useSending();
  const fetchProof = async () => {
    const ledger = await client(readLedger());
    const proof = { ...ledger, ...(await client(readInclusion(ledger, index))) };
    const blob = new Blob([JSON.stringify(proof, null, 2)], { type: 'application/json' });
    keepFile({ name: `sekimori-${index}.json`, blob });
  };
  return (
    <>
      <Button look="quiet" busy={busy} onClick={() => void send(fetchProof)}>
        {words.events.proof}
        <span class="unseen">（{index}）</span>
      </Button>
      {problem && <SendProblem problem={problem} />}
    </>
  );
}

function EventRow({ event }: { readonly event: Event }) {
  const { words, language } = useWords();
  const { operations: allowed } = useSession();
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
      {allowed.has('ledger.inclusion') && (
        <td data-label={columns.proof}>
          <Proof index={event.index} />
        </td>
      )}
    </tr>
  );
}

export function EventsPage() {
  const { words } = useWords();
  const { operations } = useSession();
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
                {operations.has('ledger.inclusion') && <th scope="col">{say.columns.proof}</th>}
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
