/* Forms that the server describes: which fields there are, and what was filled in. */
import type { Decoder } from './decode';
import { choice, integer, list, Malformed, maybe, maybeFlag, record, text } from './decode';
import type { Said } from './said';

export const FIELD_TYPES = ['text', 'long', 'date', 'time', 'int', 'bool', 'choice'] as const;
export type FieldType = (typeof FIELD_TYPES)[number];

export interface Chosen extends Said {
  readonly code: string;
}
export interface Described extends Said {
  readonly name: string;
  readonly type: FieldType;
  readonly required: boolean;
  readonly min: number | null;
  readonly max: number | null;
  readonly choices: readonly Chosen[] | null;
}
export const described: Decoder<Described> = record<Described>({
  name: text,
  ja: text,
  en: text,
  type: choice(FIELD_TYPES),
  required: maybeFlag,
  min: maybe(integer),
  max: maybe(integer),
  choices: maybe(list(record<Chosen>({ code: text, ja: text, en: text }))),
});

export type Answer = string | number | boolean | null;
export type Answers = Readonly<Record<string, Answer>>;

export const answers: Decoder<Answers> = (input, path) => {
  if (input === undefined || input === null) return {};
  if (typeof input !== 'object' || Array.isArray(input)) throw new Malformed(path, 'a form');
  const given: Record<string, Answer> = {};
  for (const [name, value] of Object.entries(input)) {
    const plain = value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    if (!plain) throw new Malformed(`${path}.${name}`, 'an answer');
    given[name] = value;
  }
  return given;
};
