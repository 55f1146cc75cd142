/* All facilities of the city, for those who oversee it. */
import { useState } from 'preact/hooks';
import { readFacilities } from '../api/calls';
import type { Facility } from '../api/model';
import { usePages } from '../base/pages';
import { Field } from '../part/field';
import { Native } from '../part/name';
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

function FacilityCard({ facility }: { readonly facility: Facility }) {
  const { words } = useWords();
  const say = words.facilities;
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
    </li>
  );
}

const searched = (text: string): string => text.normalize('NFKC').toLowerCase();

export function FacilitiesPage() {
  const { words } = useWords();
  const say = words.facilities;
  const [pages, more] = usePages(readFacilities);
  const [wanted, setWanted] = useState('');
  const matches = ({ name, address }: Facility) =>
    searched(`${name} ${address ?? ''}`).includes(searched(wanted.trim()));
  return (
    <>
      <Title text={say.title} />
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
                  <FacilityCard key={facility.id} facility={facility} />
                ))}
              </ul>
            </>
          );
        }}
      </PagesView>
    </>
  );
}
