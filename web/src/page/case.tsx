/* One case: what it is about, how long it may take, what was said and done, and what comes next. */
import type { CaseKind, CaseStory, Entry, Move } from '../api/cases';
import { assignCase, moveCase, readCase, readCaseKinds, writeMessage } from '../api/cases';
import { writeInstant } from '../base/day';
import { answersOf } from '../base/described';
import { deskMoved } from '../base/desk-count';
import { usePlaces } from '../base/places';
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
  const { say, told, language } = useGovernWords();
  const { me } = useSession();
  const places = usePlaces();
  const words = say.case;
  return (
    <dl class="facts panel record-facts">
      <div>
        <dt>{say.lists.state}</dt>
        <dd>
          <CaseMark of={story} />
        </dd>
      </div>
      {story.opened_at && (
        <div>
          <dt>{words.opened}</dt>
          <dd>
            {story.opened_by?.name && <Native>{story.opened_by.name}</Native>} {writeInstant(story.opened_at, language)}
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
            <Native>{places.get(story.facility) ?? story.facility}</Native>
          </dd>
        </div>
      )}
      {story.origin && (
        <div>
          <dt>{say.record.origin}</dt>
          <dd>{say.lists.place(story.origin)}</dd>
        </div>
      )}
      {story.outcome && (
        <div>
          <dt>{words.outcome}</dt>
          <dd>{told(story.outcome)}</dd>
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

/* Who could take it on is said by the server. */
function Assign({ of: story, again }: Pick<OfProps, 'of'> & { readonly again: () => void }) {
  const { say } = useGovernWords();
  const words = say.case;
  const options = story.handlers.flatMap(({ id, name }) => (id ? [{ value: id, label: name ?? id }] : []));
  const [first] = options;
  if (!first) return null;
  return (
    <Deeds
      changed={again}
      of={[
        {
          name: 'assign',
          label: words.assign,
          title: words.assignTitle,
          done: words.assigned,
          fields: [{ name: 'account', label: words.assignee, kind: 'select', value: story.assignee?.id ?? first.value, options }],
          call: (values, key) => assignCase(story.id, values['account'] ?? first.value, key),
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
            who: entry.author?.name ?? null,
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
  const title = story.title ?? say.lists.number(story.number);
  return (
    <>
      <Title text={title}>
        <span class="eyebrow">
          {story.kind.title && told(story.kind.title)} {say.lists.number(story.number)}
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
      {story.may.assign && operations.has('case.assign') && <Assign of={story} again={again} />}
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
      <Attachments kind="case" object={story.id} may={story.may.message} />
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
