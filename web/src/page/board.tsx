/* The board of the day: who comes, who does not, and what must be remembered at lunch. */
import { useId, useState } from 'preact/hooks';
import { readBoard, readFacilities } from '../api/calls';
import type { Board, BoardChild, BoardClass, Kind } from '../api/model';
import { KINDS } from '../api/model';
import type { Day } from '../base/day';
import { addDays, isDay, isOn, today, writeClock, writeDay, writeInstant } from '../base/day';
import { useRemote } from '../base/remote';
import { useReturn } from '../base/return';
import { goTo, hrefOf } from '../base/route';
import { useSession } from '../base/session';
import { Button } from '../part/button';
import { Icon } from '../part/icon';
import { KindChip } from '../part/kind';
import { Native } from '../part/name';
import { RemoteView } from '../part/remote';
import { Title } from '../part/title';
import type { Language } from '../word/language';
import { useWords } from '../word/word';

const FILTERS = ['all', 'reported', 'allergy'] as const;
type Filter = (typeof FILTERS)[number];

const KEEPS: Record<Filter, (child: BoardChild) => boolean> = {
  all: () => true,
  reported: (child) => child.absence !== null,
  allergy: (child) => child.allergies !== null,
};

/* Whoever comes late or leaves early still comes. */
function count(children: readonly BoardChild[]): { readonly present: number } & Record<Kind, number> {
  const counts = { present: children.length, absence: 0, late: 0, early: 0 };
  for (const { absence } of children) {
    if (!absence) continue;
    counts[absence.kind] += 1;
    if (absence.kind === 'absence') counts.present -= 1;
  }
  return counts;
}

/* A time of day is enough for what came in on the day itself. */
function writeReported(time: string, day: Day, language: Language): string {
  return isOn(time, day) ? writeClock(time) : writeInstant(time, language);
}

function ChildRow({ child, day }: { readonly child: BoardChild; readonly day: Day }) {
  const { words, language } = useWords();
  const say = words.board;
  const { absence } = child;
  return (
    <li class={absence ? `pupil pupil-${absence.kind}` : 'pupil'}>
      <div class="pupil-who">
        <p class="pupil-name">
          <Native>
            {child.kana && <span class="kana">{child.kana}</span>}
            {child.name}
          </Native>
        </p>
        {child.allergies && (
          <p class="allergy">
            <Icon name="warning" />
            <span>
              <span class="allergy-label">{say.allergy}</span> <Native>{child.allergies}</Native>
            </span>
          </p>
        )}
      </div>
      <div class="pupil-status">
        {absence ? (
          <>
            <KindChip kind={absence.kind} />
            {absence.reason && (
              <p class="pupil-reason">
                <Native>{absence.reason}</Native>
              </p>
            )}
            {(absence.reporter || absence.reported_at) && (
              <p class="soft">
                {say.reportedBy(
                  absence.reporter ?? '',
                  absence.reported_at ? writeReported(absence.reported_at, day, language) : '',
                )}
              </p>
            )}
          </>
        ) : (
          <p class="soft">{say.notReported}</p>
        )}
      </div>
    </li>
  );
}

interface ClassProps {
  readonly of: BoardClass;
  readonly filter: Filter;
  readonly day: Day;
}

function ClassSection({ of: group, filter, day }: ClassProps) {
  const { words } = useWords();
  const say = words.board;
  const id = useId();
  const shown = group.children.filter(KEEPS[filter]);
  const { present } = count(group.children);
  return (
    <section class="class" aria-labelledby={id}>
      <div class="class-head">
        <h2 class="class-name" id={id}>
          <Native>{group.name}</Native>
        </h2>
        <p class="class-count">{say.classCount(present, group.children.length)}</p>
      </div>
      {shown.length > 0 ? (
        <ul class="pupils">
          {shown.map((child) => (
            <ChildRow key={child.id} child={child} day={day} />
          ))}
        </ul>
      ) : (
        <p class="class-empty">{group.children.length === 0 ? say.noChildren : say.noMatch}</p>
      )}
    </section>
  );
}

function Numbers({ classes }: { readonly classes: readonly BoardClass[] }) {
  const { words } = useWords();
  const counts = count(classes.flatMap((group) => group.children));
  const unit = words.board.people && <span class="unit">{words.board.people}</span>;
  return (
    <dl class="numbers">
      <div class="number number-present">
        <dt>{words.board.expected}</dt>
        <dd>
          {counts.present}
          {unit}
        </dd>
      </div>
      {KINDS.map((kind) => (
        <div class={`number number-${kind}`} key={kind}>
          <dt>{words.kinds[kind]}</dt>
          <dd>
            {counts[kind]}
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

  if (board.classes.length === 0) return <p class="empty">{say.noClasses}</p>;
  const one = board.classes.filter((group) => group.id === chosen);
  const classes = one.length > 0 ? one : board.classes;
  return (
    <>
      <Numbers classes={classes} />
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
        <ClassSection key={group.id} of={group} filter={filter} day={board.date} />
      ))}
    </>
  );
}

interface BoardOfProps {
  readonly facility: string;
  readonly date: Day | null;
}

function BoardOf({ facility, date }: BoardOfProps) {
  const { words, language } = useWords();
  const { me } = useSession();
  const say = words.board;
  const now = today();
  const day = date ?? now;
  const [board, again] = useRemote(readBoard(facility, day));
  useReturn(again);

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
      {me.facility ? (
        <BoardOf facility={me.facility.id} date={date} />
      ) : (
        <ChosenBoard facility={facility} date={date} />
      )}
    </>
  );
}
