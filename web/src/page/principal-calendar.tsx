/* The year of the facility: which days it is open, and its hours. */
import { putDay, putHours, readHours, readOpenDays, removeDay } from '../api/office';
import type { Hours, OpenDay } from '../api/office';
import type { Day } from '../base/day';
import { addDays, addMonths, monthOf, today, writeDay, writeMonth, writeTime } from '../base/day';
import { useRemote } from '../base/remote';
import { hrefOf } from '../base/route';
import { useSending } from '../base/sending';
import { useSession } from '../base/session';
import { Act } from '../part/act';
import { Back } from '../part/back';
import { Button } from '../part/button';
import { given } from '../part/form';
import type { FieldOf } from '../part/form';
import { Icon } from '../part/icon';
import { Native } from '../part/name';
import { SendProblem } from '../part/problem';
import { RemoteView } from '../part/remote';
import { Title } from '../part/title';
import { useWords } from '../word/word';

interface Place {
  readonly facility: string;
}

function HoursPart({ facility }: Place) {
  const { words } = useWords();
  const { client, operations } = useSession();
  const say = words.calendar;
  const [hours, again] = useRemote(readHours(facility));
  const time = (name: keyof Hours, label: string, value: string | null): FieldOf => ({ name, label, kind: 'time', value });
  return (
    <section class="part-section">
      <h2 class="section-title">{say.hours}</h2>
      <RemoteView of={hours} again={again}>
        {({ opens, closes, cut_off }) => (
          <>
            <dl class="facts panel">
              <div>
                <dt>{say.openHours}</dt>
                <dd>{opens && closes ? say.from(writeTime(opens), writeTime(closes)) : say.unknown}</dd>
              </div>
              <div>
                <dt>{say.cutOff}</dt>
                <dd>{cut_off ? say.until(writeTime(cut_off)) : say.unknown}</dd>
              </div>
            </dl>
            {operations.has('facility.hours') && (
              <div class="acts">
                <Act
                  label={say.changeHours}
                  title={say.changeHours}
                  lead={say.cutOffHint}
                  submit={say.save}
                  fields={[
                    time('opens', say.opens, opens),
                    time('closes', say.closes, closes),
                    time('cut_off', say.cutOff, cut_off),
                  ]}
                  act={async (values) => {
                    await client(putHours(facility, given(values)));
                    again();
                  }}
                />
              </div>
            )}
          </>
        )}
      </RemoteView>
    </section>
  );
}

interface DayProps extends Place {
  readonly of: OpenDay;
  readonly changed: () => void;
}

function DayRow({ of: { date, open, name, own }, facility, changed }: DayProps) {
  const { words, language } = useWords();
  const { client, operations } = useSession();
  const say = words.calendar;
  const { busy, problem, send } = useSending();
  const written = writeDay(date, language);
  const put = async (kind: string, called: string) => {
    await client(putDay(facility, date, kind === 'open', called));
    changed();
  };
  return (
    <li class={open ? 'row row-wraps' : 'row row-wraps row-closed'}>
      <span class="row-words">
        <span class="row-label">{written}</span>
        <span class="row-state">
          {open ? say.open : say.closed}
          {name && (
            <>
              {'　'}
              <Native>{name}</Native>
            </>
          )}
        </span>
      </span>
      {problem && <SendProblem problem={problem} />}
      <span class="row-acts">
        {own && operations.has('calendar.remove') && (
          <Button
            look="quiet"
            busy={busy}
            onClick={() => void send(async () => (await client(removeDay(facility, date)), changed()))}
          >
            {say.remove}
            <span class="unseen">（{written}）</span>
          </Button>
        )}
        {operations.has('calendar.put') && (
          <Act
            look="quiet"
            label={say.change}
            about={written}
            title={say.changeDay(written)}
            submit={say.save}
            fields={dayFields(say, open, own ? name : null)}
            act={({ kind = '', name: called = '' }) => put(kind, called)}
          />
        )}
      </span>
    </li>
  );
}

const dayFields = (say: ReturnType<typeof useWords>['words']['calendar'], open: boolean, name: string | null): readonly FieldOf[] => [
  {
    name: 'kind',
    label: say.kind,
    kind: 'choice',
    value: open ? 'closed' : 'open',
    options: [
      { value: 'open', label: say.open },
      { value: 'closed', label: say.closed },
    ],
  },
  { name: 'name', label: say.name, value: name, hint: say.nameHint, required: true, maxLength: 60 },
];

const lastOf = (month: string): Day => addDays(`${addMonths(month, 1)}-01`, -1);

function Month({ facility, month }: Place & { readonly month: string }) {
  const { words, language } = useWords();
  const say = words.calendar;
  const [days, again] = useRemote(readOpenDays(facility, `${month}-01`, lastOf(month)));
  const step = (count: number, label: string) => (
    <a class="button button-outlined" href={hrefOf({ page: 'calendar', month: addMonths(month, count) })}>
      {count < 0 && <Icon name="left" />}
      <span>{label}</span>
      {count > 0 && <Icon name="right" />}
    </a>
  );
  return (
    <section class="part-section">
      <h2 class="section-title">{writeMonth(month, language)}</h2>
      <p class="soft">{say.monthHint}</p>
      <div class="steps">
        {step(-1, say.before)}
        {step(1, say.after)}
      </div>
      <RemoteView of={days} again={again}>
        {({ items }) => (
          <>
            <p class="soft">{say.openCount(items.filter(({ open }) => open).length)}</p>
            <ul class="rows rows-tight">
              {items.map((one) => (
                <DayRow key={one.date} of={one} facility={facility} changed={again} />
              ))}
            </ul>
          </>
        )}
      </RemoteView>
    </section>
  );
}

export function CalendarPage({ month }: { readonly month: string | null }) {
  const { words } = useWords();
  const { me } = useSession();
  const say = words.calendar;
  return (
    <>
      <Back to={{ page: 'manage' }} label={words.manage.title} />
      <Title text={say.title} />
      {me.facility ? (
        <>
          <Month facility={me.facility.id} month={month ?? monthOf(today())} />
          <HoursPart facility={me.facility.id} />
        </>
      ) : (
        <p class="empty">{words.board.noFacility}</p>
      )}
    </>
  );
}
