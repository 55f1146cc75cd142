/* One account: who it is, how that person comes in, and what stops or ends it. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Deed, Door, DoorLink, Filed, Person } from '../api/people';
import { changeAccount, endMembership, makeLetter, makeLink, readPerson, readSessionsOf } from '../api/people';
import { endSession } from '../api/own';
import type { Day } from '../base/day';
import { writeDay, writeInstant } from '../base/day';
import { managed } from '../base/person';
import { useRemote } from '../base/remote';
import { useSending } from '../base/sending';
import { useSession } from '../base/session';
import { Act } from '../part/act';
import { Back } from '../part/back';
import { Button } from '../part/button';
import { FileButton } from '../part/file-button';
import type { FieldOf } from '../part/form';
import { Native } from '../part/name';
import { Notice } from '../part/notice';
import { SendProblem } from '../part/problem';
import { RemoteView } from '../part/remote';
import { Title } from '../part/title';
import { useWords } from '../word/word';

interface PartProps {
  readonly person: Person;
  readonly changed: (filed: Filed) => void;
}

const DOORS: Record<Door, { readonly link: string; readonly letter: string }> = {
  invitation: { link: 'invitation.issue', letter: 'invitation.letter' },
  recovery: { link: 'invitation.recover', letter: 'recovery.letter' },
};

/* The first way in, or a new one: a letter for the hand, or a link to be passed on. */
function WayIn({ person }: { readonly person: Person }) {
  const { words, language } = useWords();
  const { client, operations } = useSession();
  const say = words.person;
  const [made, setMade] = useState<DoorLink | null>(null);
  const { busy, problem, send } = useSending();
  const door: Door = person.state === 'invited' ? 'invitation' : 'recovery';
  const needs = DOORS[door];
  if (!operations.has(needs.link) && !operations.has(needs.letter)) return null;
  return (
    <section class="part-section">
      <h2 class="section-title">{say.doors[door].title}</h2>
      <p class="soft">{say.doors[door].lead}</p>
      {person.invited_until && <p>{say.invitedUntil(writeInstant(person.invited_until, language))}</p>}
      {problem && <SendProblem problem={problem} />}
      {made && (
        <Notice tone="success" title={say.linkMade}>
          <p class="link-made">
            <code>{made.link}</code>
          </p>
          {made.expires_at && <p>{say.linkUntil(writeInstant(made.expires_at, language))}</p>}
        </Notice>
      )}
      <div class="acts">
        {operations.has(needs.letter) && (
          <FileButton call={() => makeLetter(person.id, door)}>{say.letter}</FileButton>
        )}
        {operations.has(needs.link) && (
          <Button busy={busy} onClick={() => void send(async () => setMade(await client(makeLink(person.id, door))))}>
            {say.link}
          </Button>
        )}
      </div>
    </section>
  );
}

const DEEDS: readonly { readonly deed: Deed; readonly fits: (person: Person) => boolean }[] = [
  { deed: 'unlock', fits: ({ locked }) => locked },
  { deed: 'reactivate', fits: ({ state }) => state === 'suspended' },
  { deed: 'suspend', fits: ({ state }) => state === 'active' },
  { deed: 'reset-factor', fits: ({ state, second_factor }) => state === 'active' && second_factor },
  { deed: 'leave', fits: ({ state }) => state !== 'left' },
];

const reason = (label: string, hint: string): FieldOf => ({
  name: 'reason',
  label,
  hint,
  kind: 'area',
  required: true,
  maxLength: 200,
});

function Deeds({ person, changed }: PartProps) {
  const { words } = useWords();
  const { client, operations } = useSession();
  const say = words.person;
  const fitting = DEEDS.filter(({ deed, fits }) => operations.has(`account.${deed}`) && fits(person));
  if (fitting.length === 0) return null;
  return (
    <section class="part-section">
      <h2 class="section-title">{say.deedsTitle}</h2>
      <ul class="deeds">
        {fitting.map(({ deed }) => (
          <li key={deed}>
            <p>{say.deeds[deed].hint}</p>
            <Act
              label={say.deeds[deed].label}
              title={say.ask(person.name, say.deeds[deed].label)}
              lead={say.deeds[deed].hint}
              submit={say.deeds[deed].label}
              fields={[reason(say.reason, say.reasonHint)]}
              act={async ({ reason: why = '' }) => changed(await client(changeAccount(person.id, deed, why)))}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

const isEnded = (state: string | null): boolean => state === 'ended';

function Memberships({ person, changed, mine }: PartProps & { readonly mine: boolean }) {
  const { words, language } = useWords();
  const { client, me, operations } = useSession();
  const say = words.person;
  const all = person.memberships ?? [];
  if (all.length === 0) return null;
  const written = (day: Day | null) => (day ? writeDay(day, language) : '');
  return (
    <section class="part-section">
      <h2 class="section-title">{say.memberships}</h2>
      <ul class="rows">
        {all.map(({ id, role, facility, state, since, until }) => (
          <li class="row row-wraps" key={id}>
            <span class="row-words">
              <span class="row-label">
                {words.roles[role]}
                {facility && facility === me.facility?.id && (
                  <>
                    {'　'}
                    <Native>{me.facility.name}</Native>
                  </>
                )}
              </span>
              <span class="row-state">{say.span(written(since), written(until))}</span>
            </span>
            {isEnded(state) ? (
              <span class="row-mark">{say.ended}</span>
            ) : (
              !mine &&
              operations.has('membership.end') &&
              managed(me.role).includes(role) && (
                <Act
                  label={say.endMembership}
                  about={words.roles[role]}
                  title={say.endMembership}
                  lead={say.endMembershipHint}
                  submit={say.endMembership}
                  fields={[reason(say.reason, say.reasonHint)]}
                  act={async ({ reason: why = '' }) => changed(await client(endMembership(person.id, id, why)))}
                />
              )
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Sessions({ person }: { readonly person: Person }) {
  const { words, language } = useWords();
  const { client, operations } = useSession();
  const say = words.person;
  const [sessions, again] = useRemote(readSessionsOf(person.id));
  const { busy, problem, send } = useSending();
  return (
    <section class="part-section">
      <h2 class="section-title">{say.sessions}</h2>
      {problem && <SendProblem problem={problem} />}
      <RemoteView of={sessions} again={again}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="empty">{say.noSessions}</p>
          ) : (
            <ul class="rows">
              {items.map((one) => (
                <li class="row row-wraps" key={one.id}>
                  <span class="row-words">
                    <span class="row-label">{words.sessions.started(writeInstant(one.started, language))}</span>
                    {one.device && (
                      <span class="row-state">
                        <Native>{one.device.name}</Native>
                      </span>
                    )}
                    {one.seen && (
                      <span class="row-state">{words.sessions.seen(writeInstant(one.seen, language))}</span>
                    )}
                  </span>
                  {operations.has('session.end-one') && (
                    <Button
                      busy={busy}
                      onClick={() => void send(async () => (await client(endSession(one.id)), again()))}
                    >
                      {words.sessions.end}
                      <span class="unseen">（{writeInstant(one.started, language)}）</span>
                    </Button>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </RemoteView>
    </section>
  );
}

function Fact({ label, children }: { readonly label: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Facts({ person }: { readonly person: Person }) {
  const { words } = useWords();
  const say = words.people;
  return (
    <dl class="facts panel">
      <Fact label={say.fields.login}>
        <code>{person.login}</code>
      </Fact>
      {person.role && <Fact label={say.fields.role}>{words.roles[person.role]}</Fact>}
      <Fact label={say.fields.state}>
        {say.states[person.state]}
        {person.locked && <span class="badge">{say.locked}</span>}
      </Fact>
      <Fact label={words.person.factor}>{person.second_factor ? words.person.factorOn : words.person.factorOff}</Fact>
      {person.telephone && <Fact label={say.fields.telephone}>{person.telephone}</Fact>}
      {person.mail && <Fact label={say.fields.mail}>{person.mail}</Fact>}
    </dl>
  );
}

/* Also shown when it concerns oneself: one looks, but does nothing here. */
function Known({ person, changed }: PartProps) {
  const { me, operations } = useSession();
  const mine = person.id === me.account;
  const cared = !mine && person.role !== null && managed(me.role).includes(person.role);
  return (
    <>
      <Facts person={person} />
      {cared && person.state !== 'left' && person.state !== 'suspended' && <WayIn person={person} />}
      <Memberships person={person} changed={changed} mine={mine} />
      {cared && operations.has('session.list') && <Sessions person={person} />}
      {cared && <Deeds person={person} changed={changed} />}
    </>
  );
}

export function PersonPage({ account }: { readonly account: string }) {
  const { words } = useWords();
  const say = words.person;
  const [person, again] = useRemote(readPerson(account));
  const [outcome, setOutcome] = useState<'done' | 'waiting' | null>(null);
  const changed = ({ change }: Filed) => {
    setOutcome(change ? 'waiting' : 'done');
    again();
  };
  return (
    <>
      <Back to={{ page: 'people' }} label={words.people.title} />
      <RemoteView of={person} again={again}>
        {(value) => (
          <>
            <Title text={value.name}>
              <Native>{value.name}</Native>
            </Title>
            {outcome === 'done' && <Notice tone="success" title={say.done} />}
            {outcome === 'waiting' && (
              <Notice tone="success" title={words.people.waiting}>
                <p>{words.people.waitingHint}</p>
              </Notice>
            )}
            <Known person={value} changed={changed} />
          </>
        )}
      </RemoteView>
    </>
  );
}
