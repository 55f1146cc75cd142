/* One task: what is to be done, account by account or in one's own answers, and that it is done. */
import { useState } from 'preact/hooks';
import type { Decision, Examined, TaskStory } from '../api/campaigns';
import { decide, DECISIONS, finishTask, readTask } from '../api/campaigns';
import { writeDue, writeInstant } from '../base/day';
import { hrefOfLink } from '../base/desk';
import { deskMoved } from '../base/desk-count';
import { answersOf } from '../base/described';
import { useRemote } from '../base/remote';
import { useSending } from '../base/sending';
import { useSession } from '../base/session';
import { Act } from './act';
import { Button } from './button';
import { TaskMark } from './campaign';
import { Deeds } from './deeds';
import { drawn, Read } from './described';
import { Form } from './form';
import { Native } from './name';
import { Notice } from './notice';
import { fieldMessages, SendProblem } from './problem';
import { RemoteView } from './remote';
import { Table } from './table';
import { Title } from './title';
import { useGovernWords } from '../word/govern';
import { useWords } from '../word/word';

interface OfProps {
  readonly of: TaskStory;
  readonly again: () => void;
}

/* Keeping is one press; what takes something away asks for its reason. */
function Decide({ task, account, again }: { readonly task: TaskStory; readonly account: Examined; readonly again: () => void }) {
  const { say } = useGovernWords();
  const { client } = useSession();
  const { words: common, language } = useWords();
  const words = say.task;
  const { busy, problem, send } = useSending();
  const name = account.name ?? account.account;
  const put = async (decision: Decision, note: string) => {
    await client(decide(task.id, account.account, decision, note));
    again();
  };
  const messages = Object.values(fieldMessages(problem, common, language));
  return (
    <>
      <div class="row-acts">
        {DECISIONS.filter((decision) => decision !== account.decision).map((decision) =>
          decision === 'keep' ? (
            <Button key={decision} busy={busy} onClick={() => void send(() => put(decision, ''))}>
              {words.decisions[decision].label}
              <span class="unseen">（{name}）</span>
            </Button>
          ) : (
            <Act
              key={decision}
              look="quiet"
              label={words.decisions[decision].label}
              about={name}
              title={words.decisions[decision].title(name)}
              lead={words.decisions[decision].hint}
              submit={words.decisions[decision].label}
              fields={[{ name: 'note', label: say.deeds.reason, kind: 'area', required: true, maxLength: 200 }]}
              act={(values) => put(decision, values['note'] ?? '')}
            />
          ),
        )}
      </div>
      {problem && <SendProblem problem={problem} />}
      {messages.map((message) => (
        <p key={message} class="some-late">
          {message}
        </p>
      ))}
    </>
  );
}

function Decided({ of: { decision, note, acted, link } }: { readonly of: Examined }) {
  const { say } = useGovernWords();
  const words = say.task;
  const href = hrefOfLink(link);
  if (!decision) return <span class="some-soon">{words.undecided}</span>;
  return (
    <>
      <strong>{words.decisions[decision].done}</strong>
      {note && (
        <span class="soft">
          <Native>{note}</Native>
        </span>
      )}
      {acted === 'open' && href && (
        <a class="row-link" href={href}>
          {words.act}
        </a>
      )}
    </>
  );
}

function Accounts({ of: task, again }: OfProps) {
  const { say, language } = useGovernWords();
  const { words: common } = useWords();
  const { client, operations } = useSession();
  const words = say.task;
  const [more, setMore] = useState<readonly Examined[]>([]);
  const [next, setNext] = useState(task.next);
  const { busy, problem, send } = useSending();
  const items = [...task.items, ...more];
  const deciding = task.may.decide && operations.has('campaign-task.decide');
  const fetchMore = async () => {
    const page = await client(readTask(task.id, next));
    setMore((before) => [...before, ...page.items]);
    setNext(page.next);
  };
  return (
    <section class="part-section" aria-labelledby="accounts">
      <h2 class="section-title" id="accounts">
        {words.accounts}
      </h2>
      {task.counts && (
        <p role="status" class="setting-count">
          {words.left(task.counts.open, task.counts.accounts)}
        </p>
      )}
      <Table
        caption={words.accounts}
        items={items}
        keyOf={({ account }) => account}
        columns={[
          { label: words.columns.name, look: 'wide', cell: (one) => <Native>{one.name ?? one.account}</Native> },
          { label: words.columns.roles, cell: (one) => one.roles.map((role) => common.roles[role]).join('、') || '—' },
          { label: words.columns.last, cell: (one) => (one.last_used_at ? writeInstant(one.last_used_at, language) : words.never) },
          { label: words.columns.decision, cell: (one) => <Decided of={one} /> },
          ...(deciding
            ? [
                {
                  label: words.columns.act,
                  cell: (one: Examined) => (one.own ? <span class="soft">{words.own}</span> : <Decide task={task} account={one} again={again} />),
                },
              ]
            : []),
        ]}
      />
      {problem && <SendProblem problem={problem} />}
      {next && (
        <p class="more">
          <Button busy={busy} onClick={() => void send(fetchMore)}>
            {say.lists.more}
          </Button>
        </p>
      )}
      <Deeds
        when={task.may.finish && operations.has('campaign-task.finish')}
        changed={again}
        of={[
          {
            name: 'finish',
            ...words.finish,
            first: task.counts?.open === 0,
            call: (_values, key) => finishTask(task.id, null, key),
          },
        ]}
      />
    </section>
  );
}

function Confirm({ of: task, again }: OfProps) {
  const { say, language } = useGovernWords();
  const { client, operations } = useSession();
  const words = say.task;
  const { pass } = task;
  const passField = pass && task.fields.find(({ name }) => name === pass.field);
  if (task.state !== 'open') {
    return task.fields.length > 0 ? <Read fields={task.fields} answers={task.answers} /> : null;
  }
  if (!task.may.finish || !operations.has('campaign-task.finish')) return null;
  return (
    <Form
      fields={drawn(task.fields, {}, language, say)}
      submit={words.confirm}
      act={async (values, key) => {
        await client(finishTask(task.id, answersOf(task.fields, values), key));
        deskMoved();
        again();
      }}
    >
      {pass && passField && <p class="soft">{words.pass(passField[language], pass.min)}</p>}
    </Form>
  );
}

function Shown({ of: task, again }: OfProps) {
  const { say, told, language } = useGovernWords();
  const words = say.task;
  return (
    <>
      <Title text={task.campaign.title}>
        {task.facility && (
          <span class="eyebrow">
            <Native>{task.facility.name}</Native>
          </span>
        )}
        <Native>{task.campaign.title}</Native>
      </Title>
      <p class="setting-value">
        <TaskMark of={task} />
        {task.due_at && task.state === 'open' && (
          <span class={task.overdue ? 'some-late' : 'soft'}>{say.clocks.due(writeDue(task.due_at, language))}</span>
        )}
      </p>
      {task.held && <Notice tone="warning" title={words.heldHint} />}
      {task.state === 'done' && task.done_at && (
        <Notice tone="success" title={words.doneAt(writeInstant(task.done_at, language))} />
      )}
      {task.text && <p class="announcement-text">{told(task.text)}</p>}
      {task.task === 'accounts' ? <Accounts key={task.next} of={task} again={again} /> : <div class="form-after"><Confirm of={task} again={again} /></div>}
    </>
  );
}

/* Read anew after each step; `moved` hears of it, too. */
export function TaskView({ id, moved }: { readonly id: string; readonly moved?: () => void }) {
  const [task, again] = useRemote(readTask(id));
  return (
    <RemoteView of={task} again={again}>
      {(value) => (
        <Shown
          of={value}
          again={() => {
            again();
            moved?.();
          }}
        />
      )}
    </RemoteView>
  );
}
