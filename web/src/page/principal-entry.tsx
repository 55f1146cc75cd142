/* One child as the office keeps it: the data, the guardians, where it belongs. */
import { useState } from 'preact/hooks';
import type { Class, Entry, Guardian } from '../api/office';
import {
  barGuardian,
  changeChild,
  endChild,
  linkGuardian,
  makeCard,
  moveChild,
  readClasses,
  readEntry,
  readGuardians,
} from '../api/office';
import { readPeople } from '../api/people';
import { isDay, today, writeDay } from '../base/day';
import { useRemote } from '../base/remote';
import { hrefOf } from '../base/route';
import { useSession } from '../base/session';
import { Act } from '../part/act';
import { Back } from '../part/back';
import { entryFields } from '../part/entry-fields';
import { FileButton } from '../part/file-button';
import { Native } from '../part/name';
import { Notice } from '../part/notice';
import { RemoteView } from '../part/remote';
import { Title } from '../part/title';
import { useWords } from '../word/word';

interface PartProps {
  readonly entry: Entry;
  readonly done: (words: string) => void;
}

function Facts({ entry }: { readonly entry: Entry }) {
  const { words, language } = useWords();
  const say = words.entry.fields;
  const names = Object.keys(say) as (keyof typeof say)[];
  const shown = names.filter((name) => name !== 'name' && entry[name]);
  const written = (value: string) => (isDay(value) ? writeDay(value, language) : <Native>{value}</Native>);
  return (
    <dl class="facts panel">
      {shown.map((name) => (
        <div key={name}>
          <dt>{say[name]}</dt>
          <dd>{written(entry[name] ?? '')}</dd>
        </div>
      ))}
    </dl>
  );
}

function Data({ entry, done }: PartProps) {
  const { words } = useWords();
  const { client, operations } = useSession();
  const say = words.entry;
  return (
    <div class="acts">
      {operations.has('child.change') && (
        <Act
          label={say.change}
          title={say.changeTitle(entry.name)}
          submit={say.save}
          fields={entryFields(say.fields, entry)}
          act={async (values) => {
            await client(changeChild(entry.id, values));
            done(say.changed);
          }}
        />
      )}
      {operations.has('card.issue') && entry.state !== 'left' && entry.state !== 'graduated' && (
        <FileButton call={() => makeCard(entry.id)}>{say.card}</FileButton>
      )}
    </div>
  );
}

function GuardianRow({ child, of: guardian, changed }: { readonly child: string; readonly of: Guardian; readonly changed: () => void }) {
  const { words } = useWords();
  const { client, operations } = useSession();
  const say = words.entry;
  const deed = guardian.state === 'blocked' ? 'unblock' : 'block';
  return (
    <li class="row row-wraps">
      <span class="row-words">
        <a class="row-label row-link" href={hrefOf({ page: 'person', account: guardian.account })}>
          <Native>{guardian.name}</Native>
        </a>
        <span class="row-state">
          <Native>{[guardian.relation, guardian.telephone].filter(Boolean).join('　')}</Native>
        </span>
      </span>
      <span class="row-acts">
        {guardian.state !== 'active' && <span class="row-mark row-mark-alert">{say.ties[guardian.state]}</span>}
        {guardian.state !== 'ended' && operations.has(`guardianship.${deed}`) && (
          <Act
            label={say.bars[deed].label}
            about={guardian.name ?? ''}
            title={say.bars[deed].title(guardian.name ?? '')}
            lead={say.bars[deed].hint}
            submit={say.bars[deed].label}
            fields={[]}
            act={async () => {
              await client(barGuardian(child, guardian.id, deed));
              changed();
            }}
          />
        )}
      </span>
    </li>
  );
}

function LinkGuardian({ child, changed }: { readonly child: string; readonly changed: () => void }) {
  const { words } = useWords();
  const { client } = useSession();
  const say = words.entry;
  const [people] = useRemote(readPeople({ role: 'guardian', state: '' }));
  if (people.state !== 'ready') return null;
  return (
    <div class="acts">
      <Act
        label={say.link}
        title={say.link}
        lead={say.linkHint}
        submit={say.linkSubmit}
        fields={[
          {
            name: 'account',
            label: words.roles.guardian,
            kind: 'select',
            required: true,
            options: [
              { value: '', label: words.roll.choose },
              ...people.value.items.map(({ id, name, login }) => ({ value: id, label: `${name}（${login}）` })),
            ],
          },
          { name: 'relation', label: say.relation, hint: say.relationHint, required: true, maxLength: 20 },
        ]}
        act={async (values, key) => {
          await client(linkGuardian(child, values, key));
          changed();
        }}
      />
    </div>
  );
}

function Guardians({ entry }: { readonly entry: Entry }) {
  const { words } = useWords();
  const { operations } = useSession();
  const say = words.entry;
  const [guardians, again] = useRemote(readGuardians(entry.id));
  return (
    <section class="part-section">
      <h2 class="section-title">{say.guardians}</h2>
      <RemoteView of={guardians} again={again}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="empty">{say.noGuardians}</p>
          ) : (
            <ul class="rows">
              {items.map((one) => (
                <GuardianRow key={one.id} child={entry.id} of={one} changed={again} />
              ))}
            </ul>
          )
        }
      </RemoteView>
      {operations.has('guardianship.link') && <LinkGuardian child={entry.id} changed={again} />}
    </section>
  );
}

function Moving({ entry, done, classes }: PartProps & { readonly classes: readonly Class[] }) {
  const { words } = useWords();
  const { client, operations } = useSession();
  const say = words.entry;
  const others = classes.filter(({ id }) => id !== entry.class);
  return (
    <section class="part-section">
      <h2 class="section-title">{say.moving}</h2>
      <div class="acts">
        {operations.has('child.move') && others.length > 0 && (
          <Act
            label={say.moveClass}
            title={say.moveClass}
            submit={say.move}
            fields={[
              {
                name: 'class',
                label: words.roll.class,
                kind: 'select',
                options: others.map(({ id, name }) => ({ value: id, label: name })),
              },
            ]}
            act={async (values) => {
              await client(moveChild(entry.id, values));
              done(say.moved);
            }}
          />
        )}
        {operations.has('child.move') && (
          <Act
            label={say.moveFacility}
            title={say.moveFacility}
            lead={say.moveFacilityHint}
            submit={say.move}
            fields={[{ name: 'facility_code', label: say.facilityCode, required: true, maxLength: 40 }]}
            act={async (values) => {
              await client(moveChild(entry.id, values));
              done(say.movedAway);
            }}
          />
        )}
        {operations.has('child.leave') && (
          <Act
            label={say.leave}
            title={say.leaveTitle(entry.name)}
            lead={say.leaveHint}
            submit={say.leave}
            fields={[
              { name: 'date', label: say.leaveDate, kind: 'date', required: true, value: today() },
              { name: 'reason', label: words.person.reason, hint: words.person.reasonHint, kind: 'area', required: true, maxLength: 200 },
            ]}
            act={async (values) => {
              await client(endChild(entry.id, values));
              done(say.left);
            }}
          />
        )}
      </div>
    </section>
  );
}

function MovingHere(props: PartProps & { readonly facility: string }) {
  const [classes] = useRemote(readClasses(props.facility));
  return classes.state === 'ready' ? <Moving {...props} classes={classes.value.items} /> : null;
}

export function EntryPage({ child }: { readonly child: string }) {
  const { words } = useWords();
  const { me } = useSession();
  const [entry, again] = useRemote(readEntry(child));
  const [told, setTold] = useState<string | null>(null);
  const done = (what: string) => {
    setTold(what);
    again();
  };
  return (
    <>
      <Back to={{ page: 'roll' }} label={words.roll.title} />
      {told && entry.state === 'failed' && <Notice tone="success" title={told} />}
      <RemoteView of={entry} again={again}>
        {(value) => (
          <>
            <Title text={value.name}>
              <Native>{value.name}</Native>
              {value.state && value.state !== 'enrolled' && <span class="badge">{words.roll.states[value.state]}</span>}
            </Title>
            {told && <Notice tone="success" title={told} />}
            <Facts entry={value} />
            <Data entry={value} done={done} />
            <Guardians entry={value} />
            {me.facility && value.state === 'enrolled' && <MovingHere entry={value} done={done} facility={me.facility.id} />}
          </>
        )}
      </RemoteView>
    </>
  );
}
