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

/* HH:MM in Japan at that instant; such texts compare like the times they name. */
export function timeOf(instant: Date): string {
  return clock.format(instant).padStart(5, '0');
}

export const monthOf = (day: Day): string => day.slice(0, 7);

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;
export const isMonth = (text: string): boolean => MONTH.test(text);

export function addMonths(month: string, count: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + count, 15)).toISOString().slice(0, 7);
}

/* Sunday is 0. */
export function weekdayOf(day: Day): number {
  return new Date(noonOf(day) ?? 0).getUTCDay();
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

/* 「2026年11月」, "November 2026" */
export function writeMonth(month: string, language: Language): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return language === 'ja' ? `${year}年${number}月` : `${MONTHS[number - 1] ?? ''} ${year}`;
}

/* 「日」, "Sun" */
export function writeWeekday(weekday: number, language: Language): string {
  return (WEEKDAYS[language][weekday] ?? '').slice(0, 3);
}

/* 「8:30」 of "08:30" */
export const writeTime = (time: string): string => time.replace(/^0(?=\d:)/, '');

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

/* The last day on which something due then may be done: what is due at midnight is due by the day before. */
export const dueDay = (time: string): Day => dayOf(new Date(Date.parse(time) - 1));

/* By when: a deadline at midnight is written as the day that it ends. */
export function writeDue(time: string, language: Language): string {
  const instant = new Date(time);
  if (Number.isNaN(instant.getTime())) return time;
  return timeOf(instant) === '00:00' ? writeDay(dueDay(time), language) : writeInstant(time, language);
}
