/* The classes and the children of the facility. */
import { useCallback, useState } from 'preact/hooks';
import type { Class, ChildState, Entry } from '../api/office';
import { assignTeacher, CHILD_STATES, enrolChild, openClass, readClasses, readEntries } from '../api/office';
import { makeClassLetters, readPeople } from '../api/people';
import { today } from '../base/day';
import { usePages } from '../base/pages';
import { useRemote } from '../base/remote';
import { goTo, hrefOf } from '../base/route';
import { useSession } from '../base/session';
import { Act } from '../part/act';
import { Field, Select } from '../part/field';
import { FileButton } from '../part/file-button';
import { given } from '../part/form';
import type { FieldOf } from '../part/form';
import { Icon } from '../part/icon';
import { Native } from '../part/name';
import { Notice } from '../part/notice';
import { PagesView } from '../part/pages';
import { RemoteView } from '../part/remote';
import { Title } from '../part/title';
import { entryFields } from '../part/entry-fields';
import { useWords } from '../word/word';

/* April begins the school year. */
const schoolYear = (): number => Number(today().slice(0, 4)) - (today().slice(5, 7) < '04' ? 1 : 0);

function classFields(say: ReturnType<typeof useWords>['words']['roll']): readonly FieldOf[] {
  const year = schoolYear();
  return [
    { name: 'name', label: say.className, required: true, maxLength: 40 },
    {
      name: 'age',
      label: say.age,
      kind: 'select',
      value: '3',
      options: [0, 1, 2, 3, 4, 5].map((age) => ({ value: String(age), label: say.years(age) })),
    },
    {
      name: 'year',
      label: say.year,
      kind: 'select',
      value: String(year),
      options: [year, year + 1].map((one) => ({ value: String(one), label: say.yearOf(one) })),
    },
  ];
}

interface ClassProps {
  readonly of: Class;
  readonly facility: string;
  readonly done: (words: string) => void;
}

function ClassActs({ of: group, facility, done }: ClassProps) {
  const { words } = useWords();
  const { client, operations } = useSession();
  const say = words.roll;
  const [staff] = useRemote(readPeople({ role: 'staff', state: '' }));
  const teachers = staff.state === 'ready' ? staff.value.items.filter(({ state }) => state !== 'left') : [];
  return (
    <div class="acts">
      {operations.has('class.assign') && teachers.length > 0 && (
        <Act
          label={say.assign}
          title={say.assignTitle(group.name)}
          submit={say.assignSubmit}
          fields={[
            {
              name: 'account',
              label: say.teacher,
              kind: 'select',
              required: true,
              options: [
                { value: '', label: say.choose },
                ...teachers.map(({ id, name, login }) => ({ value: id, label: `${name}（${login}）` })),
              ],
            },
          ]}
          act={async ({ account = '' }, key) => {
            await client(assignTeacher(facility, group.id, account, key));
            done(say.assigned);
          }}
        />
      )}
      {operations.has('invitation.class') && (
        <FileButton call={() => makeClassLetters(facility, group.id)}>{say.letters}</FileButton>
      )}
    </div>
  );
}

const searched = (text: string): string => text.normalize('NFKC').toLowerCase().replace(/\s/g, '');

function EntryRow({ entry }: { readonly entry: Entry }) {
  return (
    <li>
      <a class="row" href={hrefOf({ page: 'entry', child: entry.id })}>
        <span class="row-words">
          <Native>
            {entry.kana && <span class="kana">{entry.kana}</span>}
            <span class="row-label">{entry.name}</span>
          </Native>
          <span class="row-state">
            <Native>{entry.class_name}</Native>
            {entry.code && <>　<code>{entry.code}</code></>}
          </span>
        </span>
        <Icon name="right" />
      </a>
    </li>
  );
}

interface EntriesProps {
  readonly state: ChildState;
  readonly group: string;
  readonly wanted: string;
}

function Entries({ state, group, wanted }: EntriesProps) {
  const { words } = useWords();
  const say = words.roll;
  const [pages, more] = usePages(useCallback((cursor: string | null) => readEntries(state, cursor), [state]));
  return (
    <PagesView of={pages} more={more} moreLabel={words.people.more} empty={say.empty}>
      {(items) => {
        const shown = items
          .filter((entry) => group === '' || entry.class === group)
          .filter(({ name, kana, code }) => searched(`${name} ${kana ?? ''} ${code ?? ''}`).includes(searched(wanted)))
          .sort((a, b) => (a.kana ?? a.name).localeCompare(b.kana ?? b.name, 'ja'));
        return (
          <>
            <p class="soft" role="status">
              {words.people.count(shown.length)}
            </p>
            {shown.length === 0 ? (
              <p class="empty">{say.noMatch}</p>
            ) : (
              <ul class="rows">
                {shown.map((entry) => (
                  <EntryRow key={entry.id} entry={entry} />
                ))}
              </ul>
            )}
          </>
        );
      }}
    </PagesView>
  );
}

interface RollProps {
  readonly facility: string;
  readonly classes: readonly Class[];
  readonly again: () => void;
}

function Roll({ facility, classes, again }: RollProps) {
  const { words } = useWords();
  const { client, operations } = useSession();
  const say = words.roll;
  const [group, setGroup] = useState('');
  const [state, setState] = useState<ChildState>('enrolled');
  const [wanted, setWanted] = useState('');
  const [told, setTold] = useState<string | null>(null);
  const chosen = classes.find(({ id }) => id === group);
  const options = classes.map(({ id, name, year }) => ({ value: id, label: year ? `${name}（${say.yearOf(year)}）` : name }));
  return (
    <>
      <div class="acts">
        {operations.has('child.enrol') && classes.length > 0 && (
          <Act
            look="filled"
            label={say.enrol}
            title={say.enrol}
            submit={say.enrolSubmit}
            fields={[
              { name: 'class', label: say.class, kind: 'select', options },
              ...entryFields(words.entry.fields, null),
              { name: 'entry_date', label: words.entry.fields.entry_date, kind: 'date', required: true, value: today() },
            ]}
            act={async (values, key) => {
              const made = await client(enrolChild(facility, given(values), key));
              goTo({ page: 'entry', child: made.id });
            }}
          />
        )}
        {operations.has('class.open') && (
          <Act
            label={say.open}
            title={say.open}
            submit={say.openSubmit}
            fields={classFields(say)}
            act={async ({ name = '', age = '', year = '' }, key) => {
              await client(openClass(facility, { name, age: Number(age), year: Number(year) }, key));
              setTold(say.opened(name));
              again();
            }}
          />
        )}
      </div>
      {told && <Notice tone="success" title={told} />}
      <div class="filters filters-after">
        <Field label={say.search} type="search" name="search" value={wanted} onText={setWanted} />
        <Select
          label={say.class}
          name="class"
          value={group}
          options={[{ value: '', label: say.every }, ...options]}
          onValue={(value) => {
            setGroup(value);
            setTold(null);
          }}
        />
        <Select
          label={say.state}
          name="state"
          value={state}
          options={CHILD_STATES.map((value) => ({ value, label: say.states[value] }))}
          onValue={setState}
        />
      </div>
      {chosen && <ClassActs key={chosen.id} of={chosen} facility={facility} done={setTold} />}
      <Entries key={state} state={state} group={group} wanted={wanted} />
    </>
  );
}

function Classes({ facility }: { readonly facility: string }) {
  const [classes, again] = useRemote(readClasses(facility));
  return (
    <RemoteView of={classes} again={again}>
      {({ items }) => <Roll facility={facility} classes={items} again={again} />}
    </RemoteView>
  );
}

export function RollPage() {
  const { words } = useWords();
  const { me } = useSession();
  return (
    <>
      <Title text={words.roll.title} />
      {me.facility ? <Classes facility={me.facility.id} /> : <p class="empty">{words.board.noFacility}</p>}
    </>
  );
}
