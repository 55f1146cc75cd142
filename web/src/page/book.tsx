/* One register: its records, picked by state, and the ways to add to it. */
import { useCallback, useState } from 'preact/hooks';
import type { RecordRow, Register } from '../api/records';
import { exportRegister, readRecords, readRegisters, RECORD_STATES } from '../api/records';
import { writeInstant } from '../base/day';
import { usePages } from '../base/pages';
import { useRemote } from '../base/remote';
import { hrefOf, turnTo } from '../base/route';
import type { RouteOf } from '../base/route';
import { useSession } from '../base/session';
import { Back } from '../part/back';
import { Select } from '../part/field';
import { FileButton } from '../part/file-button';
import { Issue } from '../part/issue';
import { Native } from '../part/name';
import { PagesView } from '../part/pages';
import { RecordMark, Validity } from '../part/record';
import { RecordImport } from '../part/record-import';
import { RemoteView } from '../part/remote';
import { Table } from '../part/table';
import { Title } from '../part/title';
import { useGovernWords } from '../word/govern';
import '../style/govern.css';

type Here = RouteOf<'book'>;

function Records({ of: register, here }: { readonly of: Register; readonly here: Here }) {
  const { say, told, language } = useGovernWords();
  const words = say.records;
  const { columns } = words;
  const state = RECORD_STATES.find((one) => one === here.state) ?? null;
  const [pages, more] = usePages<RecordRow>(useCallback((cursor) => readRecords(register.id, state, cursor), [register.id, state]));
  return (
    <PagesView of={pages} more={more} moreLabel={say.lists.more} empty={state ? words.noneOf : words.none}>
      {(items) => (
        <Table
          caption={told(register.title)}
          items={items}
          keyOf={({ id }) => id}
          lookOf={(one) => (one.state === 'expired' ? 'late-row' : undefined)}
          columns={[
            { label: columns.number, look: 'nowrap', cell: (one) => one.number },
            {
              label: columns.title,
              look: 'wide',
              cell: (one) => (
                <a href={hrefOf({ page: 'record', record: one.id })}>
                  <Native>{one.title ?? say.lists.number(one.number)}</Native>
                </a>
              ),
            },
            { label: columns.state, look: 'nowrap', cell: (one) => <RecordMark state={one.state} /> },
            { label: columns.until, cell: (one) => <Validity of={one} /> },
            {
              label: columns.filed,
              cell: (one) => (
                <>
                  {one.origin && <span class="row-mark">{say.lists.elsewhere(say.lists.place(one.origin))}</span>}
                  {one.filed_by?.name && <Native>{one.filed_by.name}</Native>}
                  {one.filed_at && <span class="soft">{writeInstant(one.filed_at, language)}</span>}
                </>
              ),
            },
          ]}
        />
      )}
    </PagesView>
  );
}

function Shown({ of: register, here }: { readonly of: Register; readonly here: Here }) {
  const { say, told } = useGovernWords();
  const { operations } = useSession();
  const words = say.records;
  const [taken, take] = useState(0); /* a file that was taken over: the list is read again */
  const state = RECORD_STATES.find((one) => one === here.state) ?? 'all';
  return (
    <>
      <Title text={told(register.title)} />
      <div class="acts">
        {register.may.file && operations.has('record.file') && (
          <a class="button button-filled" href={hrefOf({ page: 'newRecord', register: register.id })}>
            <span>{words.add}</span>
          </a>
        )}
        <Issue kind="register" object={register.id} />
        {operations.has('record.export') && (
          <>
            <FileButton call={() => exportRegister(register.id, 'utf-8')}>{words.exportUtf8}</FileButton>
            <FileButton call={() => exportRegister(register.id, 'cp932')}>{words.exportCp932}</FileButton>
          </>
        )}
      </div>
      {register.may.file && operations.has('record.import') && <RecordImport of={register} again={() => take((count) => count + 1)} />}
      <div class="filters filters-after">
        <Select
          label={say.lists.state}
          name="state"
          value={state}
          options={[
            { value: 'all', label: say.lists.all },
            ...RECORD_STATES.map((value) => ({ value, label: words.states[value] })),
          ]}
          onValue={(value) => turnTo({ ...here, state: value === 'all' ? null : value })}
        />
      </div>
      <Records key={`${state} ${taken}`} of={register} here={here} />
    </>
  );
}

export function BookPage({ here }: { readonly here: Here }) {
  const { say } = useGovernWords();
  const [registers, again] = useRemote(readRegisters());
  return (
    <>
      <Back to={{ page: 'registers' }} label={say.registers.back} />
      <RemoteView of={registers} again={again}>
        {({ items }) => {
          const register = items.find(({ id, code }) => id === here.register || code === here.register);
          return register ? <Shown of={register} here={here} /> : <p class="empty">{say.registers.gone}</p>;
        }}
      </RemoteView>
    </>
  );
}
