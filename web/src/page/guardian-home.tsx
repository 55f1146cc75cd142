/* A guardian's children: how today is, what is reported, and the way to every report in two presses. */
import { useEffect, useState } from 'preact/hooks';
import { readAbsences, readChildren } from '../api/calls';
import type { Calendar, MonthDay } from '../api/family';
import { readCalendar, readMonth } from '../api/family';
import type { Absence, Child } from '../api/model';
import { KINDS, standing } from '../api/model';
import type { Day } from '../base/day';
import { isWeekday, monthOf, today, writeClock, writeDay } from '../base/day';
import { useOutbox } from '../base/outbox';
import { useRemote } from '../base/remote';
import { CUT_OFF, inTime } from '../base/reporting';
import { hrefOf } from '../base/route';
import { useSession } from '../base/session';
import { useReturn } from '../base/return';
import { Icon } from '../part/icon';
import { KindChip } from '../part/kind';
import { Native } from '../part/name';
import { OutboxView } from '../part/outbox';
import { ProblemNotice } from '../part/problem';
import { RemoteView } from '../part/remote';
import { Report } from '../part/report';
import { Title } from '../part/title';
import { useWords } from '../word/word';

const CALENDAR_DAYS = 30;
const CLOSED_SHOWN = 4;

function upcoming(absences: readonly Absence[], from: Day): readonly Absence[] {
  return absences
    .filter((absence) => absence.date >= from && standing(absences, absence.date) === absence)
    .sort((a, b) => (a.date === b.date ? 0 : a.date < b.date ? -1 : 1));
}

/* In, out, absent or expected: one line that is read at a glance. */
function TodayLine({ of: present }: { readonly of: MonthDay }) {
  const { words } = useWords();
  const say = words.home;
  if (present.out) return <p class="today today-out">{say.wentHome(writeClock(present.out))}</p>;
  if (present.in) return <p class="today today-in">{say.arrived(writeClock(present.in))}</p>;
  if (!present.open) {
    return (
      <p class="today">
        {say.closedToday}
        {present.name && (
          <>
            {' '}
            <Native>{present.name}</Native>
          </>
        )}
      </p>
    );
  }
  if (present.absence) {
    return (
      <p class="today">
        <KindChip kind={present.absence.kind} />
        {say.reported}
      </p>
    );
  }
  return <p class="today">{say.expected}</p>;
}

function Today({ child, day, turn }: { readonly child: string; readonly day: Day; readonly turn: number }) {
  const { words, language } = useWords();
  const [month, again] = useRemote(readMonth(child, monthOf(day)));
  useEffect(() => {
    if (turn > 0) again();
  }, [turn, again]);
  useReturn(again);
  return (
    <section class="child-today">
      <h3 class="small-title">
        {words.home.today} <span class="soft">{writeDay(day, language)}</span>
      </h3>
      {month.state === 'loading' ? (
        <p class="today">{words.remote.loading}</p> /* as high as what takes its place: nothing below may move */
      ) : (
        <RemoteView of={month} again={again}>
          {({ items }) => {
            const present = items.find(({ date }) => date === day);
            return present ? <TodayLine of={present} /> : <p class="soft">{words.home.unknown}</p>;
          }}
        </RemoteView>
      )}
    </section>
  );
}

interface UpcomingProps {
  readonly child: string;
  readonly cutOff: string;
  readonly turn: number;
  readonly changed: () => void;
}

function Upcoming({ child, cutOff, turn, changed }: UpcomingProps) {
  const { words } = useWords();
  const [absences, again] = useRemote(readAbsences(child));
  useEffect(() => {
    if (turn > 0) again();
  }, [turn, again]);
  if (absences.state === 'failed') return <ProblemNotice problem={absences.problem} again={again} />;
  if (absences.state === 'loading') return <p class="soft">{words.remote.loading}</p>;
  const coming = upcoming(absences.value.items, today());
  if (coming.length === 0) return <p class="soft">{words.home.none}</p>;
  return (
    <ul class="reports">
      {coming.map((absence) => (
        <Report
          key={absence.id}
          child={child}
          absence={absence}
          open={inTime(absence.date, cutOff, new Date())}
          changed={changed}
        />
      ))}
    </ul>
  );
}

/* Closed days that are not simply weekends. */
function ClosedDays({ calendar }: { readonly calendar: Calendar }) {
  const { words, language } = useWords();
  const closed = calendar.items.filter(({ date, open, own, name }) => !open && (isWeekday(date) || own) && name);
  if (closed.length === 0) return null;
  return (
    <section class="child-closed">
      <h3 class="small-title">{words.home.closedDays}</h3>
      <ul class="closed-days">
        {closed.slice(0, CLOSED_SHOWN).map(({ date, name }) => (
          <li key={date}>
            <span>{writeDay(date, language)}</span> <Native>{name}</Native>
          </li>
        ))}
      </ul>
    </section>
  );
}

function ChildLinks({ child }: { readonly child: Child }) {
  const { words } = useWords();
  const { operations } = useSession();
  const say = words.home;
  const links = [
    operations.has('attendance.month') && ([{ page: 'month', child: child.id }, say.month] as const),
    operations.has('absence.list') && ([{ page: 'reports', child: child.id }, say.reportsAll] as const),
    operations.has('child.history') && ([{ page: 'looked', child: child.id }, say.looked] as const),
  ].filter((link) => link !== false);
  return (
    <ul class="child-links">
      {links.map(([to, label]) => (
        <li key={label}>
          <a class="child-link" href={hrefOf(to)}>
            <span>
              {label}
              <span class="unseen">
                {' '}
                <Native>{child.name}</Native>
              </span>
            </span>
            <Icon name="right" />
          </a>
        </li>
      ))}
    </ul>
  );
}

function ChildCard({ child }: { readonly child: Child }) {
  const { words } = useWords();
  const { operations } = useSession();
  const [day] = useState(today);
  const [calendar] = useRemote(readCalendar(child.facility ?? '', day, CALENDAR_DAYS));
  const [own, setOwn] = useState(0);
  const sent = useOutbox('absence').filter(({ about, state }) => about === child.id && state === 'sent').length;
  const turn = own + sent;
  const cutOff = (calendar.state === 'ready' && calendar.value.cut_off) || CUT_OFF;
  const place = [child.facility_name, child.class_name].filter(Boolean).join('　');
  return (
    <li class="child-card">
      <h2 class="child-name">
        <Native>
          {child.kana && <span class="kana">{child.kana}</span>}
          {child.name}
        </Native>
      </h2>
      {place && (
        <p class="soft">
          <Native>{place}</Native>
        </p>
      )}
      {operations.has('attendance.month') && <Today child={child.id} day={day} turn={turn} />}
      <div class="child-reports">
        {KINDS.map((kind) => (
          <a
            class={kind === 'absence' ? 'button button-filled child-report' : 'button button-outlined'}
            href={hrefOf({ page: 'absence', child: child.id, kind: kind === 'absence' ? null : kind })}
            key={kind}
          >
            <span>
              {words.home.reports[kind]}
              <span class="unseen">
                {' '}
                <Native>{child.name}</Native>
              </span>
            </span>
          </a>
        ))}
      </div>
      <ChildLinks child={child} />
      {/* What grows when it is read stands below what is pressed. */}
      <section class="child-upcoming">
        <h3 class="small-title">{words.home.upcoming}</h3>
        <Upcoming child={child.id} cutOff={cutOff} turn={turn} changed={() => setOwn((before) => before + 1)} />
      </section>
      {calendar.state === 'ready' && <ClosedDays calendar={calendar.value} />}
    </li>
  );
}

export function GuardianHome() {
  const { words } = useWords();
  const [children, again] = useRemote(readChildren());
  return (
    <>
      <Title text={words.home.title} />
      <OutboxView />
      <RemoteView of={children} again={again}>
        {({ items }) =>
          items.length === 0 ? (
            <div class="empty">
              <p class="empty-title">{words.home.empty}</p>
              <p>{words.home.emptyHint}</p>
            </div>
          ) : (
            <ul class="children">
              {items.map((child) => (
                <ChildCard key={child.id} child={child} />
              ))}
            </ul>
          )
        }
      </RemoteView>
    </>
  );
}
