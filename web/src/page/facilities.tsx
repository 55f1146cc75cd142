/* All facilities of the city, for those who oversee it. */
import { useState } from 'preact/hooks';
import { closeFacility, openFacility } from '../api/office';
import { readFacilities } from '../api/calls';
import type { Facility } from '../api/model';
import { usePages } from '../base/pages';
import { useSession } from '../base/session';
import { Act } from '../part/act';
import { Field } from '../part/field';
import { given } from '../part/form';
import type { FieldOf } from '../part/form';
import { Native } from '../part/name';
import { Notice } from '../part/notice';
import { PagesView } from '../part/pages';
import { Title } from '../part/title';
import { useWords } from '../word/word';
import type { Words } from '../word/ja';

type Fact = readonly [label: string, value: string | null, native: boolean];

function facts(facility: Facility, say: Words['facilities']): readonly Fact[] {
  const { opens, closes, capacity } = facility;
  return [
    [say.fields.kind, facility.kind, true],
    [say.fields.address, facility.address, true],
    [say.fields.telephone, facility.telephone, false],
    [say.fields.hours, opens && closes ? say.hours(opens, closes) : (opens ?? closes), false],
    [say.fields.capacity, capacity === null ? null : say.capacity(capacity), false],
    [say.fields.ages, facility.accepted_ages, true],
  ];
}

interface CardProps {
  readonly facility: Facility;
  readonly filed: () => void;
}

function FacilityCard({ facility, filed }: CardProps) {
  const { words } = useWords();
  const { client, operations } = useSession();
  const say = words.facilities;
  const deed = facility.state === 'closed' ? 'reopen' : 'close';
  return (
    <li class="panel facility">
      <h2 class="facility-name">
        <Native>{facility.name}</Native>
        {facility.state === 'closed' && <span class="badge">{say.closed}</span>}
      </h2>
      <dl class="facts">
        {facts(facility, say)
          .filter(([, value]) => value)
          .map(([label, value, native]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{native ? <Native>{value}</Native> : value}</dd>
            </div>
          ))}
      </dl>
      {operations.has(`facility.${deed}`) && (
        <div class="acts">
          <Act
            label={say.deeds[deed].label}
            about={facility.name}
            title={say.deeds[deed].title(facility.name)}
            lead={say.deeds[deed].hint}
            submit={say.file}
            fields={[]}
            act={async () => {
              await client(closeFacility(facility.id, deed));
              filed();
            }}
          />
        </div>
      )}
    </li>
  );
}

const searched = (text: string): string => text.normalize('NFKC').toLowerCase();

function newFields(say: Words['facilities']): readonly FieldOf[] {
  const field = (name: keyof Words['facilities']['open'], maxLength: number, more: Partial<FieldOf> = {}): FieldOf => ({
    name,
    label: say.open[name],
    maxLength,
    required: true,
    ...more,
  });
  return [
    field('name', 100),
    field('code', 40),
    field('kind', 40),
    field('municipality', 100),
    field('municipality_code', 6, { kind: 'number' }),
    field('address', 200),
    field('telephone', 20, { kind: 'telephone', required: false }),
    field('capacity', 5, { kind: 'number', required: false }),
    field('opens', 5, { kind: 'time', required: false }),
    field('closes', 5, { kind: 'time', required: false }),
  ];
}

interface ListProps {
  readonly filed: () => void;
}

function FacilityList({ filed }: ListProps) {
  const { words } = useWords();
  const say = words.facilities;
  const [pages, more] = usePages(readFacilities);
  const [wanted, setWanted] = useState('');
  const matches = ({ name, address }: Facility) =>
    searched(`${name} ${address ?? ''}`).includes(searched(wanted.trim()));
  return (
    <>
      <PagesView of={pages} more={more} moreLabel={say.more} empty={say.empty}>
        {(items) => {
          const shown = items.filter(matches);
          return (
            <>
              <div class="search">
                <Field label={say.search} type="search" name="search" value={wanted} onText={setWanted} />
                <p class="soft" role="status">
                  {say.count(shown.length)}
                </p>
              </div>
              {shown.length === 0 && <p class="empty">{say.noMatch}</p>}
              <ul class="facilities">
                {shown.map((facility) => (
                  <FacilityCard key={facility.id} facility={facility} filed={filed} />
                ))}
              </ul>
            </>
          );
        }}
      </PagesView>
    </>
  );
}

export function FacilitiesPage() {
  const { words } = useWords();
  const { client, operations } = useSession();
  const say = words.facilities;
  const [turn, setTurn] = useState(0);
  const [told, setTold] = useState<'opened' | 'filed' | null>(null);
  return (
    <>
      <Title text={say.title} />
      {operations.has('facility.open') && (
        <div class="acts">
          <Act
            label={say.openLabel}
            title={say.openLabel}
            submit={say.openSubmit}
            fields={newFields(say)}
            act={async ({ capacity = '', ...values }, key) => {
              const places = /^\d{1,5}$/.test(capacity) ? { capacity: Number(capacity) } : {};
              await client(openFacility({ ...given(values), ...places }, key));
              setTold('opened');
              setTurn(turn + 1);
            }}
          />
        </div>
      )}
      {told === 'opened' && <Notice tone="success" title={say.opened} />}
      {told === 'filed' && (
        <Notice tone="success" title={words.people.waiting}>
          <p>{words.people.waitingHint}</p>
        </Notice>
      )}
      <FacilityList key={turn} filed={() => setTold('filed')} />
    </>
  );
}
