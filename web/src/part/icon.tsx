/* Small pictures beside words; never instead of them. */
const PATHS = {
  check: 'M4 12.5 9.5 18 20 7',
  warning: 'M12 3 22 20H2L12 3Zm0 6v6m0 2.5v.5',
  info: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm0-10v6m0-9.5V8',
  error: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM8.5 8.5l7 7m0-7-7 7',
  left: 'M15 5l-7 7 7 7',
  right: 'M9 5l7 7-7 7',
  refresh: 'M20 12a8 8 0 1 1-2.5-5.8M20 3v5h-5',
  lock: 'M6 11h12v9H6v-9Zm2.5 0V8a3.5 3.5 0 0 1 7 0v3',
  leave: 'M10 4H5v16h5M10 12h10M16 8l4 4-4 4',
  absence: 'M7 7l10 10M17 7 7 17',
  late: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm0-14v5l3.5 2.5',
  early: 'M4 12h14M12 6l6 6-6 6',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

/* The keeper's stone: a stone bound with rope, "no entry" in a garden. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 48 48" aria-hidden="true" focusable="false">
      <path class="mark-stone" d="M5 30c0-11 8-20 20-20s18 9 18 18c0 8-6 12-19 12S5 38 5 30z" />
      <path class="mark-rope" d="M25 11c-4 8-4 19-1 28M6 27c11-4 26-4 37 1" />
      <path class="mark-knot" d="M25 11c-2-4-5-6-8-6M25 11c1-4 4-6 7-6" />
      <circle class="mark-tie" cx="23" cy="25" r="4" />
    </svg>
  );
}
