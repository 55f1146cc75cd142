/* A child's month: a sheet as it hangs on the wall, then each day that has something to tell. */
import { readChild } from '../api/calls';
import type { MonthDay } from '../api/family';
import { readMonth } from '../api/family';
import type { Child } from '../api/model';
import { addMonths, isMonth, monthOf, today, weekdayOf, writeClock, writeDay, writeMonth, writeWeekday } from '../base/day';
import { useRemote } from '../base/remote';
import { hrefOf } from '../base/route';
import { Back } from '../part/back';
import { Icon } from '../part/icon';
import { KindChip } from '../part/kind';
import { Native } from '../part/name';
import { RemoteView } from '../part/remote';
import { Title } from '../part/title';
import type { Words } from '../word/ja';
import { useWords } from '../word/word';

type Mark = keyof Words['month']['marks'];

function markOf(day: MonthDay): Mark | null {
  if (day.in && (day.absence === null || day.absence.kind === 'absence')) return 'present';
  if (day.absence) return day.absence.kind;
  return day.open ? null : 'closed';
}

const WEEK = [0, 1, 2, 3, 4, 5, 6] as const;

/* Rows of seven, with nothing before the first and after the last. */
function weeks(days: readonly MonthDay[]): readonly (readonly (MonthDay | null)[])[] {
  const before = days[0] ? weekdayOf(days[0].date) : 0;
  const cells: (MonthDay | null)[] = [...Array<null>(before).fill(null), ...days];
  while (cells.length % WEEK.length > 0) cells.push(null);
  return Array.from({ length: cells.length / WEEK.length }, (_, row) => cells.slice(row * WEEK.length, (row + 1) * WEEK.length));
}

function Sheet({ days, label }: { readonly days: readonly MonthDay[]; readonly label: string }) {
  const { words, language } = useWords();
  const say = words.month;
  const now = today();
  return (
    <table class="sheet">
      <caption class="unseen">{label}</caption>
      <thead>
        <tr>
          {WEEK.map((weekday) => (
            <th key={weekday} scope="col">
              {writeWeekday(weekday, language)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeks(days).map((week, row) => (
          <tr key={row}>
            {week.map((day, column) => {
              const mark = day && markOf(day);
              return (
                <td
                  key={column}
                  class={`sheet-day${mark ? ` sheet-${mark}` : ''}`}
                  aria-current={day?.date === now ? 'date' : undefined}
                >
                  {day && (
                    <>
                      <span class="sheet-number">{Number(day.date.slice(8))}</span>
                      {mark && (
                        <span class="sheet-mark">
                          <span aria-hidden="true">{say.marks[mark]}</span>
                          <span class="unseen">{say.names[mark]}</span>
                        </span>
                      )}
                    </>
                  )}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const tells = (day: MonthDay): boolean => day.in !== null || day.out !== null || day.absence !== null || (!day.open && day.name !== null);

function DayRow({ day }: { readonly day: MonthDay }) {
  const { words, language } = useWords();
  const say = words.month;
  return (
    <li class="report">
      <span class="report-day">{writeDay(day.date, language)}</span>
      {day.absence && <KindChip kind={day.absence.kind} />}
      {day.in && <span>{say.in(writeClock(day.in))}</span>}
      {day.out && <span>{say.out(writeClock(day.out))}</span>}
      {!day.open && day.name && <Native>{day.name}</Native>}
      {day.absence?.reason && (
        <span class="report-reason">
          <Native>{day.absence.reason}</Native>
        </span>
      )}
    </li>
  );
}

function MonthOf({ child, month }: { readonly child: Child; readonly month: string }) {
  const { words, language } = useWords();
  const say = words.month;
  const [days, again] = useRemote(readMonth(child.id, month));
  const label = writeMonth(month, language);
  return (
    <>
      <Title text={say.title(child.name)} />
      <div class="month-head">
        <a class="button button-outlined" href={hrefOf({ page: 'month', child: child.id, month: addMonths(month, -1) })}>
          <Icon name="left" />
          <span>{say.previous}</span>
        </a>
        <p class="month-name" aria-live="polite">
          {label}
        </p>
        <a class="button button-outlined" href={hrefOf({ page: 'month', child: child.id, month: addMonths(month, 1) })}>
          <span>{say.next}</span>
          <Icon name="right" />
        </a>
      </div>
      <RemoteView of={days} again={again}>
        {({ items }) => (
          <>
            <Sheet days={items} label={label} />
            <section class="part-section">
              <h2 class="section-title">{say.days}</h2>
              {items.some(tells) ? (
                <ul class="reports">
                  {items.filter(tells).map((day) => (
                    <DayRow key={day.date} day={day} />
                  ))}
                </ul>
              ) : (
                <p class="soft">{say.empty}</p>
              )}
            </section>
          </>
        )}
      </RemoteView>
    </>
  );
}

export function MonthPage({ child: id, month }: { readonly child: string; readonly month: string | null }) {
  const { words } = useWords();
  const [child, again] = useRemote(readChild(id));
  return (
    <>
      <Back to={{ page: 'home' }} label={words.nav.back} />
      <RemoteView of={child} again={again}>
        {(value) => <MonthOf child={value} month={month && isMonth(month) ? month : monthOf(today())} />}
      </RemoteView>
    </>
  );
}
