/* Every register that one may see, with how many of its records are in force, wait, or run out. */
import type { Register } from '../api/records';
import { readRegisters } from '../api/records';
import { useRemote } from '../base/remote';
import { useReturn } from '../base/return';
import { hrefOf } from '../base/route';
import { useTyped } from '../base/typed';
import { Field } from '../part/field';
import { RemoteView } from '../part/remote';
import { Table } from '../part/table';
import { Title } from '../part/title';
import { useGovernWords } from '../word/govern';
import '../style/govern.css';

const fits = ({ title }: Register, typed: string): boolean => {
  const wanted = typed.normalize('NFKC').trim().toLowerCase();
  return wanted === '' || [title.ja, title.en].some((one) => one.normalize('NFKC').toLowerCase().includes(wanted));
};

/* Where something waits or runs out comes first. */
const wanting = ({ counts }: Register): boolean => counts.waiting + counts.expiring + counts.expired > 0;

function Count({ of: count, look }: { readonly of: number; readonly look?: string }) {
  return <span class={count > 0 ? look : 'nil'}>{count}</span>;
}

function Kept({ of: registers }: { readonly of: readonly Register[] }) {
  const { say, told } = useGovernWords();
  const words = say.registers;
  const { columns } = words;
  return (
    <Table
      caption={words.title}
      items={registers}
      keyOf={({ code }) => code}
      columns={[
        {
          label: columns.title,
          look: 'wide',
          cell: (one) => (
            <a href={hrefOf({ page: 'book', register: one.id })} data-register={one.code}>
              {told(one.title)}
            </a>
          ),
        },
        { label: columns.in_force, look: 'figure', cell: ({ counts }) => <Count of={counts.in_force} /> },
        { label: columns.waiting, look: 'figure', cell: ({ counts }) => <Count of={counts.waiting} look="some-soon" /> },
        { label: columns.expiring, look: 'figure', cell: ({ counts }) => <Count of={counts.expiring} look="some-soon" /> },
        { label: columns.expired, look: 'figure', cell: ({ counts }) => <Count of={counts.expired} look="some-late" /> },
      ]}
    />
  );
}

export function RegistersPage() {
  const { say, told, language } = useGovernWords();
  const words = say.registers;
  const [registers, again] = useRemote(readRegisters());
  const [typed, type] = useTyped();
  useReturn(again);
  return (
    <>
      <Title text={words.title} />
      <p class="lead">{words.lead}</p>
      <RemoteView of={registers} again={again}>
        {({ items }) => {
          const records = items
            .filter((one) => one.kept === 'record' && fits(one, typed))
            .sort((a, b) => Number(wanting(b)) - Number(wanting(a)) || told(a.title).localeCompare(told(b.title), language));
          const kept = items.filter((one) => one.kept === 'entity' && fits(one, typed));
          return (
            <>
              <div class="search">
                <Field label={words.search} type="search" name="words" value={typed} onText={type} />
                <p role="status" class="soft">
                  {words.count(records.length + kept.length)}
                </p>
              </div>
              {records.length > 0 ? <Kept of={records} /> : <p class="empty">{words.none}</p>}
              {kept.length > 0 && (
                <details class="explain after-table">
                  <summary>{words.entities(kept.length)}</summary>
                  <p class="soft">{words.entitiesHint}</p>
                  <ul class="plain-list">
                    {kept.map((one) => (
                      <li key={one.code}>{told(one.title)}</li>
                    ))}
                  </ul>
                </details>
              )}
            </>
          );
        }}
      </RemoteView>
    </>
  );
}
