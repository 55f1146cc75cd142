/* One case: what it is about, how long it may take, what was said and done, and what comes next. */
import type { CaseKind, CaseStory, Entry, Move } from '../api/cases';
import { assignCase, moveCase, readCase, readCaseKinds, writeMessage } from '../api/cases';
import { readPeople } from '../api/people';
import { writeInstant } from '../base/day';
import { answersOf } from '../base/described';
import { deskMoved } from '../base/desk-count';
import { useRemote } from '../base/remote';
import { useReturn } from '../base/return';
import { useSession } from '../base/session';
import { Attachments } from '../part/attachments';
import { Back } from '../part/back';
import { CaseMark } from '../part/case';
import { Clocks } from '../part/clocks';
import { Course } from '../part/course';
import { Deeds } from '../part/deeds';
import type { DeedOf } from '../part/deeds';
import { drawn, Read } from '../part/described';
import { Form } from '../part/form';
import type { FieldOf } from '../part/form';
import { Issue } from '../part/issue';
import { Native } from '../part/name';
import { RemoteView } from '../part/remote';
import { Title } from '../part/title';
import { useGovernWords } from '../word/govern';
import '../style/govern.css';

interface OfProps {
  readonly of: CaseStory;
  readonly kind: CaseKind | null;
}

function Facts({ of: story }: Pick<OfProps, 'of'>) {
  const { say, language } = useGovernWords();
  const { me } = useSession();
  const words = say.case;
  return (
    <dl class="facts panel record-facts">
      <div>
        <dt>{say.lists.state}</dt>
        <dd>
          <CaseMark state={story.state} overdue={story.overdue} />
        </dd>
      </div>
      {story.opened_at && (
        <div>
          <dt>{words.opened}</dt>
          <dd>
            {story.opener?.name && <Native>{story.opener.name}</Native>} {writeInstant(story.opened_at, language)}
          </dd>
        </div>
      )}
      {me.role !== 'guardian' && (
        <div>
          <dt>{words.assignee}</dt>
          <dd>{story.assignee?.name ? <Native>{story.assignee.name}</Native> : say.cases.unassigned}</dd>
        </div>
      )}
      {story.facility && (
        <div>
          <dt>{say.record.facility}</dt>
          <dd>
            <Native>{story.facility.name ?? story.facility.id}</Native>
          </dd>
        </div>
      )}
      {story.origin && (
        <div>
          <dt>{say.record.origin}</dt>
          <dd>{story.origin}</dd>
        </div>
      )}
      {story.closed_at && (
        <div>
          <dt>{words.closed}</dt>
          <dd>{writeInstant(story.closed_at, language)}</dd>
        </div>
      )}
    </dl>
  );
}

/* What a move asks for: the fields it needs, and words where it takes any. */
function useMoves({ of: story, kind }: OfProps): readonly DeedOf[] {
  const { say, told, language } = useGovernWords();
  const { operations } = useSession();
  const words = say.case;
  if (!operations.has('case.move')) return [];
  return story.moves.map((move: Move): DeedOf => {
    const needed = (kind?.fields ?? [])
      .filter(({ name }) => move.needs.includes(name))
      .map((field) => ({ ...field, required: true }));
    const message: FieldOf = {
      name: 'text',
      label: words.text,
      kind: 'area',
      required: move.message === 'required',
      maxLength: 4000,
    };
    return {
      name: move.code,
      label: told(move),
      title: words.moveTitle(told(move)),
      done: words.moved(told(move)),
      fields: [...drawn(needed, story.fields, language, say), ...(move.message === 'none' ? [] : [message])],
      call: (values, key) =>
        moveCase(
          story.id,
          {
            move: move.code,
            ...(values['text'] ? { text: values['text'] } : {}),
            ...(needed.length > 0 ? { fields: answersOf(needed, values) } : {}),
          },
          key,
        ),
    };
  });
}

/* Who could take it on: oneself, and whom the list of accounts shows. */
function Assign({ of: story, again }: Pick<OfProps, 'of'> & { readonly again: () => void }) {
  const { say } = useGovernWords();
  const { me } = useSession();
  const words = say.case;
  const [people] = useRemote(readPeople({ role: me.role, state: 'active' }));
  const others = people.state === 'ready' ? people.value.items.filter(({ id }) => id !== me.account) : [];
  const options = [
    { value: me.account, label: words.myself },
    ...others.map(({ id, name }) => ({ value: id, label: name })),
  ];
  return (
    <Deeds
      changed={again}
      of={[
        {
          name: 'assign',
          label: words.assign,
          title: words.assignTitle,
          done: words.assigned,
          fields: [{ name: 'account', label: words.assignee, kind: 'select', options }],
          call: (values, key) => assignCase(story.id, values['account'] ?? me.account, key),
        },
      ]}
    />
  );
}

function AssignMyself({ of: story, again }: Pick<OfProps, 'of'> & { readonly again: () => void }) {
  const { say } = useGovernWords();
  const { me } = useSession();
  const words = say.case;
  return (
    <Deeds
      changed={again}
      of={[
        {
          name: 'assign',
          label: words.take,
          title: words.takeTitle,
          done: words.assigned,
          call: (_values, key) => assignCase(story.id, me.account, key),
        },
      ]}
    />
  );
}

function Conversation({ of: story, again }: Pick<OfProps, 'of'> & { readonly again: () => void }) {
  const { say, told } = useGovernWords();
  const { client, operations } = useSession();
  const words = say.case;
  const wordOf = (entry: Entry): string => (entry.move ? told(entry.move) : words.entries[entry.kind]);
  return (
    <section class="part-section" aria-labelledby="course">
      <h2 class="section-title" id="course">
        {words.course}
      </h2>
      {story.entries.length === 0 ? (
        <p class="soft">{words.noEntries}</p>
      ) : (
        <Course
          of={story.entries.map((entry) => ({
            key: entry.id,
            at: entry.at,
            what: wordOf(entry),
            who: entry.author,
            text: entry.text,
            look: entry.text ? 'message' : 'quiet',
          }))}
        />
      )}
      {story.may.message && operations.has('case.message') && (
        <Form
          key={story.entries.length}
          fields={[{ name: 'text', label: words.write, kind: 'area', required: true, maxLength: 4000 }]}
          submit={words.send}
          act={async (values, key) => {
            await client(writeMessage(story.id, values['text'] ?? '', key));
            deskMoved();
            again();
          }}
        />
      )}
    </section>
  );
}

function Shown({ of: story, kind, again }: OfProps & { readonly again: () => void }) {
  const { say, told } = useGovernWords();
  const { operations } = useSession();
  const words = say.case;
  const moves = useMoves({ of: story, kind });
  const title = story.title ?? told(story.kind.title);
  const assignable = story.may.assign && operations.has('case.assign');
  return (
    <>
      <Title text={title}>
        <span class="eyebrow">
          {told(story.kind.title)} {say.lists.number(story.number)}
        </span>
        <Native>{title}</Native>
      </Title>
      <Facts of={story} />
      {story.clocks.length > 0 && (
        <section class="part-section" aria-label={say.clocks.title}>
          <Clocks of={story.clocks} />
        </section>
      )}
      <Deeds of={moves} about={title} changed={again} />
      {assignable && (operations.has('account.list') ? <Assign of={story} again={again} /> : <AssignMyself of={story} again={again} />)}
      <div class="acts">
        <Issue kind="case" object={story.id} />
      </div>
      {kind && kind.fields.length > 0 && (
        <section class="part-section" aria-labelledby="content">
          <h2 class="section-title" id="content">
            {words.content}
          </h2>
          <Read fields={kind.fields} answers={story.fields} />
        </section>
      )}
      <Conversation of={story} again={again} />
      <Attachments kind="case" object={story.id} may={story.may.attach} />
    </>
  );
}

export function CasePage({ id }: { readonly id: string }) {
  const { say } = useGovernWords();
  const [story, again] = useRemote(readCase(id));
  const [kinds, reread] = useRemote(readCaseKinds());
  useReturn(again);
  return (
    <>
      <Back to={{ page: 'cases' }} label={say.cases.back} />
      <RemoteView of={story} again={again}>
        {(value) => (
          <RemoteView of={kinds} again={reread}>
            {({ items }) => <Shown of={value} kind={items.find(({ id: one }) => one === value.kind.id) ?? null} again={again} />}
          </RemoteView>
        )}
      </RemoteView>
    </>
  );
}
