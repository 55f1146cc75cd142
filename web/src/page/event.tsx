/* One event: all that stands in clear, and its proof. */
import type { Entry, Thing, Written } from '../api/ledger';
import { readEvent } from '../api/ledger';
import { ROLES } from '../api/model';
import { writeInstant } from '../base/day';
import { useRemote } from '../base/remote';
import type { Route } from '../base/route';
import { hrefOf } from '../base/route';
import { Back } from '../part/back';
import { Button } from '../part/button';
import { OutcomeMark } from '../part/outcome';
import { PrintHead } from '../part/print-head';
import { ProofCheck } from '../part/proof-check';
import { RemoteView } from '../part/remote';
import { Title } from '../part/title';
import { useLedgerWords } from '../word/ledger';
import { useWords } from '../word/word';
import '../style/ledger.css';

function Id({ id, to, label }: { readonly id: string | null; readonly to?: Route; readonly label?: string }) {
  if (!id) return <>—</>;
  return (
    <>
      <code>{id}</code>
      {to && (
        <a class="button button-quiet no-print" href={hrefOf(to)}>
          <span>{label}</span>
        </a>
      )}
    </>
  );
}

function Facts({ entry }: { readonly entry: Entry }) {
  const { words } = useWords();
  const { say, told, language } = useLedgerWords();
  const say1 = say.event;
  const role = ROLES.find((known) => known === entry.role);
  return (
    <dl class="facts event-facts">
      <div>
        <dt>{say1.what}</dt>
        <dd>
          {told(entry.title)} <code class="fine">{entry.operation}</code>
          {entry.probe && <span class="badge">{say.events.probeMark}</span>}
        </dd>
      </div>
      <div>
        <dt>{say1.when}</dt>
        <dd>
          {writeInstant(entry.time, language)} <code class="fine">{entry.time}</code>
        </dd>
      </div>
      <div>
        <dt>{say1.outcome}</dt>
        <dd>
          <OutcomeMark status={entry.outcome} /> <span class="soft">{say1.status(entry.outcome)}</span>
        </dd>
      </div>
      <div>
        <dt>{say1.role}</dt>
        <dd>{role ? words.roles[role] : entry.title ? say.events.nobody : say.events.itself}</dd>
      </div>
      <div>
        <dt>{say1.actor}</dt>
        <dd>
          <Id id={entry.actor} to={{ page: 'events', actor: entry.actor }} label={say1.actorLink} />
        </dd>
      </div>
      <div>
        <dt>{say1.rule}</dt>
        <dd>{entry.rule ? <code>{entry.rule}</code> : '—'}</dd>
      </div>
      <div>
        <dt>{say1.facility}</dt>
        <dd>
          <Id id={entry.facility} />
        </dd>
      </div>
      <div>
        <dt>{say1.request}</dt>
        <dd>
          <Id id={entry.request} />
        </dd>
      </div>
    </dl>
  );
}

function Name({ entity }: { readonly entity: string }) {
  const { say } = useLedgerWords();
  const known = say.event.entities[entity];
  return known ? <>{known}</> : <code>{entity}</code>;
}

function Objects({ of: objects }: { readonly of: readonly Thing[] }) {
  const { say } = useLedgerWords();
  return (
    <section>
      <h2 class="section-title">{say.event.objects}</h2>
      {objects.length === 0 ? (
        <p class="soft">{say.event.noObjects}</p>
      ) : (
        <ul class="things">
          {objects.map(({ entity, id }) => (
            <li key={`${entity} ${id ?? ''}`}>
              <p>
                <Name entity={entity} />
              </p>
              <p>
                <Id id={id} to={{ page: 'events', object: id }} label={say.event.objectLink} />
              </p>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Rows({ of: rows }: { readonly of: readonly Written[] }) {
  const { say } = useLedgerWords();
  const words = say.event;
  return (
    <section>
      <h2 class="section-title">{words.rows}</h2>
      {rows.length === 0 ? (
        <p class="soft">{words.noRows}</p>
      ) : (
        <>
          <p class="soft">{words.rowsLead}</p>
          <ul class="things">
            {rows.map(({ entity, id, version, before, after }) => (
              <li key={`${entity} ${id ?? ''} ${version}`}>
                <p>
                  <Name entity={entity} /> <span class="soft">{words.version(version)}</span>
                </p>
                <p>
                  <code>{id}</code>
                </p>
                <dl class="facts digests">
                  <div>
                    <dt>{words.before}</dt>
                    <dd>{before ? <code>{before}</code> : words.absent}</dd>
                  </div>
                  <div>
                    <dt>{words.after}</dt>
                    <dd>{after ? <code>{after}</code> : words.gone}</dd>
                  </div>
                </dl>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function Shown({ entry }: { readonly entry: Entry }) {
  const { say } = useLedgerWords();
  return (
    <div class="event-page">
      <Facts entry={entry} />
      <p class="no-print">
        <Button onClick={() => print()}>{say.event.print}</Button>
      </p>
      <Objects of={entry.objects} />
      <Rows of={entry.rows} />
      {entry.sealed > 0 && <p class="soft">{say.event.sealed(entry.sealed)}</p>}
      {entry.proof ? <ProofCheck entry={entry} proof={entry.proof} /> : <p class="soft">{say.proof.none}</p>}
      <nav class="around no-print">
        {entry.index > 0 && (
          <a class="button button-quiet" href={hrefOf({ page: 'event', index: String(entry.index - 1) })}>
            <span>{say.event.previous}</span>
          </a>
        )}
        <a class="button button-quiet" href={hrefOf({ page: 'event', index: String(entry.index + 1) })}>
          <span>{say.event.next}</span>
        </a>
      </nav>
    </div>
  );
}

export function EventPage({ index }: { readonly index: string }) {
  const { say } = useLedgerWords();
  const [entry, again] = useRemote(readEvent(index));
  return (
    <>
      <PrintHead />
      <Back to={{ page: 'events' }} label={say.event.back} />
      <Title text={say.event.title(index)} />
      <RemoteView of={entry} again={again}>
        {(value) => <Shown entry={value} />}
      </RemoteView>
    </>
  );
}
