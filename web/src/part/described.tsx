/* A form drawn from the server's description of its fields, and the same read. */
import type { Answers, Described } from '../api/described';
import { flawOf, nameOf, typedOf, writeAnswer } from '../base/described';
import { useGovernWords } from '../word/govern';
import type { GovernWords } from '../word/govern';
import type { Language } from '../word/language';
import type { FieldOf } from './form';
import { Native } from './name';

const KINDS = {
  text: 'text',
  long: 'area',
  date: 'date',
  time: 'time',
  int: 'number',
  bool: 'select',
  choice: 'select',
} as const;

export function drawn(fields: readonly Described[], given: Answers, language: Language, say: GovernWords): readonly FieldOf[] {
  return fields.map((field) => {
    const { type, required, max } = field;
    const none = { value: '', label: required ? say.fields.choose : say.fields.unset };
    const choices =
      type === 'bool'
        ? [{ value: 'true', label: say.fields.yes }, { value: 'false', label: say.fields.no }]
        : (field.choices ?? []).map((one) => ({ value: one.code, label: one[language] }));
    const limited = (type === 'text' || type === 'long') && max !== null;
    const hint = type === 'int' ? say.fields.range(field.min, max) : null;
    return {
      name: nameOf(field),
      label: field[language],
      kind: KINDS[type],
      value: typedOf(given[field.name]),
      required,
      check: (typed) => flawOf(field, typed),
      ...(KINDS[type] === 'select' ? { options: [none, ...choices] } : {}),
      ...(limited ? { maxLength: max } : {}),
      ...(hint ? { hint } : {}),
    };
  });
}

interface ReadProps {
  readonly fields: readonly Described[];
  readonly answers: Answers;
  readonly changed?: ReadonlySet<string>;
}

export function Read({ fields, answers, changed }: ReadProps) {
  const { say, language } = useGovernWords();
  return (
    <dl class="facts answers">
      {fields.map((field) => (
        <div key={field.name} data-field={field.name}>
          <dt>
            {field[language]}
            {changed?.has(field.name) && <span class="row-mark">{say.fields.changed}</span>}
          </dt>
          <dd>
            {field.type === 'text' || field.type === 'long' ? (
              <Native>{writeAnswer(field, answers[field.name], language, say.fields)}</Native>
            ) : (
              writeAnswer(field, answers[field.name], language, say.fields)
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
