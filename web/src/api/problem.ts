/* What can go wrong between the page and the server, in one shape for every screen. */
import type { Language } from '../word/language';
import type { Decoder } from './decode';
import { integer, list, maybe, record, text } from './decode';

/*
 * offline    the server was not reached; whether it heard us is unknown
 * slow       it did not answer in time; likewise
 * malformed  it answered what we do not understand
 * refused    it answered with a problem
 * cancelled  the person was asked something first, and did not want to; nothing was done
 */
export type ProblemKind = 'offline' | 'slow' | 'malformed' | 'refused' | 'cancelled';

export interface FieldError {
  readonly field: string;
  readonly code: string;
  readonly message: string | null;
}

export interface Problem {
  readonly kind: ProblemKind;
  readonly status: number; /* 0 without an answer */
  readonly slug: string; /* last part of the problem's type */
  readonly title: string | null;
  readonly detail: string | null;
  readonly request: string | null;
  readonly errors: readonly FieldError[];
  readonly language: Language; /* that we asked for; the texts above are in it */
}

export class Failure extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(`${problem.kind} ${problem.status} ${problem.slug}`);
    this.name = 'Failure';
    this.problem = problem;
  }
}

interface Body {
  readonly type: string | null;
  readonly title: string | null;
  readonly detail: string | null;
  readonly instance: string | null;
  readonly errors: readonly FieldError[] | null;
}

const fieldError: Decoder<FieldError> = record<FieldError>({ field: text, code: text, message: maybe(text) });

const body: Decoder<Body> = record<Body>({
  type: maybe(text),
  title: maybe(text),
  detail: maybe(text),
  instance: maybe(text),
  errors: maybe(list(fieldError)),
});

export function silent(kind: ProblemKind, language: Language): Problem {
  return { kind, status: 0, slug: '', title: null, detail: null, request: null, errors: [], language };
}

/* A refusal whose body we cannot read is still a refusal. */
export function refusal(status: number, input: unknown, language: Language): Problem {
  const plain: Problem = { ...silent('refused', language), status };
  try {
    const { type, title, detail, instance, errors } = body(input, 'problem');
    const slug = type?.split('/').pop() ?? '';
    return { ...plain, slug, title, detail, request: instance, errors: errors ?? [] };
  } catch {
    return plain;
  }
}

export function problemOf(error: unknown, language: Language): Problem {
  return error instanceof Failure ? error.problem : silent('malformed', language);
}

/* What the server wants confirmed before it acts (428). */
export interface Demand {
  readonly token: string;
  readonly objects: number | null; /* how many things it concerns */
  readonly impact: string | null;
  readonly manual: string | null;
  readonly phrase: string | null; /* to be typed */
}

export interface Consent {
  readonly token: string;
  readonly phrase: string | null;
}

const demand = record<Demand>({
  token: text,
  objects: maybe(integer),
  impact: maybe(text),
  manual: maybe(text),
  phrase: maybe(text),
});

export function demandOf(input: unknown): Demand | null {
  try {
    return record<{ confirm: Demand }>({ confirm: demand })(input, 'problem').confirm;
  } catch {
    return null;
  }
}

/* Was there no answer at all? Then trying again later may do. */
export function unheard({ kind }: Problem): boolean {
  return kind === 'offline' || kind === 'slow';
}
