/* What is wrong with a file, by its place: the server names it "file:LINE:COLUMN" and begins its words with the same place. */
import type { FieldError } from '../api/problem';

export interface Flaw {
  readonly key: string;
  readonly line: number | null;
  readonly column: number | null; /* none: the line as a whole */
  readonly code: string;
  readonly message: string | null;
}

const PLACE = /^file:(\d+):(\d+)$/;
const SPOKEN = /^(?:\d+行目(?: \d+列目)?|Line \d+(?:, column \d+)?): /;

const numbered = (digits: string | undefined): number | null => (digits && Number(digits) > 0 ? Number(digits) : null);

export function flawsOf(errors: readonly FieldError[]): readonly Flaw[] {
  return errors.map(({ field, code, message }, at) => {
    const [, line, column] = PLACE.exec(field) ?? [];
    return { key: String(at), line: numbered(line), column: numbered(column), code, message: message?.replace(SPOKEN, '') ?? null };
  });
}
