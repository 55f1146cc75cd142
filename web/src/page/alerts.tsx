/* The queue of alerts: what nobody has taken yet comes first. */
import { useCallback } from 'preact/hooks';
import type { Alert } from '../api/alerts';
import { ALERT_STATES, readAlerts } from '../api/alerts';
import { writeInstant } from '../base/day';
import { usePages } from '../base/pages';
import { hrefOf, turnTo } from '../base/route';
import type { RouteOf } from '../base/route';
import { useSession } from '../base/session';
import { AlertMark, SeverityMark } from '../part/alert';
import { Select } from '../part/field';
import { Native } from '../part/name';
import { PagesView } from '../part/pages';
import { Table } from '../part/table';
import { Title } from '../part/title';
import { useGovernWords } from '../word/govern';
import '../style/govern.css';

type Here = RouteOf<'alerts'>;

function List({ here }: { readonly here: Here }) {
  const { say, told, language } = useGovernWords();
  const words = say.alerts;
  const { columns } = words;
  const state = ALERT_STATES.find((one) => one === here.state) ?? null;
  const [pages, more] = usePages<Alert>(useCallback((cursor) => readAlerts(state, cursor), [state]));
  return (
    <PagesView of={pages} more={more} moreLabel={say.lists.more} empty={state ? words.noneOf : words.none}>
      {(items) => (
        <Table
          caption={words.title}
          items={items}
          keyOf={({ id }) => id}
          lookOf={(one) => (one.overdue ? 'late-row' : undefined)}
          columns={[
            { label: columns.severity, look: 'nowrap', cell: (one) => <SeverityMark severity={one.severity} /> },
            {
              label: columns.title,
              look: 'wide',
              cell: (one) => (
                <>
                  <a href={hrefOf({ page: 'alert', alert: one.id })}>{told(one.title)}</a>
                  {one.origin && <span class="row-mark">{say.lists.elsewhere(say.lists.place(one.origin))}</span>}
                </>
              ),
            },
            {
              label: columns.state,
              cell: (one) => (
                <>
                  <AlertMark of={one} />
                  {one.silenced && <span class="soft">{words.silenced}</span>}
                </>
              ),
            },
            { label: columns.owner, cell: (one) => (one.owner?.name ? <Native>{one.owner.name}</Native> : words.nobody) },
            { label: columns.last, cell: (one) => (one.last_at ? writeInstant(one.last_at, language) : '—') },
            {
              label: columns.due,
              cell: (one) =>
                one.due_at && (one.state === 'open' || one.state === 'acknowledged') ? (
                  <span class={one.overdue ? 'some-late' : undefined}>{writeInstant(one.due_at, language)}</span>
                ) : (
                  '—'
                ),
            },
          ]}
        />
      )}
    </PagesView>
  );
}

export function AlertsPage({ here }: { readonly here: Here }) {
  const { say } = useGovernWords();
  const { operations } = useSession();
  const words = say.alerts;
  return (
    <>
      <Title text={words.title} />
      <p class="lead">{words.lead}</p>
      {operations.has('alert.rule-list') && (
        <p>
          <a class="row-link" href={hrefOf({ page: 'alertRules' })}>
            {words.rules}
          </a>
        </p>
      )}
      <div class="filters filters-after">
        <Select
          label={say.lists.state}
          name="state"
          value={here.state ?? 'all'}
          options={[
            { value: 'all', label: say.lists.all },
            ...ALERT_STATES.map((value) => ({ value, label: words.states[value] })),
          ]}
          onValue={(value) => turnTo({ page: 'alerts', state: value === 'all' ? null : value })}
        />
      </div>
      <List key={here.state} here={here} />
    </>
  );
}
