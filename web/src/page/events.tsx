/* The record of what was done and what was refused. */
import { useCallback, useEffect } from 'preact/hooks';
import type { Event, Wish } from '../api/ledger';
import { readEvents, WISHES } from '../api/ledger';
import { ROLES } from '../api/model';
import { csvOf } from '../base/csv';
import { today, writeInstant } from '../base/day';
import { keepFile } from '../base/file';
import { usePages } from '../base/pages';
import type { RouteOf } from '../base/route';
import { hrefOf } from '../base/route';
import { useSession } from '../base/session';
import { Button } from '../part/button';
import { EventFilter } from '../part/event-filter';
import { Icon } from '../part/icon';
import { OutcomeMark, outcomeOf } from '../part/outcome';
import { PagesView } from '../part/pages';
import { Title } from '../part/title';
import type { LedgerWords } from '../word/ledger';
import { useLedgerWords } from '../word/ledger';
import { useWords } from '../word/word';
import type { Words } from '../word/ja';
import '../style/ledger.css';

/* With a filter a page may come back empty and still go on; so many in a row are read by themselves. */
const HUNGRY_MAX = 12;

function roleOf({ role, title }: Event, words: Words, say: LedgerWords): string {
  const known = ROLES.find((one) => one === role);
  return known ? words.roles[known] : title ? say.events.nobody : say.events.itself;
}

function EventRow({ event }: { readonly event: Event }) {
  const { words, language } = useWords();
  const { say, told } = useLedgerWords();
  const { operations } = useSession();
  const { columns } = say.events;
  return (
    <tr>
      <td data-label={columns.time} class="nowrap">
        {writeInstant(event.time, language)}
      </td>
      <td data-label={columns.operation}>
        <span>
          {told(event.title)}
          {event.probe && <span class="badge">{say.events.probeMark}</span>}
          <code class="fine">{event.operation}</code>
        </span>
      </td>
      <td data-label={columns.outcome} class="nowrap">
        <OutcomeMark status={event.outcome} />
      </td>
      <td data-label={columns.actor}>
        <span>
          {roleOf(event, words, say)}
          {event.actor && <code class="fine">{event.actor}</code>}
        </span>
      </td>
      <td data-label={columns.rule}>{event.rule ? <code class="fine">{event.rule}</code> : '—'}</td>
      <td data-label={columns.index}>
        {operations.has('event.see') ? (
          <a class="button button-quiet" href={hrefOf({ page: 'event', index: String(event.index) })}>
            <span>
              {event.index}
              <span class="unseen"> {say.events.openOf(event.index)}</span>
            </span>
          </a>
        ) : (
          event.index
        )}
      </td>
    </tr>
  );
}

function Table({ items }: { readonly items: readonly Event[] }) {
  const { say } = useLedgerWords();
  const { columns } = say.events;
  return (
    <table class="table event-table">
      <thead>
        <tr>
          {[columns.time, columns.operation, columns.outcome, columns.actor, columns.rule, columns.index].map((label) => (
            <th scope="col" key={label}>
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {items.map((event) => (
          <EventRow key={event.index} event={event} />
        ))}
      </tbody>
    </table>
  );
}

function Save({ items }: { readonly items: readonly Event[] }) {
  const { words } = useWords();
  const { say, told } = useLedgerWords();
  const { columns, csvName } = say.events;
  const save = () => {
    const head = [columns.index, columns.time, columns.operation, '', columns.outcome, columns.status, columns.role, columns.actor, columns.rule, columns.facility, columns.request];
    const rows = items.map((event) => [
      String(event.index),
      event.time,
      told(event.title),
      event.operation,
      say.outcomes[outcomeOf(event.outcome)],
      String(event.outcome),
      roleOf(event, words, say),
      event.actor ?? '',
      event.rule ?? '',
      event.facility ?? '',
      event.request ?? '',
    ]);
    keepFile({ name: csvName(today()), blob: csvOf([head, ...rows]) });
  };
  return <Button onClick={save}>{say.events.csv}</Button>;
}

function Found({ wish }: { readonly wish: Wish }) {
  const { say, language } = useLedgerWords();
  const read = useCallback((after: string | null) => readEvents(wish, after), [JSON.stringify(wish)]);
  const [soFar, more] = usePages(read);
  const chosen = WISHES.some((name) => wish[name]);
  const hungry = chosen && soFar.state === 'ready' && soFar.next !== null && soFar.items.length === 0 && soFar.count < HUNGRY_MAX;
  /* Between two of the pages that are read by themselves nothing comes to rest on the screen. */
  const pages = hungry ? { ...soFar, state: 'loading' as const } : soFar;
  const { items, next, state, reached } = pages;
  useEffect(() => {
    if (hungry) more();
  }, [hungry, next, more]);
  const told = chosen && reached && next !== null;
  return (
    <>
      <p class="soft" role="status">
        {told &&
          (state === 'loading'
            ? say.events.searching(items.length, writeInstant(reached, language))
            : say.events.searched(writeInstant(reached, language)))}
      </p>
      <PagesView of={pages} more={more} moreLabel={say.events.more} empty={say.events.empty}>
        {(shown) => (
          <>
            <div class="table-acts">
              <p class="soft">{say.events.shown(shown.length)}</p>
              <Save items={shown} />
            </div>
            <Table items={shown} />
          </>
        )}
      </PagesView>
    </>
  );
}

export function EventsPage({ here }: { readonly here: RouteOf<'events'> }) {
  const { say } = useLedgerWords();
  const { operations } = useSession();
  const wish: Wish = Object.fromEntries(WISHES.map((name) => [name, here[name] ?? null]));
  return (
    <>
      <Title text={say.events.title} />
      <p class="lead">{say.events.lead}</p>
      {operations.has('ledger.see') && (
        <p>
          <a class="button button-quiet" href={hrefOf({ page: 'ledger' })}>
            <span>{say.events.ledger}</span>
            <Icon name="right" />
          </a>
        </p>
      )}
      <EventFilter key={`filter ${JSON.stringify(wish)}`} wish={wish} />
      <Found key={JSON.stringify(wish)} wish={wish} />
    </>
  );
}
