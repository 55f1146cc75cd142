/* One child, for those who care for it: what to keep in mind, whom to call, and its day with every correction. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { readAbsences } from '../api/calls';
import { newKey } from '../api/client';
import type { Attendance, Guardian, Pupil } from '../api/day';
import { correctAttendance, readAttendance, readGuardians, readPupil, reportByTelephone } from '../api/day';
import type { Kind } from '../api/model';
import { KINDS } from '../api/model';
import type { Day } from '../base/day';
import { addDays, isDay, timeOf, today, writeClock, writeDay } from '../base/day';
import { useRemote } from '../base/remote';
import { useSending } from '../base/sending';
import { useSession } from '../base/session';
import { Back } from '../part/back';
import { Button } from '../part/button';
import { Dialog } from '../part/dialog';
import { Area, Choice, Field } from '../part/field';
import { Native } from '../part/name';
import { Notice } from '../part/notice';
import { fieldMessages, SendProblem } from '../part/problem';
import { RemoteView } from '../part/remote';
import { Report } from '../part/report';
import { Title } from '../part/title';
import { useWords } from '../word/word';

const CARE = ['allergies', 'medical', 'fetchers', 'emergency_contacts', 'notes'] as const;
const AHEAD_DAYS = 60;

function Part({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <section class="panel pupil-part">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Care({ pupil }: { readonly pupil: Pupil }) {
  const { words } = useWords();
  const say = words.pupil;
  const known = CARE.filter((name) => pupil[name]);
  return (
    <Part title={say.care}>
      {known.length === 0 ? (
        <p class="soft">{say.nothing}</p>
      ) : (
        <dl class="facts">
          {known.map((name) => (
            <div key={name} class={name === 'allergies' ? 'fact-warning' : undefined}>
              <dt>{say.fields[name]}</dt>
              <dd>
                <Native>{pupil[name]}</Native>
              </dd>
            </div>
          ))}
        </dl>
      )}
    </Part>
  );
}

function Guardians({ guardians }: { readonly guardians: readonly Guardian[] }) {
  const { words } = useWords();
  const say = words.pupil;
  return (
    <Part title={say.guardians}>
      {guardians.length === 0 && <p class="soft">{say.noGuardians}</p>}
      <ul class="guardians">
        {guardians.map(({ id, name, relation, telephone }) => (
          <li key={id}>
            <span>
              <Native>{[name, relation].filter(Boolean).join('・')}</Native>
            </span>
            {telephone && (
              <a class="button button-outlined" href={`tel:${telephone.replace(/[^0-9+]/g, '')}`}>
                <span>
                  <span class="unseen">{say.call(name)} </span>
                  {telephone}
                </span>
              </a>
            )}
          </li>
        ))}
      </ul>
    </Part>
  );
}

interface CorrectProps {
  readonly child: string;
  readonly entry: Attendance;
  readonly done: () => void;
  readonly close: () => void;
}

function Correct({ child, entry, done, close }: CorrectProps) {
  const { words, language } = useWords();
  const { client } = useSession();
  const say = words.pupil;
  const { busy, problem, send } = useSending();
  const [time, setTime] = useState(timeOf(new Date(entry.at)));
  const [cancel, setCancel] = useState(false);
  const [reason, setReason] = useState('');
  const [checked, setChecked] = useState(false);
  const said = fieldMessages(problem, words, language);
  const timeFits = cancel || /^([01]?\d|2[0-3]):[0-5]\d$/.test(time);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setChecked(true);
    if (!timeFits || reason.trim() === '') return;
    const body = cancel
      ? { cancel, reason: reason.trim() }
      : { at: `${entry.date}T${time.padStart(5, '0')}:00+09:00`, reason: reason.trim() };
    if (await send(() => client(correctAttendance(child, entry.id, body)))) done();
  };

  return (
    <Dialog title={say.correctTitle(words.board.passages[entry.kind], writeClock(entry.at))} close={close}>
      <form class="form" noValidate onSubmit={(event) => void submit(event)}>
        <p>{say.correctHint}</p>
        <label class="tick">
          <input type="checkbox" name="cancel" checked={cancel} onChange={(event) => setCancel(event.currentTarget.checked)} />
          <span>{say.cancel}</span>
        </label>
        {!cancel && (
          <Field
            label={say.time}
            name="time"
            value={time}
            onText={setTime}
            inputMode="text"
            maxLength={5}
            error={(checked && !timeFits ? say.needTime : undefined) ?? said['at']}
          />
        )}
        <Area
          label={say.reason}
          name="reason"
          required
          rows={2}
          maxLength={200}
          value={reason}
          onText={setReason}
          error={(checked && reason.trim() === '' ? say.needReason : undefined) ?? said['reason']}
        />
        {problem && <SendProblem problem={problem} />}
        <div class="dialog-actions">
          <Button look="filled" type="submit" busy={busy}>
            {say.save}
          </Button>
          <Button look="quiet" onClick={close}>
            {words.dialog.cancel}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function DayOf({ child, day }: { readonly child: string; readonly day: Day }) {
  const { words, language } = useWords();
  const { operations } = useSession();
  const say = words.pupil;
  const [entries, again] = useRemote(readAttendance(child, day));
  const [wanted, setWanted] = useState<Attendance | null>(null);
  return (
    <Part title={say.day(writeDay(day, language))}>
      <RemoteView of={entries} again={again}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="soft">{say.noEntries}</p>
          ) : (
            <ul class="passages">
              {items.map((entry) => (
                <li key={entry.id} class={entry.in_force ? 'passage' : 'passage passage-old'}>
                  <p>
                    <b>
                      {words.board.passages[entry.kind]} {writeClock(entry.at)}
                    </b>
                    {entry.late_entry && <span class="row-mark">{say.lateEntry}</span>}
                    {entry.cancelled ? (
                      <span class="row-mark">{say.cancelled}</span>
                    ) : (
                      !entry.in_force && <span class="row-mark">{say.replaced}</span>
                    )}
                  </p>
                  <p class="soft">{say.by(entry.by_name ?? '', writeClock(entry.entered_at))}</p>
                  {entry.reason && (
                    <p class="soft">
                      <Native>{say.because(entry.reason)}</Native>
                    </p>
                  )}
                  {entry.in_force && !entry.cancelled && operations.has('attendance.correct') && (
                    <Button look="quiet" onClick={() => setWanted(entry)}>
                      {say.correct}
                      <span class="unseen">（{words.board.passages[entry.kind]}）</span>
                    </Button>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </RemoteView>
      {wanted && (
        <Correct
          child={child}
          entry={wanted}
          close={() => setWanted(null)}
          done={() => {
            setWanted(null);
            again();
          }}
        />
      )}
    </Part>
  );
}

interface TelephoneProps {
  readonly child: string;
  readonly guardians: readonly Guardian[];
  readonly done: () => void;
  readonly close: () => void;
}

function Telephoned({ child, guardians, done, close }: TelephoneProps) {
  const { words, language } = useWords();
  const { client } = useSession();
  const say = words.pupil;
  const { busy, problem, send } = useSending();
  const [whose, setWhose] = useState(guardians.length === 1 ? (guardians[0]?.id ?? '') : '');
  const [date, setDate] = useState(today);
  const [kind, setKind] = useState<Kind>('absence');
  const [reason, setReason] = useState('');
  const [fetch, setFetch] = useState('');
  const [checked, setChecked] = useState(false);
  const [key, setKey] = useState(newKey); /* one for each content */
  const said = fieldMessages(problem, words, language);

  const changing =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      set(value);
      setKey(newKey());
    };
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setChecked(true);
    if (whose === '' || !isDay(date) || reason.trim() === '') return;
    const body = { date, kind, reason: reason.trim(), guardian: whose, ...(fetch.trim() ? { fetch: fetch.trim() } : {}) };
    if (await send(() => client(reportByTelephone(child, body, key)))) done();
  };

  return (
    <Dialog title={say.telephoneTitle} close={close}>
      <form class="form" noValidate onSubmit={(event) => void submit(event)}>
        <Choice<string>
          label={say.whose}
          name="whose"
          value={whose}
          onValue={changing(setWhose)}
          options={guardians.map(({ id, name, relation }) => ({ value: id, label: name, hint: relation ?? '' }))}
          error={(checked && whose === '' ? say.needWhose : undefined) ?? said['guardian']}
        />
        <Field
          label={say.date}
          name="date"
          type="date"
          min={today()}
          max={addDays(today(), AHEAD_DAYS)}
          value={date}
          onText={changing(setDate)}
          error={(checked && !isDay(date) ? words.absence.needDate : undefined) ?? said['date']}
        />
        <Choice<Kind>
          label={say.kind}
          name="kind"
          value={kind}
          onValue={changing(setKind)}
          options={KINDS.map((value) => ({ value, label: words.kinds[value] }))}
          error={said['kind']}
        />
        <Area
          label={say.why}
          name="reason"
          required
          rows={2}
          maxLength={500}
          value={reason}
          onText={changing(setReason)}
          error={(checked && reason.trim() === '' ? say.needReason : undefined) ?? said['reason']}
        />
        <Field label={say.fetch} name="fetch" value={fetch} onText={changing(setFetch)} maxLength={100} error={said['fetch']} />
        {problem && <SendProblem problem={problem} />}
        <div class="dialog-actions">
          <Button look="filled" type="submit" busy={busy}>
            {say.send}
          </Button>
          <Button look="quiet" onClick={close}>
            {words.dialog.cancel}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Reports({ child, guardians }: { readonly child: string; readonly guardians: readonly Guardian[] }) {
  const { words } = useWords();
  const { operations } = useSession();
  const say = words.pupil;
  const [absences, again] = useRemote(readAbsences(child));
  const [asking, setAsking] = useState(false);
  const [recorded, setRecorded] = useState(false);
  return (
    <Part title={say.reports}>
      {recorded && <Notice tone="success" title={say.recorded} />}
      {operations.has('absence.report') && guardians.length > 0 && (
        <p>
          <Button
            onClick={() => {
              setRecorded(false);
              setAsking(true);
            }}
          >
            {say.telephone}
          </Button>
        </p>
      )}
      <RemoteView of={absences} again={again}>
        {({ items }) => {
          const ahead = items.filter(({ date }) => date >= today());
          return ahead.length === 0 ? (
            <p class="soft">{words.absence.historyEmpty}</p>
          ) : (
            <ul class="reports">
              {ahead.map((absence) => (
                <Report key={absence.id} child={child} absence={absence} open full changed={again} />
              ))}
            </ul>
          );
        }}
      </RemoteView>
      {asking && (
        <Telephoned
          child={child}
          guardians={guardians}
          close={() => setAsking(false)}
          done={() => {
            setAsking(false);
            setRecorded(true);
            again();
          }}
        />
      )}
    </Part>
  );
}

/* Guardians are shown to the child's own class; others care for it without. */
function WithGuardians({ child }: { readonly child: string }) {
  const [guardians, again] = useRemote(readGuardians(child));
  if (guardians.state === 'failed' && [403, 404].includes(guardians.problem.status))
    return <Reports child={child} guardians={[]} />;
  return (
    <RemoteView of={guardians} again={again}>
      {({ items }) => {
        const active = items.filter(({ state }) => state !== 'blocked');
        return (
          <>
            <Guardians guardians={active} />
            <Reports child={child} guardians={active} />
          </>
        );
      }}
    </RemoteView>
  );
}

interface Props {
  readonly child: string;
  readonly date: Day | null;
}

export function PupilPage({ child, date }: Props) {
  const { words } = useWords();
  const [pupil, again] = useRemote(readPupil(child));
  return (
    <>
      <Back to={{ page: 'board', date }} label={words.pupil.back} />
      <RemoteView of={pupil} again={again}>
        {(value) => (
          <>
            <Title text={value.name}>
              <Native>
                {value.kana && <span class="kana">{value.kana}</span>}
                {value.name}
              </Native>
            </Title>
            {value.class_name && (
              <p class="soft">
                <Native>{value.class_name}</Native>
              </p>
            )}
            <Care pupil={value} />
            <DayOf child={child} day={date ?? today()} />
            <WithGuardians child={child} />
          </>
        )}
      </RemoteView>
    </>
  );
}
