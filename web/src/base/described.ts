/* What is typed into a described form, and what is sent of it; the server judges again. */
import type { Answer, Answers, Described } from '../api/described';
import type { Language } from '../word/language';
import { isDay, writeDay, writeTime } from './day';

/* The name under which a field stands in a form: the one by which the server speaks of it. */
export const nameOf = ({ name }: Described): string => `fields.${name}`;

const NUMBER = /^[+-]?\d{1,15}$/;
const TIME = /^([01]?\d|2[0-3]):[0-5]\d$/;
const plain = (typed: string): string => typed.normalize('NFKC').trim();

/* A code of what is wrong with an answer, or null; an empty one is nothing wrong. */
export function flawOf({ type, min, max }: Described, typed: string): string | null {
  if (typed === '') return null;
  switch (type) {
    case 'int': {
      if (!NUMBER.test(plain(typed))) return 'number';
      const number = Number(plain(typed));
      if (min !== null && number < min) return 'too-small';
      return max !== null && number > max ? 'too-large' : null;
    }
    case 'date':
      return isDay(typed) ? null : 'format';
    case 'time':
      return TIME.test(plain(typed)) ? null : 'format';
    case 'text':
    case 'long': {
      const length = [...typed].length;
      if (min !== null && length < min) return 'too-short';
      return max !== null && length > max ? 'too-long' : null;
    }
    case 'bool':
    case 'choice':
      return null;
  }
}

function answerOf({ type }: Described, typed: string): Answer {
  if (typed === '') return null;
  if (type === 'int') return Number(plain(typed));
  if (type === 'bool') return typed === 'true';
  return type === 'time' ? plain(typed).padStart(5, '0') : typed;
}

/* All answers, each under its own name, as they are sent. */
export function answersOf(fields: readonly Described[], values: Readonly<Record<string, string>>): Answers {
  return Object.fromEntries(fields.map((field) => [field.name, answerOf(field, values[nameOf(field)] ?? '')]));
}

/* As it stands in a box of the form. */
export const typedOf = (answer: Answer | undefined): string =>
  answer === undefined || answer === null ? '' : String(answer);

export interface Plain {
  readonly yes: string;
  readonly no: string;
  readonly none: string;
}

/* As it is read. */
export function writeAnswer(field: Described, answer: Answer | undefined, language: Language, say: Plain): string {
  const typed = typedOf(answer);
  if (typed === '') return say.none;
  switch (field.type) {
    case 'bool':
      return typed === 'true' ? say.yes : say.no;
    case 'choice':
      return field.choices?.find(({ code }) => code === typed)?.[language] ?? typed;
    case 'date':
      return writeDay(typed, language);
    case 'time':
      return writeTime(typed);
    case 'int':
    case 'text':
    case 'long':
      return typed;
  }
}

/* The fields whose answers differ between two editions. */
export function changedBetween(fields: readonly Described[], before: Answers, after: Answers): ReadonlySet<string> {
  return new Set(
    fields.map(({ name }) => name).filter((name) => typedOf(before[name]) !== typedOf(after[name])),
  );
}
