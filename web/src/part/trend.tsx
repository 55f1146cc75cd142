/* Counts of the days: one small line for each status, with its words and numbers beside it, and the same as a table. */
import { STATUSES } from '../api/proof';
import type { Status } from '../api/proof';
import type { StandingDay } from '../base/annex';
import { writeDay } from '../base/day';
import { useProofWords } from '../word/proof';
import { StatusMark } from './standing';

const HEIGHT = 32;
const MS_PER_DAY = 86_400_000;

const dayNumber = (day: string): number => Math.round(Date.parse(`${day}T00:00:00Z`) / MS_PER_DAY);

/* A count holds until the next one: steps, not slopes. A day is one unit wide. */
function steps(days: readonly StandingDay[], status: Status, top: number): string {
  const first = dayNumber(days[0]?.day ?? '');
  const height = (count: number) => (HEIGHT - (count / top) * (HEIGHT - 2) - 1).toFixed(2);
  const last = days[days.length - 1];
  const runs = days.map((one) => `L${dayNumber(one.day) - first} ${height(one[status])}`);
  const moves = runs.map((run, index) => {
    const before = days[index - 1];
    const at = dayNumber(days[index]?.day ?? '') - first;
    return before ? `L${at} ${height(before[status])}${run}` : run.replace('L', 'M');
  });
  const end = last ? `L${dayNumber(last.day) - first + 1} ${height(last[status])}` : '';
  return moves.join('') + end;
}

function Line({ days, status, top }: { readonly days: readonly StandingDay[]; readonly status: Status; readonly top: number }) {
  const first = days[0];
  const last = days[days.length - 1];
  if (!first || !last) return null;
  const width = dayNumber(last.day) - dayNumber(first.day) + 1;
  const line = steps(days, status, top);
  return (
    <svg class="trend-line" viewBox={`0 0 ${width} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <path class="trend-ground" d={`M0 ${HEIGHT - 1}H${width}`} />
      <path class="trend-area" d={`${line}V${HEIGHT - 1}H0Z`} />
      <path class="trend-path" d={line} />
    </svg>
  );
}

function Table({ days }: { readonly days: readonly StandingDay[] }) {
  const { say, language } = useProofWords();
  return (
    <details class="explain">
      <summary>{say.trend.table}</summary>
      <div class="trend-scroll" tabIndex={0} role="region" aria-label={say.trend.title}>
        <table class="trend-table">
          <caption class="unseen">{say.trend.title}</caption>
          <thead>
            <tr>
              <th scope="col">{say.trend.day}</th>
              {STATUSES.map((status) => (
                <th key={status} scope="col">
                  {say.statuses[status]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {[...days].reverse().map((one) => (
              <tr key={one.day}>
                <th scope="row">{writeDay(one.day, language)}</th>
                {STATUSES.map((status) => (
                  <td key={status}>{one[status]}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

export function Trend({ days }: { readonly days: readonly StandingDay[] }) {
  const { say, language } = useProofWords();
  const first = days[0];
  const last = days[days.length - 1];
  if (!first || !last) return <p class="soft">{say.trend.none}</p>;
  const top = Math.max(1, ...days.flatMap((one) => STATUSES.map((status) => one[status])));
  const from = writeDay(first.day, language);
  const to = writeDay(last.day, language);
  return (
    <div class="trend">
      <ul class="trend-lines" aria-label={say.trend.summary(from, to)}>
        {STATUSES.map((status) => (
          <li key={status} class={`trend-row trend-${status}`}>
            <StatusMark status={status} />
            <Line days={days} status={status} top={top} />
            <span class="trend-change">
              {first[status] === last[status]
                ? say.trend.same(last[status])
                : say.trend.change(first[status], last[status])}
            </span>
          </li>
        ))}
      </ul>
      <p class="trend-days soft">
        <span>{from}</span>
        {first.day !== last.day && <span>{to}</span>}
      </p>
      <Table days={days} />
    </div>
  );
}
