/* The people one looks after: their accounts, who asks for a new password, and whoever is to join. */
import { useCallback, useState } from 'preact/hooks';
import { addMembership, dismissRecovery, issueAccount, readPeople, readRecoveries, STATES } from '../api/people';
import type { PeopleFilter, Person } from '../api/people';
import { readFacilities } from '../api/calls';
import type { Facility, Role } from '../api/model';
import { writeInstant } from '../base/day';
import { usePages } from '../base/pages';
import { useRemote } from '../base/remote';
import { goTo, hrefOf } from '../base/route';
import { useSending } from '../base/sending';
import { useSession } from '../base/session';
import { Act } from '../part/act';
import { Button } from '../part/button';
import { Field, Select } from '../part/field';
import type { FieldOf, Values } from '../part/form';
import { given } from '../part/form';
import { Icon } from '../part/icon';
import { Native } from '../part/name';
import { Notice } from '../part/notice';
import { PagesView } from '../part/pages';
import { SendProblem } from '../part/problem';
import { Title } from '../part/title';
import { managed, PRIVILEGED } from '../base/person';
import { useWords } from '../word/word';

function PersonRow({ person }: { readonly person: Person }) {
  const { words } = useWords();
  const say = words.people;
  return (
    <li>
      <a class="row" href={hrefOf({ page: 'person', account: person.id })}>
        <span class="row-words">
          <span class="row-label">
            <Native>{person.name}</Native>
          </span>
          <span class="row-state">
            {person.role && words.roles[person.role]}　<code>{person.login}</code>
          </span>
        </span>
        <span class="row-marks">
          {person.locked && <span class="row-mark row-mark-alert">{say.locked}</span>}
          {person.state !== 'active' && <span class="row-mark">{say.states[person.state]}</span>}
          <Icon name="right" />
        </span>
      </a>
    </li>
  );
}

const searched = (text: string): string => text.normalize('NFKC').toLowerCase().replace(/\s/g, '');

interface ListProps {
  readonly filter: PeopleFilter;
  readonly wanted: string;
}

function PeopleList({ filter, wanted }: ListProps) {
  const { words } = useWords();
  const say = words.people;
  const [pages, more] = usePages(
    useCallback((cursor: string | null) => readPeople(filter, cursor), [filter.role, filter.state]),
  );
  return (
    <PagesView of={pages} more={more} moreLabel={say.more} empty={say.empty}>
      {(items) => {
        const shown = items.filter(({ name, login }) => searched(`${name} ${login}`).includes(searched(wanted)));
        return (
          <>
            <p class="soft" role="status">
              {say.count(shown.length)}
              {pages.next && say.more_there}
            </p>
            {shown.length === 0 ? (
              <p class="empty">{say.noMatch}</p>
            ) : (
              <ul class="rows">
                {shown.map((person) => (
                  <PersonRow key={person.id} person={person} />
                ))}
              </ul>
            )}
          </>
        );
      }}
    </PagesView>
  );
}

function Recoveries() {
  const { words, language } = useWords();
  const { client, operations } = useSession();
  const say = words.people;
  const [wishes, again] = useRemote(readRecoveries());
  const { busy, problem, send } = useSending();
  if (wishes.state !== 'ready' || wishes.value.items.length === 0) return null;
  return (
    <section class="part-section">
      <h2 class="section-title">{say.recoveries}</h2>
      <p class="soft">{say.recoveriesHint}</p>
      {problem && <SendProblem problem={problem} />}
      <ul class="rows">
        {wishes.value.items.map((wish) => (
          <li class="row row-wraps" key={wish.id}>
            <span class="row-words">
              <span class="row-label">
                <Native>{wish.name ?? wish.login}</Native>
              </span>
              <span class="row-state">
                {wish.role && words.roles[wish.role]}
                {wish.asked_at && `　${writeInstant(wish.asked_at, language)}`}
              </span>
            </span>
            <span class="row-acts">
              <a class="button button-outlined" href={hrefOf({ page: 'person', account: wish.account })}>
                {say.help}
                <span class="unseen">（{wish.name}）</span>
              </a>
              {operations.has('recovery.dismiss') && (
                <Button
                  look="quiet"
                  busy={busy}
                  onClick={() => void send(async () => (await client(dismissRecovery(wish.id)), again()))}
                >
                  {say.dismiss}
                  <span class="unseen">（{wish.name}）</span>
                </Button>
              )}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface JoinProps {
  readonly roles: readonly Role[];
  readonly facilities: readonly Facility[];
}

/* The city names the facility of a principal; a principal has one of their own. */
const placeField = (label: string, none: string, facilities: readonly Facility[]): readonly FieldOf[] =>
  facilities.length === 0
    ? []
    : [
        {
          name: 'facility',
          label,
          kind: 'select',
          options: [{ value: '', label: none }, ...facilities.map(({ id, name }) => ({ value: id, label: name }))],
        },
      ];

function Joining({ roles, facilities }: JoinProps) {
  const { words } = useWords();
  const { client, operations, me } = useSession();
  const say = words.people;
  const [waiting, setWaiting] = useState(false);
  const role: FieldOf = {
    name: 'role',
    label: say.fields.role,
    kind: roles.length > 2 ? 'select' : 'choice',
    options: roles.map((value) => ({ value, label: words.roles[value] })),
  };
  const own = (values: Values): Values => (me.facility ? { ...values, facility: me.facility.id } : values);

  const issue = async (values: Values, key: string) => {
    const made = await client(issueAccount(given(own(values)), key));
    setWaiting(made.change !== null);
    if (made.id && !made.change) goTo({ page: 'person', account: made.id });
  };
  const join = async (values: Values, key: string) => {
    const made = await client(addMembership(given(own(values)), key));
    setWaiting(made.change !== null);
  };

  return (
    <>
      <div class="acts">
        {operations.has('account.issue') && (
          <Act
            look="filled"
            label={say.issue}
            title={say.issueTitle}
            lead={roles.some((one) => PRIVILEGED.has(one)) ? say.issueApproval : say.issueLead}
            submit={say.issueSubmit}
            fields={[
              role,
              { name: 'name', label: say.fields.name, required: true, maxLength: 100 },
              { name: 'login', label: say.fields.login, required: true, hint: say.loginHint, maxLength: 64 },
              ...placeField(say.fields.facility, say.noFacility, facilities),
              { name: 'telephone', label: say.fields.telephone, kind: 'telephone', maxLength: 20 },
              { name: 'mail', label: say.fields.mail, maxLength: 254 },
            ]}
            act={issue}
          />
        )}
        {operations.has('membership.add') && (
          <Act
            label={say.join}
            title={say.join}
            lead={say.joinLead}
            submit={say.joinSubmit}
            fields={[
              { name: 'code', label: say.fields.code, required: true, maxLength: 40 },
              role,
              ...placeField(say.fields.facility, say.noFacility, facilities),
            ]}
            act={join}
          />
        )}
      </div>
      {waiting && (
        <Notice tone="success" title={say.waiting}>
          <p>{say.waitingHint}</p>
        </Notice>
      )}
    </>
  );
}

function CityJoining({ roles }: { readonly roles: readonly Role[] }) {
  const [facilities] = useRemote(readFacilities());
  if (facilities.state === 'loading') return null;
  return <Joining roles={roles} facilities={facilities.state === 'ready' ? facilities.value.items : []} />;
}

const PROVIDER: readonly Role[] = ['operator', 'operator-admin'];
const CITY: readonly Role[] = ['principal', 'officer', 'officer-admin', 'auditor', 'staff', 'guardian'];

export function PeoplePage() {
  const { words } = useWords();
  const { me, operations } = useSession();
  const say = words.people;
  const [wanted, setWanted] = useState('');
  const [filter, setFilter] = useState<PeopleFilter>({ role: '', state: '' });
  const roles = managed(me.role);
  const seen: readonly Role[] = me.facility ? [...roles, 'principal'] : operations.has('facility.list') ? CITY : PROVIDER;
  return (
    <>
      <Title text={say.title} />
      {roles.length > 0 && (operations.has('facility.list') && !me.facility ? (
        <CityJoining roles={roles} />
      ) : (
        <Joining roles={roles} facilities={[]} />
      ))}
      {operations.has('recovery.list') && <Recoveries />}
      <section class="part-section">
        <h2 class="section-title">{say.all}</h2>
        <div class="filters">
          <Field label={say.search} type="search" name="search" value={wanted} onText={setWanted} />
          <Select
            label={say.fields.role}
            name="role"
            value={filter.role}
            options={[{ value: '', label: say.every }, ...seen.map((value) => ({ value, label: words.roles[value] }))]}
            onValue={(role) => setFilter({ ...filter, role })}
          />
          <Select
            label={say.fields.state}
            name="state"
            value={filter.state}
            options={[{ value: '', label: say.every }, ...STATES.map((value) => ({ value, label: say.states[value] }))]}
            onValue={(state) => setFilter({ ...filter, state })}
          />
        </div>
        <PeopleList key={`${filter.role} ${filter.state}`} filter={filter} wanted={wanted} />
      </section>
    </>
  );
}
