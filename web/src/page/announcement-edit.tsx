/* An announcement being written: what it is about decides the first day on which it may take effect. */
import type { ComponentChildren } from 'preact';
import type { AnnouncementBody, AnnouncementKind, AnnouncementStory } from '../api/announcements';
import { changeAnnouncement, fileAnnouncement, readAnnouncement, readAnnouncementKinds, readAnnouncements, URGENCIES } from '../api/announcements';
import { writeDay } from '../base/day';
import { useRemote } from '../base/remote';
import { goTo } from '../base/route';
import { useSession } from '../base/session';
import { Back } from '../part/back';
import { Form } from '../part/form';
import type { FieldOf, Values } from '../part/form';
import { RemoteView } from '../part/remote';
import { Title } from '../part/title';
import { useGovernWords } from '../word/govern';
import { useWords } from '../word/word';
import '../style/govern.css';

interface Given {
  readonly title: string;
  readonly body: string;
  readonly matters: string;
  readonly urgency: string;
  readonly effective_on: string | null;
  readonly until: string | null;
  readonly early: boolean;
}

const EMPTY: Given = { title: '', body: '', matters: '', urgency: 'normal', effective_on: null, until: null, early: false };

const givenOf = (story: AnnouncementStory): Given => ({
  ...story,
  matters: story.matters.map(({ code }) => code).join(' '),
});

const bodyOf = (values: Values): AnnouncementBody => ({
  title: values['title'] ?? '',
  body: values['body'] ?? '',
  early: values['early'] === 'yes',
  ...Object.fromEntries(
    ['matters', 'urgency', 'effective_on', 'until'].flatMap((name) => (values[name] ? [[name, values[name]]] : [])),
  ),
});

interface FormProps {
  readonly kind: AnnouncementKind;
  readonly given: Given;
  readonly act: (content: AnnouncementBody, key: string) => Promise<string>;
}

function AnnouncementForm({ kind, given, act }: FormProps) {
  const { say, told, language } = useGovernWords();
  const { words: common } = useWords();
  const words = say.announcementEdit;
  const options = kind.matters.map(({ code, title, first_possible }) => ({
    value: code,
    label: title ? told(title) : code,
    ...(first_possible ? { hint: words.firstOf(writeDay(first_possible, language)) } : {}),
  }));
  const columns = kind.fields.map((field) => field[language]).join('｜');
  const [only] = options;
  const matters: FieldOf =
    options.length > 1 || !only
      ? { name: 'matters', label: words.matters, kind: 'checks', required: options.length > 0, value: given.matters, options }
      : { name: 'matters', label: words.matters, kind: 'checks', required: true, value: given.matters || only.value, options };
  return (
    <Form
      fields={[
        { name: 'title', label: words.title, required: true, maxLength: 120, value: given.title },
        ...(options.length > 0 ? [matters] : []),
        {
          name: 'body',
          label: words.body,
          kind: 'area',
          required: true,
          maxLength: 10_000,
          value: given.body,
          rows: 10,
          ...(kind.body === 'list' ? { hint: words.listHint(columns) } : {}),
        },
        {
          name: 'urgency',
          label: say.announcement.urgency,
          kind: 'select',
          value: given.urgency,
          hint: words.urgencyHint,
          options: URGENCIES.map((value) => ({ value, label: say.announcements.urgencies[value] })),
        },
        { name: 'effective_on', label: say.announcement.effective, kind: 'date', hint: words.effectiveHint, value: given.effective_on },
        { name: 'until', label: words.until, kind: 'date', value: given.until },
        {
          name: 'early',
          label: words.early,
          kind: 'select',
          value: given.early ? 'yes' : 'no',
          options: [
            { value: 'no', label: say.fields.no },
            { value: 'yes', label: words.earlyYes },
          ],
        },
      ]}
      submit={words.submit}
      act={async (values, key) => goTo({ page: 'announcement', announcement: await act(bodyOf(values), key) })}
    >
      <p class="soft">
        {words.reaches(kind.audience.map((role) => common.roles[role]).join('、'))}
        {words.channels(kind.channels.map((channel) => words.channelNames[channel]).join('、'))}
      </p>
    </Form>
  );
}

/* The next edition begins with the text of the last one. */
function Next({ kind, children }: { readonly kind: AnnouncementKind; readonly children: (given: Given) => ComponentChildren }) {
  const [latest, again] = useRemote(readAnnouncements({ kind: kind.code, state: 'published' }, null));
  return (
    <RemoteView of={latest} again={again}>
      {({ items }) => {
        const last = items.filter(({ origin }) => !origin).sort((a, b) => b.edition - a.edition)[0];
        return last ? <From id={last.id}>{children}</From> : <>{children(EMPTY)}</>;
      }}
    </RemoteView>
  );
}

function From({ id, children }: { readonly id: string; readonly children: (given: Given) => ComponentChildren }) {
  const [story, again] = useRemote(readAnnouncement(id));
  return (
    <RemoteView of={story} again={again}>
      {(value) => children({ ...EMPTY, title: value.title, body: value.body })}
    </RemoteView>
  );
}

export function NewAnnouncementPage({ kind: wanted }: { readonly kind: string | null }) {
  const { say, told } = useGovernWords();
  const { client } = useSession();
  const [kinds, again] = useRemote(readAnnouncementKinds());
  return (
    <>
      <Back to={{ page: 'announcements' }} label={say.announcements.back} />
      <RemoteView of={kinds} again={again}>
        {({ items }) => {
          const kind = items.find(({ id, code }) => id === wanted || code === wanted);
          if (!kind) return <p class="empty">{say.announcements.none}</p>;
          const form = (given: Given) => (
            <AnnouncementForm
              kind={kind}
              given={given}
              act={async (content, key) => (await client(fileAnnouncement(kind.id, content, key))).id}
            />
          );
          return (
            <>
              <Title text={say.announcements.write(told(kind.title))} />
              <div class="form-after">{kind.versions ? <Next kind={kind}>{form}</Next> : form(EMPTY)}</div>
            </>
          );
        }}
      </RemoteView>
    </>
  );
}

export function EditAnnouncementPage({ id }: { readonly id: string }) {
  const { say } = useGovernWords();
  const { client } = useSession();
  const [kinds, again] = useRemote(readAnnouncementKinds());
  const [story, reread] = useRemote(readAnnouncement(id));
  return (
    <>
      <Back to={{ page: 'announcement', announcement: id }} label={say.announcementEdit.back} />
      <RemoteView of={kinds} again={again}>
        {({ items }) => (
          <RemoteView of={story} again={reread}>
            {(value) => {
              const kind = items.find((one) => one.id === value.kind.id);
              if (!kind) return <p class="empty">{say.announcements.none}</p>;
              return (
                <>
                  <Title text={say.announcementEdit.heading} />
                  <div class="form-after">
                    <AnnouncementForm
                      kind={kind}
                      given={givenOf(value)}
                      act={async (content) => (await client(changeAnnouncement(id, content))).id}
                    />
                  </div>
                </>
              );
            }}
          </RemoteView>
        )}
      </RemoteView>
    </>
  );
}
