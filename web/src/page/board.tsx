/* The board of the day: who comes, who does not, and what must be remembered at lunch. */
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { readBoard, readFacilities } from '../api/calls';
import type { PassageKind } from '../api/day';
import { attendancePath, morningList } from '../api/day';
import type { Board, BoardChild, BoardClass, Kind } from '../api/model';
import type { Day } from '../base/day';
import { addDays, dayOf, isDay, isOn, today, writeClock, writeDay, writeInstant } from '../base/day';
import { useEvery } from '../base/every';
import type { Entry } from '../base/outbox';
import { outbox, useOutbox } from '../base/outbox';
import { useRemote } from '../base/remote';
import { useReturn } from '../base/return';
import { goTo, hrefOf } from '../base/route';
import { useSession } from '../base/session';
import { Button } from '../part/button';
import { DeskPanel } from '../part/desk-panel';
import { FileButton } from '../part/file-button';
import { Icon } from '../part/icon';
import { KindChip } from '../part/kind';
import { Native } from '../part/name';
import { Notice } from '../part/notice';
import { OutboxView } from '../part/outbox';
import { RemoteView } from '../part/remote';
import { Title } from '../part/title';
import type { Language } from '../word/language';
import { useWords } from '../word/word';

/* How the day stands for a child; whoever comes late or leaves early still comes. */
type Place = 'unknown' | 'present' | 'left' | 'absent';

const FILTERS = ['all', 'unknown', 'reported', 'allergy'] as const;
type Filter = (typeof FILTERS)[number];

const KEEPS: Record<Filter, (one: Standing) => boolean> = {
  all: () => true,
  unknown: ({ place }) => place === 'unknown',
  reported: ({ child }) => child.absence !== null,
  allergy: ({ child }) => child.allergies !== null,
};

/* What the server says, and over it what was pressed since. */
interface Standing {
  readonly child: BoardChild;
  readonly in: string | null;
  readonly out: string | null;
  readonly late: boolean; /* entered afterwards */
  readonly waiting: boolean; /* not at the server yet */
  readonly place: Place;
}

const isPassage = (body: string, kind: PassageKind): boolean => (JSON.parse(body) as { kind?: unknown }).kind === kind;

function placeOf(child: BoardChild, came: string | null, went: string | null): Place {
  if (went) return 'left';
  if (came) return 'present';
  return child.absence?.kind === 'absence' ? 'absent' : 'unknown';
}

function standingOf(child: BoardChild, day: Day, entries: readonly Entry[]): Standing {
  const mine = entries.filter(
    ({ about, state, at }) => about === child.id && state !== 'refused' && dayOf(new Date(at)) === day,
  );
  const pressed = (kind: PassageKind) => mine.find(({ body }) => isPassage(body, kind))?.at ?? null;
  const came = child.in?.at ?? pressed('in');
  const went = child.out?.at ?? pressed('out');
  return {
    child,
    in: came,
    out: went,
    late: (child.out ?? child.in)?.late_entry ?? false,
    waiting: mine.some(({ state }) => state === 'waiting'),
    place: placeOf(child, came, went),
  };
}

function count(all: readonly Standing[]): Record<Place | Kind, number> {
  const counts = { unknown: 0, present: 0, left: 0, absent: 0, absence: 0, late: 0, early: 0 };
  for (const { child, place } of all) {
    counts[place] += 1;
    if (child.absence && (child.absence.kind !== 'absence' || place === 'absent')) counts[child.absence.kind] += 1;
  }
  return counts;
}

/* A time of day is enough for what came in on the day itself. */
function writeReported(time: string, day: Day, language: Language): string {
  return isOn(time, day) ? writeClock(time) : writeInstant(time, language);
}

interface RowProps {
  readonly one: Standing;
  readonly day: Day;
  readonly facility: string;
  readonly live: boolean; /* may entries be made? */
}

function ReportLines({ child, day }: { readonly child: BoardChild; readonly day: Day }) {
  const { words, language } = useWords();
  const say = words.board;
  const { absence } = child;
  if (!absence) return null;
  return (
    <div class="pupil-report">
      <KindChip kind={absence.kind} />
      {absence.reason && (
        <p class="pupil-reason">
          <Native>{absence.reason}</Native>
        </p>
      )}
      {absence.fetch && (
        <p class="pupil-reason">
          {say.fetchToday} <Native>{absence.fetch}</Native>
        </p>
      )}
      {(absence.reporter || absence.reported_at) && (
        <p class="soft">
          {say.reportedBy(
            absence.reporter ?? '',
            absence.reported_at ? writeReported(absence.reported_at, day, language) : '',
            absence.telephone,
          )}
        </p>
      )}
    </div>
  );
}

/* One press: came in, or went home. Through the outbox, so that a cut line or a second press makes no second entry. */
function Passages({ one, facility, live }: RowProps) {
  const { words } = useWords();
  const say = words.board;
  const running = useRef(false);
  const { child } = one;
  const record = async (kind: PassageKind) => {
    if (running.current) return;
    running.current = true;
    try {
      const at = new Date().toISOString();
      const body = { child: child.id, kind, at };
      await outbox.send({
        kind: 'attendance',
        about: child.id,
        path: attendancePath(facility),
        body,
        words: [child.name, words.board.passages[kind], writeClock(at)],
      });
    } finally {
      running.current = false;
    }
  };
  const times = (['in', 'out'] as const).filter((kind) => one[kind]);
  return (
    <div class="pupil-passages">
      {times.length > 0 && (
        <p class="pupil-times">
          {times.map((kind) => (
            <span key={kind}>
              {say.passages[kind]} <b>{writeClock(one[kind] ?? '')}</b>
            </span>
          ))}
          {one.late && <span class="row-mark">{say.lateEntry}</span>}
        </p>
      )}
      {one.waiting && (
        <p class="pupil-waiting">
          <Icon name="refresh" />
          {say.waiting}
        </p>
      )}
      {live && !one.in && (
        <Button look={one.place === 'absent' ? 'outlined' : 'filled'} onClick={() => void record('in')}>
          {say.came}
          <span class="unseen">（{child.name}）</span>
        </Button>
      )}
      {live && one.in && !one.out && (
        <Button onClick={() => void record('out')}>
          {say.went}
          <span class="unseen">（{child.name}）</span>
        </Button>
      )}
    </div>
  );
}

function ChildRow(props: RowProps) {
  const { words } = useWords();
  const { operations } = useSession();
  const say = words.board;
  const { child, place } = props.one;
  const { absence } = child;
  const name = (
    <Native>
      {child.kana && <span class="kana">{child.kana}</span>}
      <span>{child.name}</span>
    </Native>
  );
  return (
    <li class={absence ? `pupil pupil-${absence.kind} place-${place}` : `pupil place-${place}`}>
      <div class="pupil-who">
        <p class="pupil-name">
          {operations.has('child.see') ? (
            <a href={hrefOf({ page: 'pupil', child: child.id, date: props.day === today() ? null : props.day })}>{name}</a>
          ) : (
            name
          )}
        </p>
        {child.allergies && (
          <p class="allergy">
            <Icon name="warning" />
            <span>
              <span class="allergy-label">{say.allergy}</span> <Native>{child.allergies}</Native>
            </span>
          </p>
        )}
        {child.fetchers && (
          <p class="soft">
            {say.fetchers} <Native>{child.fetchers}</Native>
          </p>
        )}
        <ReportLines child={child} day={props.day} />
      </div>
      <Passages {...props} />
    </li>
  );
}

interface ClassProps {
  readonly of: BoardClass;
  readonly all: readonly Standing[];
  readonly filter: Filter;
  readonly board: Board;
}

function ClassSection({ of: group, all, filter, board }: ClassProps) {
  const { words } = useWords();
  const { operations } = useSession();
  const say = words.board;
  const id = useId();
  const shown = all.filter(KEEPS[filter]);
  const counts = count(all);
  const live = board.date === today() && operations.has('attendance.record');
  return (
    <section class="class" aria-labelledby={id}>
      <div class="class-head">
        <h2 class="class-name" id={id}>
          <Native>{group.name}</Native>
          {group.own && <span class="row-mark">{say.own}</span>}
        </h2>
        <p class="class-count">{say.classCount(counts.present, all.length, counts.unknown)}</p>
      </div>
      {shown.length > 0 ? (
        <ul class="pupils">
          {shown.map((one) => (
            <ChildRow key={one.child.id} one={one} day={board.date} facility={board.facility.id} live={live} />
          ))}
        </ul>
      ) : (
        <p class="class-empty">{group.children.length === 0 ? say.noChildren : say.noMatch}</p>
      )}
    </section>
  );
}

const NUMBERS = ['present', 'unknown', 'absence', 'late', 'early', 'left'] as const;

function Numbers({ all }: { readonly all: readonly Standing[] }) {
  const { words } = useWords();
  const counts = count(all);
  const unit = words.board.people && <span class="unit">{words.board.people}</span>;
  return (
    <dl class="numbers">
      {NUMBERS.map((name) => (
        <div class={`number number-${name}`} key={name}>
          <dt>{words.board.numbers[name]}</dt>
          <dd>
            {counts[name]}
            {unit}
          </dd>
        </div>
      ))}
    </dl>
  );
}

interface PickProps<T extends string> {
  readonly label: string;
  readonly options: readonly { readonly value: T; readonly label: string; readonly native?: boolean }[];
  readonly value: T;
  readonly onValue: (value: T) => void;
}

function Pick<T extends string>({ label, options, value, onValue }: PickProps<T>) {
  return (
    <div class="pick" role="group" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          class="chip"
          aria-pressed={option.value === value}
          onClick={() => onValue(option.value)}
        >
          {option.native ? <Native>{option.label}</Native> : option.label}
        </button>
      ))}
    </div>
  );
}

const ALL = '';

function BoardView({ board }: { readonly board: Board }) {
  const { words } = useWords();
  const say = words.board;
  const [chosen, setChosen] = useState(ALL);
  const [filter, setFilter] = useState<Filter>('all');
  const entries = useOutbox('attendance');

  if (board.classes.length === 0) return <p class="empty">{say.noClasses}</p>;
  const one = board.classes.filter((group) => group.id === chosen);
  const classes = one.length > 0 ? one : board.classes;
  const standings = new Map(
    classes.map((group) => [group.id, group.children.map((child) => standingOf(child, board.date, entries))]),
  );
  return (
    <>
      {!board.open && <Notice tone="info" title={say.closed} />}
      <Numbers all={[...standings.values()].flat()} />
      <div class="picks">
        {board.classes.length > 1 && (
          <Pick
            label={say.classes}
            value={one.length > 0 ? chosen : ALL}
            onValue={setChosen}
            options={[
              { value: ALL, label: say.all },
              ...board.classes.map((group) => ({ value: group.id, label: group.name, native: true })),
            ]}
          />
        )}
        <Pick
          label={say.show}
          value={filter}
          onValue={setFilter}
          options={FILTERS.map((value) => ({ value, label: say.filters[value] }))}
        />
      </div>
      {classes.map((group) => (
        <ClassSection key={group.id} of={group} all={standings.get(group.id) ?? []} filter={filter} board={board} />
      ))}
    </>
  );
}

const REFRESH_MS = 60_000;

interface BoardOfProps {
  readonly facility: string;
  readonly date: Day | null;
}

function BoardOf({ facility, date }: BoardOfProps) {
  const { words, language } = useWords();
  const { me, operations } = useSession();
  const say = words.board;
  const now = today();
  const day = date ?? now;
  const [board, again] = useRemote(readBoard(facility, day));
  useReturn(again);
  useEvery(REFRESH_MS, again);
  const sent = useOutbox('attendance').filter(({ state }) => state === 'sent').length;
  useEffect(() => {
    if (sent > 0) again();
  }, [sent, again]);

  const kept = facility === me.facility?.id ? null : facility;
  const at = (to: Day) => hrefOf({ page: 'board', facility: kept, date: to === now ? null : to });
  const name = board.state === 'ready' ? board.value.facility.name : facility === me.facility?.id ? me.facility.name : '';

  return (
    <>
      <div class="board-head">
        <div>
          <p class="eyebrow">
            <Native>{name}</Native>
            {board.state === 'ready' && <span>{say.asOf(writeClock(board.at.toISOString()))}</span>}
          </p>
          <p class="board-day" aria-live="polite">
            {writeDay(day, language)}
            {day === now && <span class="today-mark">{say.today}</span>}
          </p>
        </div>
        <div class="board-date">
          <a class="button button-outlined" href={at(addDays(day, -1))}>
            <Icon name="left" />
            <span>{say.previous}</span>
          </a>
          <a class="button button-outlined button-after" href={at(addDays(day, 1))}>
            <span>{say.next}</span>
            <Icon name="right" />
          </a>
          {day !== now && (
            <a class="button button-outlined" href={at(now)}>
              {say.today}
            </a>
          )}
          <label class="date-pick">
            <span class="unseen">{say.pick}</span>
            <input
              class="input"
              type="date"
              value={day}
              onChange={(event) => {
                const picked = event.currentTarget.value;
                if (isDay(picked)) goTo({ page: 'board', facility: kept, date: picked === now ? null : picked });
              }}
            />
          </label>
          <Button icon="refresh" look="quiet" busy={board.state === 'ready' && board.refreshing} onClick={again}>
            {say.refresh}
          </Button>
          {operations.has('board.print') && (
            <FileButton call={() => morningList(facility, day)}>{say.morningList}</FileButton>
          )}
        </div>
      </div>
      <RemoteView of={board} again={again}>
        {(value) => <BoardView board={value} />}
      </RemoteView>
    </>
  );
}

/* Whoever has no facility of their own chooses among those they may see. */
function ChosenBoard({ facility, date }: { readonly facility: string | null; readonly date: Day | null }) {
  const { words } = useWords();
  const id = useId();
  const [facilities, again] = useRemote(readFacilities());
  return (
    <RemoteView of={facilities} again={again}>
      {({ items }) => {
        const chosen = items.find((item) => item.id === facility) ?? items[0];
        if (!chosen) return <p class="empty">{words.board.noFacility}</p>;
        return (
          <>
            {items.length > 1 && (
              <div class="field facility-pick">
                <label class="label" for={id}>
                  {words.board.facility}
                </label>
                <select
                  id={id}
                  class="input"
                  lang="ja"
                  value={chosen.id}
                  onChange={(event) => goTo({ page: 'board', facility: event.currentTarget.value, date })}
                >
                  {items.map((item) => (
                    <option key={item.id} value={item.id}>
                      {item.name}
                    </option>
                  ))}
                </select>
              </div>
            )}
            <BoardOf facility={chosen.id} date={date} />
          </>
        );
      }}
    </RemoteView>
  );
}

interface Props {
  readonly facility: string | null;
  readonly date: Day | null;
}

export function BoardPage({ facility, date }: Props) {
  const { words } = useWords();
  const { me } = useSession();
  return (
    <>
      <Title text={words.board.title} />
      <OutboxView />
      <DeskPanel />
      {me.facility ? (
        <BoardOf facility={me.facility.id} date={date} />
      ) : (
        <ChosenBoard facility={facility} date={date} />
      )}
    </>
  );
}
