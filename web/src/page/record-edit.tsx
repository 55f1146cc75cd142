/* A new record, or a new edition of one, in the fields of its register. */
import { readFacilities } from '../api/calls';
import type { RecordBody, RecordStory, Register } from '../api/records';
import { changeRecord, fileRecord, readRecord, readRegisters } from '../api/records';
import { answersOf } from '../base/described';
import { deskMoved } from '../base/desk-count';
import { useRemote } from '../base/remote';
import { goTo } from '../base/route';
import { useSession } from '../base/session';
import { Back } from '../part/back';
import { drawn } from '../part/described';
import { Form } from '../part/form';
import type { FieldOf, Values } from '../part/form';
import { RemoteView } from '../part/remote';
import { Title } from '../part/title';
import { useGovernWords } from '../word/govern';
import '../style/govern.css';

interface FormProps {
  readonly register: Register;
  readonly record: RecordStory | null;
  readonly places: readonly { readonly id: string; readonly name: string }[];
}

function RecordForm({ register, record, places }: FormProps) {
  const { say, language } = useGovernWords();
  const { client } = useSession();
  const words = say.record;
  const own: readonly FieldOf[] = [
    { name: 'valid_from', label: words.validFrom, kind: 'date', value: record?.valid_from ?? null },
    { name: 'valid_until', label: words.validUntil, hint: words.validUntilHint, kind: 'date', value: record?.valid_until ?? null },
  ];
  const place: FieldOf = {
    name: 'facility',
    label: words.facility,
    kind: 'select',
    options: [{ value: '', label: say.lists.whole }, ...places.map(({ id, name }) => ({ value: id, label: name }))],
  };
  const bodyOf = (values: Values): RecordBody => ({
    fields: answersOf(register.fields, values),
    ...(values['valid_from'] ? { valid_from: values['valid_from'] } : {}),
    ...(values['valid_until'] ? { valid_until: values['valid_until'] } : {}),
    ...(values['facility'] ? { facility: values['facility'] } : {}),
  });
  return (
    <Form
      fields={[...drawn(register.fields, record?.fields ?? {}, language, say), ...own, ...(places.length > 0 && !record ? [place] : [])]}
      submit={record ? words.submitEdit : words.submitNew}
      act={async (values, key) => {
        const id = record
          ? (await client(changeRecord(record.id, bodyOf(values))), record.id)
          : (await client(fileRecord(register.id, bodyOf(values), key))).id;
        deskMoved();
        goTo({ page: 'record', record: id });
      }}
    >
      <p class="soft">{register.may.approve || !record ? words.newHint : words.editHint}</p>
    </Form>
  );
}

/* Those above all facilities may say of which one the record is. */
function WithPlaces({ register, record }: Omit<FormProps, 'places'>) {
  const { me, operations } = useSession();
  const asked = !me.facility && !record && operations.has('facility.list');
  return asked ? <Asking register={register} record={record} /> : <RecordForm register={register} record={record} places={[]} />;
}

function Asking({ register, record }: Omit<FormProps, 'places'>) {
  const [facilities, again] = useRemote(readFacilities());
  return (
    <RemoteView of={facilities} again={again}>
      {({ items }) => <RecordForm register={register} record={record} places={items} />}
    </RemoteView>
  );
}

export function NewRecordPage({ register: wanted }: { readonly register: string | null }) {
  const { say, told } = useGovernWords();
  const [registers, again] = useRemote(readRegisters());
  return (
    <RemoteView of={registers} again={again}>
      {({ items }) => {
        const register = items.find(({ id, code }) => id === wanted || code === wanted);
        if (!register) return <p class="empty">{say.registers.gone}</p>;
        return (
          <>
            <Back to={{ page: 'book', register: register.id }} label={told(register.title)} />
            <Title text={say.record.newTitle(told(register.title))} />
            <div class="form-after">
              <WithPlaces register={register} record={null} />
            </div>
          </>
        );
      }}
    </RemoteView>
  );
}

export function EditRecordPage({ record: id }: { readonly record: string }) {
  const { say } = useGovernWords();
  const [record, again] = useRemote(readRecord(id));
  const [registers, reread] = useRemote(readRegisters());
  return (
    <>
      <Back to={{ page: 'record', record: id }} label={say.record.back} />
      <RemoteView of={record} again={again}>
        {(value) => (
          <RemoteView of={registers} again={reread}>
            {({ items }) => {
              const register = items.find((one) => one.id === value.register.id);
              if (!register) return <p class="empty">{say.registers.gone}</p>;
              return (
                <>
                  <Title text={say.record.editTitle(value.title ?? say.lists.number(value.number))} />
                  <div class="form-after">
                    <WithPlaces register={register} record={value} />
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
