/* The cases one may see, picked by kind and state, and the way to open one. */
import { useCallback } from 'preact/hooks';
import type { CaseKind, CaseRow } from '../api/cases';
import { CASE_STATES, readCaseKinds, readCases } from '../api/cases';
import { writeInstant } from '../base/day';
import { usePages } from '../base/pages';
import { useRemote } from '../base/remote';
import { hrefOf, turnTo } from '../base/route';
import type { RouteOf } from '../base/route';
import { useSession } from '../base/session';
import { CaseMark } from '../part/case';
import { Select } from '../part/field';
import { Native } from '../part/name';
import { PagesView } from '../part/pages';
import { RemoteView } from '../part/remote';
import { Table } from '../part/table';
import { Title } from '../part/title';
import { useGovernWords } from '../word/govern';
import '../style/govern.css';

type Here = RouteOf<'cases'>;

function List({ here }: { readonly here: Here }) {
  const { say, told, language } = useGovernWords();
  const { me } = useSession();
  const words = say.cases;
  const { columns } = words;
  const { kind = null } = here;
  const state = CASE_STATES.find((one) => one === here.state) ?? null;
  const mine = here.mine === 'yes';
  const [pages, more] = usePages<CaseRow>(useCallback((cursor) => readCases({ kind, state, mine }, cursor), [kind, state, mine]));
  return (
    <PagesView of={pages} more={more} moreLabel={say.lists.more} empty={kind || state || mine ? words.noneOf : words.none}>
      {(items) => (
        <Table
          caption={words.title}
          items={items}
          keyOf={({ id }) => id}
          lookOf={(one) => (one.late && !one.closed_at ? 'late-row' : undefined)}
          columns={[
            { label: columns.number, look: 'nowrap', cell: (one) => one.number },
            {
              label: columns.title,
              look: 'wide',
              cell: (one) => (
                <a href={hrefOf({ page: 'case', case: one.id })}>
                  <Native>{one.title ?? say.lists.number(one.number)}</Native>
                </a>
              ),
            },
            { label: columns.kind, cell: (one) => (one.kind.title ? told(one.kind.title) : '—') },
            { label: columns.state, look: 'nowrap', cell: (one) => <CaseMark of={one} /> },
            {
              label: columns.due,
              cell: (one) => (one.due_at && !one.closed_at ? writeInstant(one.due_at, language) : '—'),
            },
            ...(me.role === 'guardian'
              ? []
              : [
                  {
                    label: columns.assignee,
                    cell: (one: CaseRow) => (one.assignee?.name ? <Native>{one.assignee.name}</Native> : words.unassigned),
                  },
                ]),
            { label: columns.opened, cell: (one) => (one.opened_at ? writeInstant(one.opened_at, language) : '—') },
          ]}
        />
      )}
    </PagesView>
  );
}

function Shown({ kinds, here }: { readonly kinds: readonly CaseKind[]; readonly here: Here }) {
  const { say, told } = useGovernWords();
  const { me, operations } = useSession();
  const words = say.cases;
  const turn = (change: Partial<Here>) => turnTo({ ...here, ...change });
  const fileable = kinds.filter(({ may }) => may.file);
  return (
    <>
      {operations.has('case.open') && fileable.length > 0 && (
        <div class="acts">
          {fileable.map((kind) => (
            <a key={kind.code} class="button button-outlined" href={hrefOf({ page: 'newCase', kind: kind.id })} data-file={kind.code}>
              <span>{words.file(told(kind.title))}</span>
            </a>
          ))}
        </div>
      )}
      {me.role !== 'guardian' && (
        <div class="filters filters-after">
          <Select
            label={say.lists.kind}
            name="kind"
            value={here.kind ?? 'all'}
            options={[{ value: 'all', label: say.lists.all }, ...kinds.map((kind) => ({ value: kind.id, label: told(kind.title) }))]}
            onValue={(value) => turn({ kind: value === 'all' ? null : value })}
          />
          <Select
            label={say.lists.state}
            name="state"
            value={here.state ?? 'all'}
            options={[
              { value: 'all', label: say.lists.all },
              ...CASE_STATES.map((value) => ({ value, label: words.openness[value] })),
            ]}
            onValue={(value) => turn({ state: value === 'all' ? null : value })}
          />
          <Select
            label={words.whose}
            name="mine"
            value={here.mine === 'yes' ? 'yes' : 'no'}
            options={[
              { value: 'no', label: say.lists.all },
              { value: 'yes', label: words.mine },
            ]}
            onValue={(value) => turn({ mine: value === 'yes' ? 'yes' : null })}
          />
        </div>
      )}
      <List key={`${here.kind} ${here.state} ${here.mine}`} here={here} />
    </>
  );
}

export function CasesPage({ here }: { readonly here: Here }) {
  const { say } = useGovernWords();
  const { me } = useSession();
  const [kinds, again] = useRemote(readCaseKinds());
  return (
    <>
      <Title text={say.cases.title} />
      <p class="lead">{me.role === 'guardian' ? say.cases.leadGuardian : say.cases.lead}</p>
      <RemoteView of={kinds} again={again}>
        {({ items }) => <Shown kinds={items} here={here} />}
      </RemoteView>
    </>
  );
}
