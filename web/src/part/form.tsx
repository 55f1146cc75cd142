/* A form from a description of its fields: what is missing is said beside its field, so is what the server refuses. */
import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { newKey } from '../api/client';
import { problemOf } from '../api/problem';
import { useSending } from '../base/sending';
import { Button } from './button';
import { Area, Checks, Choice, ErrorText, Field, Select } from './field';
import type { Option } from './field';
import { fieldMessages, SendProblem } from './problem';
import { useWords } from '../word/word';

type Kind = 'text' | 'area' | 'date' | 'time' | 'telephone' | 'number' | 'select' | 'choice' | 'checks';

export interface FieldOf {
  readonly name: string;
  readonly label: string;
  readonly kind?: Kind;
  readonly value?: string | null;
  readonly required?: boolean;
  readonly hint?: string;
  readonly maxLength?: number;
  readonly rows?: number;
  readonly options?: readonly Option<string>[];
  readonly check?: (text: string) => string | null; /* the code of what is wrong with it */
}

export type Values = Readonly<Record<string, string>>;

interface Props {
  readonly fields: readonly FieldOf[];
  readonly submit: string;
  /* `key` names the wish: the same for the same content, however often it is sent. */
  readonly act: (values: Values, key: string) => Promise<unknown>;
  readonly cancel?: () => void;
  readonly children?: ComponentChildren;
}

/* What has been filled in. */
export const given = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));

const firstOf = ({ value, kind, options }: FieldOf): string =>
  value ?? ((kind === 'select' || kind === 'choice') ? (options?.[0]?.value ?? '') : '');

/* The first thing wrong with each field, in their order. */
const flawsOf = (fields: readonly FieldOf[], values: Values): readonly (readonly [string, string])[] =>
  fields.flatMap(({ name, required, check }) => {
    const value = values[name] ?? '';
    const flaw = required && value === '' ? 'missing' : (check?.(value) ?? null);
    return flaw ? [[name, flaw] as const] : [];
  });

interface OneProps {
  readonly field: FieldOf;
  readonly value: string;
  readonly error: string | undefined;
  readonly onText: (text: string) => void;
}

function One({ field, value, error, onText }: OneProps) {
  const { name, label, kind = 'text', required = false, hint, maxLength, rows = 3, options = [] } = field;
  const shared = { name, label, value, error, required, ...(hint ? { hint } : {}) };
  const limit = maxLength ? { maxLength } : {};
  switch (kind) {
    case 'area':
      return <Area {...shared} {...limit} rows={rows} onText={onText} />;
    case 'select':
      return <Select {...shared} options={options} onValue={onText} />;
    case 'checks':
      return <Checks {...shared} options={options} onText={onText} />;
    case 'choice':
      return <Choice label={label} name={name} value={value} error={error} options={options} onValue={onText} />;
    case 'date':
    case 'time':
      return <Field {...shared} type={kind} onText={onText} />;
    case 'telephone':
      return <Field {...shared} {...limit} inputMode="tel" autocomplete="off" onText={onText} />;
    case 'number':
      return <Field {...shared} {...limit} inputMode="numeric" autocomplete="off" onText={onText} />;
    case 'text':
      return <Field {...shared} {...limit} autocomplete="off" onText={onText} />;
  }
}

export function Form({ fields, submit, act, cancel, children }: Props) {
  const { words, language } = useWords();
  const [values, setValues] = useState<Values>(() => Object.fromEntries(fields.map((one) => [one.name, firstOf(one)])));
  const [flaws, setFlaws] = useState<Readonly<Record<string, string>>>({});
  const { busy, problem, send } = useSending();
  const form = useRef<HTMLFormElement>(null);
  const wish = useRef({ content: '', key: '' });
  const said = fieldMessages(problem, words, language);
  const elsewhere = Object.entries(said).filter(([name]) => fields.every((field) => field.name !== name));
  const codeText = (code: string | undefined) => (code ? (words.field.codes[code] ?? words.field.other) : undefined);
  const focus = (name: string | undefined) =>
    name && form.current?.querySelector<HTMLElement>(`[name="${name}"]`)?.focus();

  const keyFor = (content: string): string => {
    if (wish.current.content !== content) wish.current = { content, key: newKey() };
    return wish.current.key;
  };

  const submitted = async (event: SubmitEvent) => {
    event.preventDefault();
    const trimmed = Object.fromEntries(fields.map(({ name }) => [name, (values[name] ?? '').trim()]));
    const found = flawsOf(fields, trimmed);
    setFlaws(Object.fromEntries(found));
    if (found[0]) {
      focus(found[0][0]);
      return;
    }
    await send(async () => {
      try {
        await act(trimmed, keyFor(JSON.stringify(trimmed)));
      } catch (error) {
        const refused = problemOf(error, language).errors.map(({ field }) => field);
        setTimeout(() => focus(fields.find(({ name }) => refused.includes(name))?.name));
        throw error;
      }
    });
  };

  return (
    <form ref={form} class="form" noValidate onSubmit={submitted}>
      {children}
      {problem && <SendProblem problem={problem} />}
      {elsewhere.map(([name, message]) => (
        <ErrorText key={name} id={`elsewhere-${name}`}>
          {message}
        </ErrorText>
      ))}
      {fields.map((field) => (
        <One
          key={field.name}
          field={field}
          value={values[field.name] ?? firstOf(field)}
          error={codeText(flaws[field.name]) ?? said[field.name]}
          onText={(text) => setValues((before) => ({ ...before, [field.name]: text }))}
        />
      ))}
      <div class="dialog-actions">
        <Button look="filled" type="submit" busy={busy}>
          {submit}
        </Button>
        {cancel && (
          <Button look="quiet" onClick={cancel}>
            {words.dialog.cancel}
          </Button>
        )}
      </div>
    </form>
  );
}
