/* What went out and what did not: each letter with its state, and another try where one may help. */
import { useCallback, useState } from 'preact/hooks';
import type { Letter, LetterState, Target } from '../api/letters';
import {
  CHANNELS,
  createTarget,
  doTarget,
  readLetters,
  readTargets,
  retryLetter,
  STORED_STATES,
  tryLetter,
} from '../api/letters';
import { writeInstant } from '../base/day';
import { usePages } from '../base/pages';
import { useRemote } from '../base/remote';
import { turnTo } from '../base/route';
import type { RouteOf } from '../base/route';
import { useSending } from '../base/sending';
import { useSession } from '../base/session';
import { Act } from '../part/act';
import { Button } from '../part/button';
import { Deeds } from '../part/deeds';
import { Select } from '../part/field';
import { Native } from '../part/name';
import { Notice } from '../part/notice';
import { PagesView } from '../part/pages';
import { SendProblem } from '../part/problem';
import { RemoteView } from '../part/remote';
import { Mark } from '../part/shape';
import type { Shape } from '../part/shape';
import { Table } from '../part/table';
import { Title } from '../part/title';
import { useGovernWords } from '../word/govern';
import '../style/govern.css';

type Here = RouteOf<'letters'>;

const SHAPES: Record<LetterState, Shape> = {
  waiting: 'soon',
  sent: 'good',
  delivered: 'good',
  failed: 'bad',
  bounced: 'bad',
  held: 'off',
};

function Retry({ letter, again }: { readonly letter: Letter; readonly again: () => void }) {
  const { say } = useGovernWords();
  const { client } = useSession();
  const { busy, problem, send } = useSending();
  const retry = async () => {
    await client(retryLetter(letter.id));
    again();
  };
  return (
    <>
      <Button busy={busy} onClick={() => void send(retry)}>
        {say.letters.retry}
        <span class="unseen">（{letter.number}）</span>
      </Button>
      {problem && <SendProblem problem={problem} />}
    </>
  );
}

function List({ here, again }: { readonly here: Here; readonly again: () => void }) {
  const { say, language } = useGovernWords();
  const { operations } = useSession();
  const words = say.letters;
  const { columns } = words;
  const { state = null, channel = null } = here;
  const [pages, more] = usePages<Letter>(useCallback((cursor) => readLetters({ state, channel }, cursor), [state, channel]));
  const retryable = ({ state: now }: Letter) => (now === 'failed' || now === 'bounced') && operations.has('letter.retry');
  return (
    <PagesView of={pages} more={more} moreLabel={say.lists.more} empty={state || channel ? words.noneOf : words.none}>
      {(items) => (
        <>
          {items.some((one) => one.state === 'held') && <Notice tone="warning" title={words.heldHint} />}
          <Table
            caption={words.title}
            items={items}
            keyOf={({ id }) => id}
            lookOf={(one) => (one.state === 'failed' || one.state === 'bounced' ? 'late-row' : undefined)}
            columns={[
              { label: columns.number, look: 'nowrap', cell: (one) => one.number },
              { label: columns.channel, look: 'nowrap', cell: (one) => words.channels[one.channel] },
              { label: columns.to, look: 'wide', cell: (one) => <Native>{one.to ?? '—'}</Native> },
              {
                label: columns.state,
                cell: (one) => (
                  <>
                    <Mark shape={SHAPES[one.state]} word={words.states[one.state]} state={one.state} />
                    {one.error && <span class="soft">{one.error}</span>}
                  </>
                ),
              },
              { label: columns.attempts, look: 'figure', cell: (one) => one.attempts },
              { label: columns.created, cell: (one) => (one.created_at ? writeInstant(one.created_at, language) : '—') },
              {
                label: columns.next,
                cell: (one) =>
                  retryable(one) ? <Retry letter={one} again={again} /> : one.next_at ? writeInstant(one.next_at, language) : '—',
              },
            ]}
          />
        </>
      )}
    </PagesView>
  );
}

function TargetCard({ of: target, again }: { readonly of: Target; readonly again: () => void }) {
  const { say } = useGovernWords();
  const { operations } = useSession();
  const words = say.targets;
  const deeds = (['approve', 'end'] as const).filter(
    (deed) => operations.has(`target.${deed}`) && (deed === 'approve' ? target.state === 'waiting' : target.state !== 'ended'),
  );
  return (
    <li class="panel setting" data-target={target.id}>
      <h3 class="small-title">
        <Native>{target.title}</Native>
      </h3>
      <p>
        <code>{target.url}</code>
      </p>
      <p class="soft">{words.states[target.state] ?? target.state}</p>
      <Deeds
        about={target.title}
        changed={again}
        of={deeds.map((deed) => ({ name: deed, ...words.deeds[deed], call: () => doTarget(target.id, deed) }))}
      />
    </li>
  );
}

function Targets() {
  const { say } = useGovernWords();
  const { client, operations } = useSession();
  const words = say.targets;
  const [targets, again] = useRemote(readTargets());
  const [secret, setSecret] = useState<string | null>(null);
  return (
    <section class="part-section" aria-labelledby="targets">
      <h2 class="section-title" id="targets">
        {words.title}
      </h2>
      <p class="soft">{words.lead}</p>
      {secret && (
        <Notice tone="success" title={words.made}>
          <p class="secret">
            <code>{secret}</code>
          </p>
        </Notice>
      )}
      {operations.has('target.create') && (
        <p>
          <Act
            label={words.add}
            title={words.add}
            lead={words.addHint}
            submit={words.submit}
            fields={[
              { name: 'title', label: words.fields.title, required: true, maxLength: 100 },
              { name: 'url', label: words.fields.url, hint: words.urlHint, required: true, maxLength: 400 },
              { name: 'letters', label: words.fields.letters, hint: words.lettersHint, required: true, maxLength: 400 },
            ]}
            act={async (values, key) => {
              setSecret((await client(createTarget(values, key))).secret);
              again();
            }}
          />
        </p>
      )}
      <RemoteView of={targets} again={again}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="soft">{words.none}</p>
          ) : (
            <ul class="settings">
              {items.map((target) => (
                <TargetCard key={target.id} of={target} again={again} />
              ))}
            </ul>
          )
        }
      </RemoteView>
    </section>
  );
}

export function LettersPage({ here }: { readonly here: Here }) {
  const { say } = useGovernWords();
  const { operations } = useSession();
  const words = say.letters;
  const [turn, setTurn] = useState(0);
  const change = (to: Partial<Here>) => turnTo({ ...here, ...to });
  return (
    <>
      <Title text={words.title} />
      <p class="lead">{words.lead}</p>
      {operations.has('letter.try') && (
        <Deeds
          changed={() => setTurn((before) => before + 1)}
          of={[{ name: 'try', ...words.trying, lead: words.tryHint, call: tryLetter }]}
        />
      )}
      <div class="filters filters-after">
        <Select
          label={say.lists.state}
          name="state"
          value={here.state ?? 'all'}
          options={[
            { value: 'all', label: say.lists.all },
            ...STORED_STATES.map((value) => ({ value, label: words.states[value] })),
          ]}
          onValue={(value) => change({ state: value === 'all' ? null : value })}
        />
        <Select
          label={words.columns.channel}
          name="channel"
          value={here.channel ?? 'all'}
          options={[
            { value: 'all', label: say.lists.all },
            ...CHANNELS.map((value) => ({ value, label: words.channels[value] })),
          ]}
          onValue={(value) => change({ channel: value === 'all' ? null : value })}
        />
      </div>
      <List key={`${here.state} ${here.channel} ${turn}`} here={here} again={() => setTurn((before) => before + 1)} />
      {operations.has('target.list') && <Targets />}
    </>
  );
}
