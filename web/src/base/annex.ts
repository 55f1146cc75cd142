/* The rows of an annex: in chapters, picked out, and in the order in which they are read. */
import type { Requirement, Standing, Status, Tally } from '../api/proof';
import { STATUSES } from '../api/proof';
import type { Said } from '../api/said';
import type { Day } from './day';
import { dayOf } from './day';

const SEPARATORS = { ja: '／', en: ' / ' } as const;

/* A heading is a chapter, or a chapter and a section in it. */
function split({ ja, en }: Said): { readonly chapter: Said; readonly section: Said | null } {
  const [chapterJa = ja, ...restJa] = ja.split(SEPARATORS.ja);
  const [chapterEn = en, ...restEn] = en.split(SEPARATORS.en);
  const chapter = { ja: chapterJa, en: chapterEn };
  if (restJa.length === 0) return { chapter, section: null };
  return { chapter, section: { ja: restJa.join(SEPARATORS.ja), en: restEn.join(SEPARATORS.en) } };
}

export const chapterOf = (row: Requirement): Said => split(row.group).chapter;
export const sectionOf = (row: Requirement): Said | null => split(row.group).section;

export function tallyOf(rows: readonly Requirement[]): Tally {
  const counts = { proven: 0, failing: 0, stale: 0, open: 0 };
  for (const { status } of rows) counts[status]++;
  return counts;
}

export interface Chapter {
  readonly number: string; /* its place in the annex, from 1; its name in addresses */
  readonly title: Said;
  readonly rows: readonly Requirement[];
}

/* In the annex's own order; a heading that comes again later belongs to the chapter it opened. */
export function chaptersOf(rows: readonly Requirement[]): readonly Chapter[] {
  const found = new Map<string, { title: Said; rows: Requirement[] }>();
  for (const row of rows) {
    const title = chapterOf(row);
    const chapter = found.get(title.ja);
    if (chapter) chapter.rows.push(row);
    else found.set(title.ja, { title, rows: [row] });
  }
  return [...found.values()].map((chapter, index) => ({ ...chapter, number: String(index + 1) }));
}

/* What a person types and what the annex says are compared without width and case. */
export const searched = (words: string): string => words.normalize('NFKC').toLowerCase();

export interface Wish {
  readonly status: Status | null;
  readonly chapter: Said | null;
  readonly words: string;
}

export function picked(rows: readonly Requirement[], { status, chapter, words }: Wish): readonly Requirement[] {
  const wanted = searched(words).split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    if (status && row.status !== status) return false;
    if (chapter && chapterOf(row).ja !== chapter.ja) return false;
    const said = searched([row.id, row.ref, row.group.ja, row.group.en, row.ja, row.en, ...row.controls].join(' '));
    return wanted.every((word) => said.includes(word));
  });
}

/* The worst first; within a status the order of the annex stays. */
export function byStatus(rows: readonly Requirement[]): readonly (readonly [Status, readonly Requirement[]])[] {
  return STATUSES.map((status) => [status, rows.filter((row) => row.status === status)] as const).filter(
    ([, some]) => some.length > 0,
  );
}

export interface StandingDay extends Tally {
  readonly day: Day;
}

/* One standing for each day that has one, oldest first; the last of a day counts. */
export function daysOf(standings: readonly Standing[], annex: string): readonly StandingDay[] {
  const days = new Map<Day, StandingDay>();
  for (const { at, catalogue, proven, failing, stale, open } of standings) {
    if (catalogue !== annex) continue;
    const day = /^\d{4}-\d{2}-\d{2}$/.test(at) ? at : dayOf(new Date(at));
    days.set(day, { day, proven, failing, stale, open });
  }
  return [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1));
}
