/* Closed days of the week as one number, and days written one after the other. */
const WEEK = [0, 1, 2, 3, 4, 5, 6] as const;

export const weekdaysOf = (mask: number): readonly number[] => WEEK.filter((day) => (mask & (1 << day)) !== 0);

/* Of "0 6": Sunday and Saturday. */
export const maskOf = (chosen: string): number =>
  chosen
    .split(' ')
    .filter((one) => /^[0-6]$/.test(one))
    .reduce((mask, day) => mask | (1 << Number(day)), 0);

/* Whatever stands between days, one space each, the earlier first. */
export const daysOf = (typed: string): string =>
  typed
    .normalize('NFKC')
    .split(/[\s,、]+/)
    .filter(Boolean)
    .sort()
    .join(' ');
