import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { Icon } from './icon';
import { useWords } from '../word/word';

interface LabelProps {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
}

function describe(id: string, { hint, error }: LabelProps): string | undefined {
  return [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ') || undefined;
}

export function ErrorText({ id, children }: { readonly id: string; readonly children: ComponentChildren }) {
  return (
    <p class="error" id={id}>
      <Icon name="error" />
      <span>{children}</span>
    </p>
  );
}

interface Line {
  readonly name: string;
  readonly value: string;
  readonly min?: string;
  readonly max?: string;
  readonly autocomplete?: string;
  readonly autocapitalize?: 'none';
  readonly spellcheck?: boolean;
  readonly inputMode?: 'numeric' | 'text' | 'tel';
  readonly maxLength?: number;
}

interface Wired extends Line {
  readonly id: string;
  readonly class: string;
  readonly 'aria-required': true | undefined;
  readonly 'aria-invalid': true | undefined;
  readonly 'aria-describedby': string | undefined;
  readonly onInput: (event: { readonly currentTarget: HTMLInputElement }) => void;
}

/* Plain functions, so that showing a password changes the box and does not make a new one. */
const BOXES = {
  text: (line: Wired) => <input {...line} type="text" />,
  password: (line: Wired) => <input {...line} type="password" />,
  search: (line: Wired) => <input {...line} type="search" />,
  date: (line: Wired) => <input {...line} type="date" />,
  time: (line: Wired) => <input {...line} type="time" />,
};

interface FieldProps extends LabelProps, Line {
  readonly type?: keyof typeof BOXES;
  readonly required?: boolean;
  readonly onText: (text: string) => void;
}

/* One line of input with its label above, hint between, error below. */
export function Field({ label, hint, error, onText, required = false, type = 'text', ...rest }: FieldProps) {
  const id = useId();
  const { words } = useWords();
  return (
    <div class="field">
      <label class="label" for={id}>
        {label}
        {required && <span class="required">{words.field.required}</span>}
      </label>
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {BOXES[type]({
        ...rest,
        id,
        class: 'input',
        'aria-required': required || undefined,
        'aria-invalid': error ? true : undefined,
        'aria-describedby': describe(id, { label, hint, error }),
        onInput: (event) => onText(event.currentTarget.value),
      })}
      {error && <ErrorText id={`${id}-error`}>{error}</ErrorText>}
    </div>
  );
}

interface AreaProps extends LabelProps {
  readonly name: string;
  readonly value: string;
  readonly onText: (text: string) => void;
  readonly required?: boolean;
  readonly rows?: number;
  readonly maxLength?: number;
  readonly between?: ComponentChildren;
}

/* Several lines; `between` stands over the box and belongs to it. */
export function Area({ label, hint, error, onText, required = false, between, ...rest }: AreaProps) {
  const id = useId();
  const { words } = useWords();
  return (
    <div class="field">
      <label class="label" for={id}>
        {label}
        {required && <span class="required">{words.field.required}</span>}
      </label>
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {between}
      <textarea
        {...rest}
        id={id}
        class="input area"
        aria-required={required || undefined}
        aria-invalid={error ? true : undefined}
        aria-describedby={describe(id, { label, hint, error })}
        onInput={(event) => onText(event.currentTarget.value)}
      />
      {error && <ErrorText id={`${id}-error`}>{error}</ErrorText>}
    </div>
  );
}

export interface Option<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly hint?: string;
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly name: string;
  readonly options: readonly Option<T>[];
  readonly value: T;
  readonly onValue: (value: T) => void;
  readonly error?: string | undefined;
  readonly children?: ComponentChildren;
}

/* One of a few, each a large target with its words inside. */
export function Choice<T extends string>({ label, name, options, value, onValue, error, children }: ChoiceProps<T>) {
  const id = useId();
  return (
    <fieldset class="field choice" aria-describedby={error ? `${id}-error` : undefined}>
      <legend class="label">{label}</legend>
      <div class="cards">
        {options.map((option) => (
          <label class="card-choice" key={option.value}>
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={option.value === value}
              onChange={() => onValue(option.value)}
            />
            <span class="card-words">
              <span class="card-label">{option.label}</span>
              {option.hint && <span class="card-hint">{option.hint}</span>}
            </span>
          </label>
        ))}
      </div>
      {children}
      {error && <ErrorText id={`${id}-error`}>{error}</ErrorText>}
    </fieldset>
  );
}

interface ChecksProps extends LabelProps {
  readonly name: string;
  readonly options: readonly Option<string>[];
  readonly value: string; /* those chosen, a space between */
  readonly required?: boolean;
  readonly onText: (text: string) => void;
}

/* Any of a few. */
export function Checks({ label, hint, error, name, options, value, required, onText }: ChecksProps) {
  const id = useId();
  const { words } = useWords();
  const chosen = new Set(value.split(' ').filter(Boolean));
  const turn = (one: string) => {
    if (!chosen.delete(one)) chosen.add(one);
    onText(options.map((option) => option.value).filter((option) => chosen.has(option)).join(' '));
  };
  return (
    <fieldset class="field" aria-describedby={describe(id, { label, hint, error })}>
      <legend class="label">
        {label}
        {required && <span class="required">{words.field.required}</span>}
      </legend>
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <div>
        {options.map((option) => (
          <div key={option.value}>
            <label class="check">
              <input
                type="checkbox"
                name={name}
                value={option.value}
                checked={chosen.has(option.value)}
                onChange={() => turn(option.value)}
              />
              <span>
                {option.label}
                {option.hint && <span class="soft">（{option.hint}）</span>}
              </span>
            </label>
          </div>
        ))}
      </div>
      {error && <ErrorText id={`${id}-error`}>{error}</ErrorText>}
    </fieldset>
  );
}

interface SelectProps<T extends string> extends LabelProps {
  readonly name: string;
  readonly options: readonly Option<T>[];
  readonly value: T;
  readonly required?: boolean;
  readonly onValue: (value: T) => void;
}

/* One of many. */
export function Select<T extends string>({ label, hint, error, name, options, value, required, onValue }: SelectProps<T>) {
  const id = useId();
  const { words } = useWords();
  return (
    <div class="field">
      <label class="label" for={id}>
        {label}
        {required && <span class="required">{words.field.required}</span>}
      </label>
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <select
        id={id}
        name={name}
        class="input"
        value={value}
        aria-required={required || undefined}
        aria-invalid={error ? true : undefined}
        aria-describedby={describe(id, { label, hint, error })}
        onChange={(event) => {
          const chosen = options.find((option) => option.value === event.currentTarget.value);
          if (chosen) onValue(chosen.value);
        }}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      {error && <ErrorText id={`${id}-error`}>{error}</ErrorText>}
    </div>
  );
}
