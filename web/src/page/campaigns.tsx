/* What everybody has to do: one's own tasks first, then, for those who oversee them, all campaigns. */
import { useCallback, useState } from 'preact/hooks';
import type { Campaign, CampaignKind, Task } from '../api/campaigns';
import { beginCampaign, readCampaignKinds, readCampaigns, readMyTasks } from '../api/campaigns';
import { dayOf, writeDay, writeDue } from '../base/day';
import { usePages } from '../base/pages';
import { useRemote } from '../base/remote';
import { useReturn } from '../base/return';
import { hrefOf } from '../base/route';
import { useSession } from '../base/session';
import { CampaignMark, Part, TaskMark } from '../part/campaign';
import { Deeds } from '../part/deeds';
import { Native } from '../part/name';
import { PagesView } from '../part/pages';
import { RemoteView } from '../part/remote';
import { Table } from '../part/table';
import { Title } from '../part/title';
import { useGovernWords } from '../word/govern';
import '../style/govern.css';

function Mine() {
  const { say, language } = useGovernWords();
  const words = say.campaigns;
  const [tasks, again] = useRemote(readMyTasks());
  useReturn(again);
  return (
    <section class="part-section" aria-labelledby="mine">
      <h2 class="section-title" id="mine">
        {words.mine}
      </h2>
      <RemoteView of={tasks} again={again}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="empty">{words.nothing}</p>
          ) : (
            <Table<Task>
              caption={words.mine}
              items={[...items].sort((a, b) => Number(a.state !== 'open') - Number(b.state !== 'open'))}
              keyOf={({ id }) => id}
              lookOf={(task) => (task.overdue ? 'late-row' : undefined)}
              columns={[
                {
                  label: words.columns.title,
                  look: 'wide',
                  cell: (task) => (
                    <a href={hrefOf({ page: 'task', task: task.id })} data-task={task.id}>
                      <Native>{task.campaign.title}</Native>
                    </a>
                  ),
                },
                { label: say.record.facility, cell: (task) => (task.facility ? <Native>{task.facility.name}</Native> : say.lists.whole) },
                { label: say.lists.state, look: 'nowrap', cell: (task) => <TaskMark of={task} /> },
                { label: words.columns.due, cell: (task) => (task.due_at ? writeDue(task.due_at, language) : '—') },
              ]}
            />
          )
        }
      </RemoteView>
    </section>
  );
}

function List() {
  const { say, told, language } = useGovernWords();
  const words = say.campaigns;
  const [pages, more] = usePages<Campaign>(useCallback((cursor) => readCampaigns(null, cursor), []));
  return (
    <PagesView of={pages} more={more} moreLabel={say.lists.more} empty={words.none}>
      {(items) => (
        <Table
          caption={words.all}
          items={items}
          keyOf={({ id }) => id}
          lookOf={(one) => (one.overdue ? 'late-row' : undefined)}
          columns={[
            {
              label: words.columns.title,
              look: 'wide',
              cell: (one) => (
                <a href={hrefOf({ page: 'campaign', campaign: one.id })}>
                  <Native>{one.title}</Native>
                </a>
              ),
            },
            { label: say.lists.kind, cell: (one) => (one.kind.title ? told(one.kind.title) : '—') },
            { label: say.lists.state, look: 'nowrap', cell: (one) => <CampaignMark of={one} /> },
            { label: words.columns.progress, cell: (one) => <Part done={one.done} total={one.total} label={one.title} /> },
            { label: words.columns.due, cell: (one) => (one.due_at ? writeDue(one.due_at, language) : '—') },
          ]}
        />
      )}
    </PagesView>
  );
}

const DAY_MS = 86_400_000;
const dueDay = ({ due_s }: CampaignKind): string => dayOf(new Date(Date.now() + due_s * 1_000 - DAY_MS));

function Begin({ kinds, begun }: { readonly kinds: readonly CampaignKind[]; readonly begun: () => void }) {
  const { say, told, language } = useGovernWords();
  const words = say.campaigns;
  return (
    <Deeds
      changed={begun}
      of={kinds.map((kind) => ({
        name: kind.code,
        label: words.begin(told(kind.title)),
        title: words.beginTitle(told(kind.title)),
        lead: told(kind.text),
        done: words.begun,
        fields: [
          { name: 'title', label: words.titleOf, hint: words.titleHint, maxLength: 120 },
          { name: 'due_on', label: words.dueOn, hint: words.dueHint(writeDay(dueDay(kind), language)), kind: 'date' },
          { name: 'note', label: words.note, kind: 'area', maxLength: 500 },
        ],
        call: (values, key) =>
          beginCampaign(kind.id, Object.fromEntries(Object.entries(values).filter(([, value]) => value !== '')), key),
      }))}
    />
  );
}

function All() {
  const { say } = useGovernWords();
  const { operations } = useSession();
  const words = say.campaigns;
  const [kinds, again] = useRemote(readCampaignKinds());
  const [turn, setTurn] = useState(0);
  return (
    <section class="part-section" aria-labelledby="all">
      <h2 class="section-title" id="all">
        {words.all}
      </h2>
      {operations.has('campaign.begin') && (
        <RemoteView of={kinds} again={again}>
          {({ items }) => <Begin kinds={items.filter(({ may }) => may.file)} begun={() => setTurn(turn + 1)} />}
        </RemoteView>
      )}
      <List key={turn} />
    </section>
  );
}

export function CampaignsPage() {
  const { say } = useGovernWords();
  const { operations } = useSession();
  return (
    <>
      <Title text={say.campaigns.title} />
      <p class="lead">{say.campaigns.lead}</p>
      {operations.has('campaign-task.mine') && <Mine />}
      {operations.has('campaign.list') && <All />}
    </>
  );
}
