/* One campaign: how far it has come at each facility, and its tasks. */
import { useCallback } from 'preact/hooks';
import type { CampaignStory, Task } from '../api/campaigns';
import { closeCampaign, readCampaign, readTasks } from '../api/campaigns';
import { writeDue, writeInstant } from '../base/day';
import { usePages } from '../base/pages';
import { useRemote } from '../base/remote';
import { useReturn } from '../base/return';
import { hrefOf } from '../base/route';
import { useSession } from '../base/session';
import { Attachments } from '../part/attachments';
import { Back } from '../part/back';
import { CampaignMark, Part, TaskMark } from '../part/campaign';
import { Deeds } from '../part/deeds';
import { Native } from '../part/name';
import { PagesView } from '../part/pages';
import { RemoteView } from '../part/remote';
import { Table } from '../part/table';
import { Title } from '../part/title';
import { useGovernWords } from '../word/govern';
import { useWords } from '../word/word';
import '../style/govern.css';

function Tasks({ campaign }: { readonly campaign: string }) {
  const { say, language } = useGovernWords();
  const { words: common } = useWords();
  const { operations } = useSession();
  const words = say.campaign;
  const [pages, more] = usePages<Task>(useCallback((cursor) => readTasks(campaign, cursor), [campaign]));
  const whose = ({ account, roles }: Task) =>
    account ? <Native>{account.name ?? account.id}</Native> : roles.map((role) => common.roles[role]).join('、');
  return (
    <section class="part-section" aria-labelledby="tasks">
      <h2 class="section-title" id="tasks">
        {words.tasks}
      </h2>
      <PagesView of={pages} more={more} moreLabel={say.lists.more} empty={words.noTasks}>
        {(items) => (
          <Table
            caption={words.tasks}
            items={items}
            keyOf={({ id }) => id}
            lookOf={(task) => (task.overdue ? 'late-row' : undefined)}
            columns={[
              { label: say.record.facility, cell: (task) => (task.facility ? <Native>{task.facility.name}</Native> : say.lists.whole) },
              {
                label: words.whose,
                look: 'wide',
                cell: (task) =>
                  operations.has('campaign-task.see') ? (
                    <a href={hrefOf({ page: 'task', task: task.id })}>{whose(task)}</a>
                  ) : (
                    whose(task)
                  ),
              },
              { label: say.lists.state, look: 'nowrap', cell: (task) => <TaskMark of={task} /> },
              { label: words.done, cell: (task) => (task.done_at ? writeInstant(task.done_at, language) : '—') },
            ]}
          />
        )}
      </PagesView>
    </section>
  );
}

function Shown({ of: campaign, again }: { readonly of: CampaignStory; readonly again: () => void }) {
  const { say, told, language } = useGovernWords();
  const { operations } = useSession();
  const words = say.campaign;
  return (
    <>
      <Title text={campaign.title}>
        <span class="eyebrow">
          {campaign.kind.title && told(campaign.kind.title)} {say.lists.number(campaign.number)}
        </span>
        <Native>{campaign.title}</Native>
      </Title>
      <dl class="facts panel record-facts">
        <div>
          <dt>{say.lists.state}</dt>
          <dd>
            <CampaignMark of={campaign} />
          </dd>
        </div>
        <div>
          <dt>{say.campaigns.columns.progress}</dt>
          <dd>
            <Part done={campaign.done} total={campaign.total} label={say.campaigns.columns.progress} />
          </dd>
        </div>
        {campaign.started_at && (
          <div>
            <dt>{words.started}</dt>
            <dd>{writeInstant(campaign.started_at, language)}</dd>
          </div>
        )}
        {campaign.due_at && (
          <div>
            <dt>{say.campaigns.columns.due}</dt>
            <dd class={campaign.overdue ? 'some-late' : undefined}>{writeDue(campaign.due_at, language)}</dd>
          </div>
        )}
        {campaign.note && (
          <div>
            <dt>{say.campaigns.note}</dt>
            <dd>
              <Native>{campaign.note}</Native>
            </dd>
          </div>
        )}
      </dl>
      <Deeds
        when={campaign.may.close && operations.has('campaign.close')}
        changed={again}
        of={[
          {
            name: 'close',
            ...words.close,
            lead: words.closeHint,
            fields: [{ name: 'reason', label: say.deeds.reason, kind: 'area', required: true, maxLength: 200 }],
            call: (values, key) => closeCampaign(campaign.id, values['reason'] ?? '', key),
          },
        ]}
      />
      {campaign.facilities.length > 0 && (
        <section class="part-section" aria-labelledby="facilities">
          <h2 class="section-title" id="facilities">
            {words.byFacility}
          </h2>
          <Table
            caption={words.byFacility}
            items={campaign.facilities}
            keyOf={({ facility }) => facility?.id ?? 'whole'}
            columns={[
              { label: say.record.facility, look: 'wide', cell: ({ facility }) => (facility ? <Native>{facility.name}</Native> : say.lists.whole) },
              {
                label: say.campaigns.columns.progress,
                cell: ({ done, total, facility }) => <Part done={done} total={total} label={facility?.name ?? say.lists.whole} />,
              },
              { label: say.campaigns.held, look: 'figure', cell: ({ held }) => <span class={held > 0 ? 'some-late' : 'nil'}>{held}</span> },
            ]}
          />
        </section>
      )}
      {operations.has('campaign.tasks') && <Tasks key={campaign.state} campaign={campaign.id} />}
      <Attachments kind="campaign" object={campaign.id} may={campaign.may.close} />
    </>
  );
}

export function CampaignPage({ id }: { readonly id: string }) {
  const { say } = useGovernWords();
  const [campaign, again] = useRemote(readCampaign(id));
  useReturn(again);
  return (
    <>
      <Back to={{ page: 'campaigns' }} label={say.campaigns.back} />
      <RemoteView of={campaign} again={again}>
        {(value) => <Shown of={value} again={again} />}
      </RemoteView>
    </>
  );
}
