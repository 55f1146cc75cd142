/*
 * Codes as people type them.
 *
 * Digits typed with a Japanese keyboard are digits too, and spaces between groups are nobody's mistake.
 */
export const plainCode = (typed: string): string => typed.normalize('NFKC').replace(/[\s‐‑–—ー−]/g, (mark) => (/\s/.test(mark) ? '' : '-'));

const DIGITS = /^\d{6}$/;
const RECOVERY = /^[0-9A-Za-z-]{8,40}$/;
const PIN = /^\d{4,8}$/;

export const isDigits = (code: string): boolean => DIGITS.test(code);
export const isPin = (code: string): boolean => PIN.test(code);

/* Six digits of the app, or one of the recovery codes. */
export const isProof = (code: string): boolean => DIGITS.test(code) || (RECOVERY.test(code) && !/^\d+$/.test(code));

/* Groups of four, for whoever types a long text from a screen. */
export const inGroups = (text: string): string => text.replace(/\s/g, '').replace(/(.{4})(?=.)/g, '$1 ');
