/* Changes: what waits for a second person, what waits for its day, and everything that was decided. */
import { useCallback, useState } from 'preact/hooks';
import type { Change, ChangeState } from '../api/changes';
import { CHANGE_STATES, readChanges } from '../api/changes';
import { writeInstant } from '../base/day';
import { usePages } from '../base/pages';
import { useRemote } from '../base/remote';
import { useReturn } from '../base/return';
import { hrefOf, turnTo } from '../base/route';
import type { RouteOf } from '../base/route';
import { ChangeCard, ChangeMark, useChangeTitle } from '../part/change';
import { Select } from '../part/field';
import { Native } from '../part/name';
import { Notice } from '../part/notice';
import { PagesView } from '../part/pages';
import { RemoteView } from '../part/remote';
import { Table } from '../part/table';
import { Title } from '../part/title';
import { useGovernWords } from '../word/govern';
import '../style/govern.css';

type Here = RouteOf<'changes'>;

const OPEN = ['waiting', 'scheduled'] as const;
type Open = (typeof OPEN)[number];

function Pending({ state, moved }: { readonly state: Open; readonly moved: () => void }) {
  const { say } = useGovernWords();
  const words = say.changes;
  const [changes, again] = useRemote(readChanges(state));
  const [told, setTold] = useState<string | null>(null);
  useReturn(again);
  const none = changes.state === 'ready' && changes.value.items.length === 0;
  if (state === 'scheduled' && none && !told) return null;
  return (
    <section class="part-section" aria-labelledby={`open-${state}`}>
      <h2 class="section-title" id={`open-${state}`}>
        {words.open[state]}
      </h2>
      {told && <Notice tone="success" title={told} />}
      <RemoteView of={changes} again={again}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="empty">{words.none}</p>
          ) : (
            <ul class="changes">
              {items.map((change) => (
                <ChangeCard
                  key={change.id}
                  change={change}
                  decided={(what) => {
                    setTold(what);
                    again();
                    moved();
                  }}
                />
              ))}
            </ul>
          )
        }
      </RemoteView>
    </section>
  );
}

function Past({ state }: { readonly state: ChangeState | null }) {
  const { say, language } = useGovernWords();
  const titleOf = useChangeTitle();
  const words = say.changes;
  const [pages, more] = usePages<Change>(useCallback((cursor) => readChanges(state, cursor), [state]));
  return (
    <PagesView of={pages} more={more} moreLabel={say.lists.more} empty={words.noneOf}>
      {(items) => (
        <Table
          caption={words.all}
          items={items}
          keyOf={({ id }) => id}
          columns={[
            {
              label: words.what,
              look: 'wide',
              cell: (one) => <a href={hrefOf({ page: 'change', change: one.id })}>{titleOf(one)}</a>,
            },
            { label: say.lists.state, look: 'nowrap', cell: (one) => <ChangeMark state={one.state} /> },
            {
              label: words.asked,
              cell: (one) => (
                <>
                  {one.requester_name && <Native>{one.requester_name}</Native>}
                  {one.filed_at && <span class="soft">{writeInstant(one.filed_at, language)}</span>}
                </>
              ),
            },
            {
              label: words.decided,
              cell: (one) => (
                <>
                  {one.decided_by_name && <Native>{one.decided_by_name}</Native>}
                  {one.decided_at ? <span class="soft">{writeInstant(one.decided_at, language)}</span> : '—'}
                </>
              ),
            },
          ]}
        />
      )}
    </PagesView>
  );
}

export function ChangesPage({ here }: { readonly here: Here }) {
  const { say } = useGovernWords();
  const words = say.changes;
  const state = CHANGE_STATES.find((one) => one === here.state) ?? null;
  const [turn, setTurn] = useState(0);
  return (
    <>
      <Title text={words.title} />
      <p class="lead">{words.lead}</p>
      {OPEN.map((one) => (
        <Pending key={one} state={one} moved={() => setTurn((before) => before + 1)} />
      ))}
      <section class="part-section" aria-labelledby="all">
        <h2 class="section-title" id="all">
          {words.all}
        </h2>
        <div class="filters">
          <Select
            label={say.lists.state}
            name="state"
            value={state ?? 'all'}
            options={[
              { value: 'all', label: say.lists.all },
              ...CHANGE_STATES.map((value) => ({ value, label: words.states[value] })),
            ]}
            onValue={(value) => turnTo({ page: 'changes', state: value === 'all' ? null : value })}
          />
        </div>
        <Past key={`${state} ${turn}`} state={state} />
      </section>
    </>
  );
}
