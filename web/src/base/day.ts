/*
 * Calendar days as the kindergarten lives them: days of Japan, wherever the phone may be.
 *
 * A day is the text YYYY-MM-DD, as the API has it; such texts compare like the days they name.
 */
import type { Language } from '../word/language';

export type Day = string;

const ZONE = 'Asia/Tokyo';
const MS_PER_DAY = 86_400_000;
const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;

const parts = new Intl.DateTimeFormat('en-CA', { timeZone: ZONE, year: 'numeric', month: '2-digit', day: '2-digit' });
const clock = new Intl.DateTimeFormat('en-GB', { timeZone: ZONE, hour: 'numeric', minute: '2-digit', hourCycle: 'h23' });

/* Japan has no summer time and a Day carries no hour, so counting in UTC is exact. */
function noonOf(day: Day): number | null {
  const found = DAY.exec(day);
  if (!found) return null;
  const ms = Date.UTC(Number(found[1]), Number(found[2]) - 1, Number(found[3]), 12);
  return new Date(ms).toISOString().startsWith(day) ? ms : null;
}

export function isDay(text: string): boolean {
  return noonOf(text) !== null;
}

/* The day in Japan at that instant. */
export function dayOf(instant: Date): Day {
  return parts.format(instant);
}

export function today(): Day {
  return dayOf(new Date());
}

const MORNING_ENDS = 9;

/* Monday to Friday. */
export function isWeekday(day: Day): boolean {
  const noon = noonOf(day);
  return noon !== null && new Date(noon).getUTCDay() % 6 !== 0;
}

/* The first Monday to Friday after that day. */
export function nextWeekday(day: Day): Day {
  const next = addDays(day, 1);
  return noonOf(next) === null || isWeekday(next) ? next : nextWeekday(next);
}

/* The day a report is most likely about: today while children still arrive, afterwards the next weekday. */
export function likelyDay(now: Date): Day {
  const day = dayOf(now);
  const morning = Number.parseInt(clock.format(now), 10) < MORNING_ENDS;
  return morning && isWeekday(day) ? day : nextWeekday(day);
}

export function addDays(day: Day, count: number): Day {
  const noon = noonOf(day);
  return noon === null ? day : new Date(noon + count * MS_PER_DAY).toISOString().slice(0, 10);
}

const WEEKDAYS: Record<Language, readonly string[]> = {
  ja: ['日', '月', '火', '水', '木', '金', '土'],
  en: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
};

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/*
 * 「11月24日（火）」, "Tuesday 24 November". The year is added when it is not the present one, so that the words stay true
 * however long they are kept.
 */
export function writeDay(day: Day, language: Language): string {
  const noon = noonOf(day);
  if (noon === null) return day;
  const date = new Date(noon);
  const year = day.startsWith(today().slice(0, 4)) ? '' : String(date.getUTCFullYear());
  const weekday = WEEKDAYS[language][date.getUTCDay()] ?? '';
  const month = date.getUTCMonth();
  const number = date.getUTCDate();
  if (language === 'ja') return `${year && `${year}年`}${month + 1}月${number}日（${weekday}）`;
  return `${weekday} ${number} ${MONTHS[month] ?? ''}${year && ` ${year}`}`;
}

/* 「8:05」 in Japan, or nothing when it is no time. */
export function writeClock(time: string): string {
  const instant = new Date(time);
  return Number.isNaN(instant.getTime()) ? '' : clock.format(instant).replace(/^0(?=\d:)/, '');
}

/* Is the instant on that day in Japan? */
export function isOn(time: string, day: Day): boolean {
  const instant = new Date(time);
  return !Number.isNaN(instant.getTime()) && dayOf(instant) === day;
}

/* Day and time of an instant in Japan. */
export function writeInstant(time: string, language: Language): string {
  const instant = new Date(time);
  if (Number.isNaN(instant.getTime())) return time;
  return `${writeDay(dayOf(instant), language)} ${writeClock(time)}`;
}
