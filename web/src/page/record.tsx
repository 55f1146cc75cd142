/* One record: what it says, how it came about, and what may be done with it. */
import type { Described } from '../api/described';
import type { Edition, RecordDeed, RecordStory } from '../api/records';
import { doRecord, readRecord, readRegisters } from '../api/records';
import { writeDay } from '../base/day';
import { changedBetween } from '../base/described';
import { usePlaces } from '../base/places';
import { useRemote } from '../base/remote';
import { hrefOf } from '../base/route';
import { useSession } from '../base/session';
import { Attachments } from '../part/attachments';
import { Back } from '../part/back';
import { Course } from '../part/course';
import { Deeds } from '../part/deeds';
import type { DeedOf } from '../part/deeds';
import { Read } from '../part/described';
import { Issue } from '../part/issue';
import { Native } from '../part/name';
import { Notice } from '../part/notice';
import { RecordMark, Validity } from '../part/record';
import { RemoteView } from '../part/remote';
import { Title } from '../part/title';
import type { FieldOf } from '../part/form';
import { useGovernWords } from '../word/govern';
import '../style/govern.css';

interface OfProps {
  readonly of: RecordStory;
  readonly fields: readonly Described[];
}

function Facts({ of: record }: { readonly of: RecordStory }) {
  const { say, language } = useGovernWords();
  const places = usePlaces();
  const words = say.record;
  return (
    <dl class="facts panel record-facts">
      <div>
        <dt>{say.lists.state}</dt>
        <dd>
          <RecordMark state={record.state} />
        </dd>
      </div>
      <div>
        <dt>{words.validity}</dt>
        <dd>
          {record.valid_from && words.from(writeDay(record.valid_from, language))}
          <Validity of={record} />
        </dd>
      </div>
      <div>
        <dt>{words.edition}</dt>
        <dd>{words.editionOf(record.edition)}</dd>
      </div>
      {record.facility && (
        <div>
          <dt>{words.facility}</dt>
          <dd>
            <Native>{places.get(record.facility) ?? record.facility}</Native>
          </dd>
        </div>
      )}
      {record.origin && (
        <div>
          <dt>{words.origin}</dt>
          <dd>{words.originHint(say.lists.place(record.origin))}</dd>
        </div>
      )}
    </dl>
  );
}

const DEEDS: readonly (RecordDeed & ('approve' | 'confirm' | 'reject' | 'withdraw'))[] = ['approve', 'confirm', 'reject', 'withdraw'];
const REASONED: readonly RecordDeed[] = ['reject', 'withdraw'];

/* Approved is what was read: refused when another edition has been filed since. */
function contentOf(record: OfProps['of'], deed: RecordDeed, values: object): object {
  if (REASONED.includes(deed)) return values;
  const waiting = record.editions.find(({ state }) => state === 'waiting');
  return deed === 'approve' && waiting ? { edition: waiting.edition } : {};
}

function useDeeds({ of: record }: Pick<OfProps, 'of'>): readonly DeedOf[] {
  const { say } = useGovernWords();
  const { operations } = useSession();
  const words = say.record;
  const reason: FieldOf = { name: 'reason', label: say.deeds.reason, kind: 'area', required: true, maxLength: 1000 };
  const plain = DEEDS.filter((deed) => record.may[deed] && operations.has(`record.${deed}`)).map((deed): DeedOf => {
    const { label, title, done } = words.deeds[deed];
    return {
      name: deed,
      label,
      title,
      done,
      first: deed === 'approve' || deed === 'confirm',
      fields: REASONED.includes(deed) ? [reason] : [],
      call: (values, key) => doRecord(record.id, deed, contentOf(record, deed, values), key),
    };
  });
  const renewable = record.may.edit && record.state !== 'waiting' && record.valid_until !== null && operations.has('record.renew');
  if (!renewable) return plain;
  const { label, title, done, hint, until } = words.deeds.renew;
  return [
    ...plain,
    {
      name: 'renew',
      label,
      title,
      lead: hint,
      done,
      fields: [{ name: 'valid_until', label: until, kind: 'date', required: true }],
      call: (values, key) => doRecord(record.id, 'renew', values, key),
    },
  ];
}

function EditionPart({ of: edition, before, fields }: { readonly of: Edition; readonly before: Edition | undefined; readonly fields: readonly Described[] }) {
  const { say } = useGovernWords();
  const words = say.record;
  const changed = before ? changedBetween(fields, before.fields, edition.fields) : new Set<string>();
  const shown = before ? fields.filter(({ name }) => changed.has(name)) : fields;
  return (
    <details class="explain">
      <summary>{before ? words.changes(changed.size) : words.first}</summary>
      {shown.length === 0 ? <p class="soft">{words.same}</p> : <Read fields={shown} answers={edition.fields} />}
      {before && shown.length > 0 && (
        <>
          <p class="small-title">{words.beforeIt}</p>
          <Read fields={shown} answers={before.fields} />
        </>
      )}
    </details>
  );
}

function History({ of: record, fields }: OfProps) {
  const { say } = useGovernWords();
  const words = say.record;
  const editions = [...record.editions].sort((a, b) => b.edition - a.edition);
  if (editions.length === 0) return null;
  return (
    <section class="part-section" aria-labelledby="history">
      <h2 class="section-title" id="history">
        {words.history}
      </h2>
      <Course
        of={editions.map((edition) => ({
          key: String(edition.edition),
          at: edition.filed_at,
          who: edition.filed_by?.name ?? null,
          text: edition.reason,
          what: (
            <>
              {words.editionOf(edition.edition)} {edition.state ? <RecordMark state={edition.state} /> : <span class="soft">{words.replaced}</span>}
            </>
          ),
          more: (
            <EditionPart of={edition} before={editions.find((one) => one.edition === edition.edition - 1)} fields={fields} />
          ),
        }))}
      />
    </section>
  );
}

function Shown({ of: record, fields, again }: OfProps & { readonly again: () => void }) {
  const { say, told } = useGovernWords();
  const { operations } = useSession();
  const words = say.record;
  const deeds = useDeeds({ of: record });
  const current = record.editions.find(({ edition }) => edition === record.edition);
  const waiting = record.editions.find(({ edition, state }) => state === 'waiting' && edition !== record.edition);
  const before = waiting && (current ?? record);
  return (
    <>
      <Title text={record.title ?? say.lists.number(record.number)}>
        <span class="eyebrow">
          {told(record.register.title)} {say.lists.number(record.number)}
        </span>
        <Native>{record.title ?? say.lists.number(record.number)}</Native>
      </Title>
      <Facts of={record} />
      <Deeds of={deeds} about={record.title ?? String(record.number)} changed={again} />
      <div class="acts">
        {record.may.edit && operations.has('record.change') && (
          <a class="button button-outlined" href={hrefOf({ page: 'editRecord', record: record.id })}>
            <span>{words.edit}</span>
          </a>
        )}
        <Issue kind="record" object={record.id} />
      </div>
      {waiting && before && (
        <section class="part-section" aria-labelledby="waiting">
          <h2 class="section-title" id="waiting">
            {words.waitingEdition(waiting.edition)}
          </h2>
          <Notice tone="info" title={words.waitingHint} />
          <Read fields={fields} answers={waiting.fields} changed={changedBetween(fields, before.fields, waiting.fields)} />
        </section>
      )}
      <section class="part-section" aria-labelledby="content">
        <h2 class="section-title" id="content">
          {waiting ? words.currentEdition : words.content}
        </h2>
        <Read fields={fields} answers={record.fields} />
      </section>
      <Attachments kind="record" object={record.id} may={record.may.attach} />
      <History of={record} fields={fields} />
    </>
  );
}

export function RecordPage({ record: id }: { readonly record: string }) {
  const { say, told } = useGovernWords();
  const [record, again] = useRemote(readRecord(id));
  const [registers, reread] = useRemote(readRegisters());
  return (
    <RemoteView of={record} again={again}>
      {(value) => (
        <>
          <Back to={{ page: 'book', register: value.register.id }} label={told(value.register.title)} />
          <RemoteView of={registers} again={reread}>
            {({ items }) => {
              const register = items.find((one) => one.id === value.register.id);
              return register ? (
                <Shown of={value} fields={register.fields} again={again} />
              ) : (
                <p class="empty">{say.registers.gone}</p>
              );
            }}
          </RemoteView>
        </>
      )}
    </RemoteView>
  );
}
