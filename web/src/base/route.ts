/*
 * Where the reader is: kept behind the # of the address, which is never sent to any server.
 *
 * A row names a page: `:name` stands for one segment, what follows ? for values that may be missing. Its screen stands
 * in screen/, in the file of its area.
 */
import { useEffect, useState } from 'preact/hooks';

const PATHS = {
  home: '/',

  /* before sign-in */
  forgotten: '/forgotten',
  terms: '/terms',
  tablet: '/tablet',

  /* everyone */
  account: '/account',
  factor: '/account/factor',
  password: '/account/password',
  pin: '/account/pin',
  sessions: '/account/sessions',
  notices: '/account/notices',
  ownHistory: '/account/history',

  /* guardian */
  children: '/children',
  absence: '/children/:child?kind',
  reports: '/children/:child/reports',
  month: '/children/:child/month?month',
  looked: '/looked?child',

  /* staff */
  board: '/board?facility&date',
  pupil: '/board/:child?date',
  door: '/door',
  register: '/register?group&month',

  /* principal */
  people: '/people',
  person: '/people/:account',
  roll: '/roll',
  entry: '/roll/:child',
  manage: '/manage',
  calendar: '/manage/calendar?month',
  tablets: '/manage/tablets',
  imports: '/imports',
  taking: '/imports/:taken',

  /* everyone who has something to do */
  desk: '/desk',
  registers: '/registers',
  book: '/registers/:register?state',
  newRecord: '/records/new?register',
  record: '/records/:record',
  editRecord: '/records/:record/edit',
  cases: '/cases?kind&state&mine',
  newCase: '/cases/new?kind',
  case: '/cases/:case',
  announcements: '/announcements?kind&state',
  newAnnouncement: '/announcements/new?kind',
  announcement: '/announcements/:announcement',
  editAnnouncement: '/announcements/:announcement/edit',
  changes: '/changes?state',
  change: '/changes/:change',
  campaigns: '/campaigns',
  campaign: '/campaigns/:campaign',
  task: '/tasks/:task',
  alerts: '/alerts?state',
  alertRules: '/alerts/rules',
  alert: '/alerts/:alert',
  settings: '/settings',
  schedule: '/schedule',
  letters: '/letters?state&channel',
  documents: '/documents',
  workdays: '/work-calendar',

  /* officer */
  counts: '/counts?date',
  facilities: '/facilities',

  /* whoever may see how the demands are met */
  proof: '/proof?annex&status&chapter&order&all',
  requirement: '/proof/:requirement',
  checks: '/checks?state&group',
  check: '/checks/:check',

  /* whoever may read the record, and the auditor */
  events: '/events?outcome&operation&from&until&facility&actor&object&probe',
  event: '/events/:index',
  ledger: '/ledger',
  trial: '/trial',
} as const;

type Paths = typeof PATHS;
export type Page = keyof Paths;

type Segments<T extends string> = T extends `${infer A}/${infer B}`
  ? Segments<A> | Segments<B>
  : T extends `:${infer Name}`
    ? Name
    : never;
type Before<T extends string> = T extends `${infer Path}?${string}` ? Path : T;
type Values<T extends string> = T extends `${infer A}&${infer B}` ? A | Values<B> : T;
type After<T extends string> = T extends `${string}?${infer Query}` ? Values<Query> : never;

export type RouteOf<P extends Page> = { readonly page: P } & {
  readonly [Name in Segments<Before<Paths[P]>>]: string;
} & { readonly [Name in After<Paths[P]>]?: string | null };
export type Route = { [P in Page]: RouteOf<P> }[Page];

/* Identifiers (a dot only between other signs), days, months and words of our own; anything else is no address of ours. */
const VALUE = /^(?=.{1,64}$)[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*$/;

interface Pattern {
  readonly page: Page;
  readonly segments: readonly string[];
  readonly query: readonly string[];
}

function patternOf([page, path]: readonly [string, string]): Pattern {
  const [where = '', query = ''] = path.split('?');
  return { page: page as Page, segments: where.split('/').slice(1), query: query === '' ? [] : query.split('&') };
}

const PATTERNS: readonly Pattern[] = Object.entries(PATHS).map(patternOf);
const patternFor = (page: Page): Pattern => patternOf([page, PATHS[page]]);

function fit(pattern: Pattern, segments: readonly string[]): Record<string, string> | null {
  if (pattern.segments.length !== segments.length) return null;
  const values: Record<string, string> = {};
  for (const [index, wanted] of pattern.segments.entries()) {
    const given = segments[index] ?? '';
    if (!wanted.startsWith(':')) {
      if (wanted !== given) return null;
    } else if (VALUE.test(given)) {
      values[wanted.slice(1)] = given;
    } else {
      return null;
    }
  }
  return values;
}

export function parseRoute(hash: string): Route {
  const [where = '', search = ''] = hash.replace(/^#?\/?/, '').split('?');
  const segments = where.split('/');
  const asked = new URLSearchParams(search);
  for (const pattern of PATTERNS) {
    const values = fit(pattern, segments);
    if (!values) continue;
    for (const name of pattern.query) {
      const value = asked.get(name) ?? '';
      if (VALUE.test(value)) values[name] = value;
    }
    return { page: pattern.page, ...values } as Route;
  }
  return { page: 'home' };
}

export function hrefOf(route: Route): string {
  const values: Readonly<Record<string, string | null | undefined>> = route;
  const { segments, query } = patternFor(route.page);
  const path = segments.map((segment) => (segment.startsWith(':') ? (values[segment.slice(1)] ?? '') : segment));
  const search = new URLSearchParams();
  for (const name of query) {
    const value = values[name];
    if (value) search.set(name, value);
  }
  const asked = search.toString();
  return `#/${path.map(encodeURIComponent).join('/')}${asked && `?${asked}`}`;
}

export function goTo(route: Route): void {
  location.hash = hrefOf(route);
}

/* The same screen, seen another way: the way back leads past it, and what this place has noted stays with it. */
export function turnTo(route: Route): void {
  const noted: unknown = history.state;
  location.replace(hrefOf(route));
  history.replaceState(noted, '');
}

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const moved = () => setHash(location.hash);
    addEventListener('hashchange', moved);
    return () => removeEventListener('hashchange', moved);
  }, []);
  return parseRoute(hash);
}
