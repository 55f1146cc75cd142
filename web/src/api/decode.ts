/*
 * Replies are hostile until decoded: each value that enters the program passes one of these.
 *
 * Unknown members are dropped, so that the server may add some.
 */
export type Decoder<T> = (input: unknown, path: string) => T;

export class Malformed extends Error {
  constructor(path: string, wanted: string) {
    super(`${path}: not ${wanted}`);
    this.name = 'Malformed';
  }
}

export const text: Decoder<string> = (input, path) => {
  if (typeof input !== 'string') throw new Malformed(path, 'a text');
  return input;
};

export const integer: Decoder<number> = (input, path) => {
  if (typeof input !== 'number' || !Number.isSafeInteger(input)) throw new Malformed(path, 'an integer');
  return input;
};

export const flag: Decoder<boolean> = (input, path) => {
  if (typeof input !== 'boolean') throw new Malformed(path, 'yes or no');
  return input;
};

/* Not sent at all means no. */
export const maybeFlag: Decoder<boolean> = (input, path) =>
  input === undefined || input === null ? false : flag(input, path);

export function choice<const T extends string>(values: readonly T[]): Decoder<T> {
  return (input, path) => {
    const found = values.find((value) => value === input);
    if (found === undefined) throw new Malformed(path, `one of ${values.join(', ')}`);
    return found;
  };
}

/* Absent, null and empty are one thing to a reader: nothing is there. */
export function maybe<T>(inner: Decoder<T>): Decoder<T | null> {
  return (input, path) => (input === undefined || input === null || input === '' ? null : inner(input, path));
}

export function list<T>(inner: Decoder<T>): Decoder<readonly T[]> {
  return (input, path) => {
    if (!Array.isArray(input)) throw new Malformed(path, 'a list');
    return input.map((item: unknown, index) => inner(item, `${path}[${index}]`));
  };
}

function isRecord(input: unknown): input is Record<string, unknown> {
  return typeof input === 'object' && input !== null && !Array.isArray(input);
}

export function record<T extends object>(shape: { readonly [K in keyof T]: Decoder<T[K]> }): Decoder<T> {
  const keys = Object.keys(shape) as (keyof T & string)[];
  return (input, path) => {
    if (!isRecord(input)) throw new Malformed(path, 'a record');
    const output: Partial<T> = {};
    for (const key of keys) output[key] = shape[key](input[key], `${path}.${key}`);
    return output as T;
  };
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
  readonly reached?: string | null; /* time of the oldest entry looked at, where a page may stay empty */
}

/* Where a list goes on: a text or a number, to be given back as it came. */
export const cursor: Decoder<string> = (input, path) =>
  typeof input === 'number' ? String(integer(input, path)) : text(input, path);

export function page<T>(item: Decoder<T>): Decoder<Page<T>> {
  return record<Page<T>>({ items: list(item), next: maybe(cursor) });
}

export const nothing: Decoder<null> = () => null;
