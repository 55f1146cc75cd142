/*
 * A guardian reports an absence: a usual reason is sent by one press, on the likely day; everything can be changed first.
 * Being late or early takes a time, so there the reasons only fill the text.
 *
 * The report goes through the outbox: however often the finger presses or the line is cut, it is one report, and where
 * there is no line it waits on the phone.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import { absencePath, readAbsences, readChild } from '../api/calls';
import type { Calendar } from '../api/family';
import { readCalendar } from '../api/family';
import type { Absence, Child, Kind } from '../api/model';
import { absence as decodeAbsence, KINDS, standing } from '../api/model';
import type { Problem } from '../api/problem';
import { Failure, problemOf } from '../api/problem';
import type { Day } from '../base/day';
import { addDays, isDay, today, weekdayOf, writeDay, writeInstant, writeTime, writeWeekday } from '../base/day';
import type { Entry } from '../base/outbox';
import { outbox, useOutbox } from '../base/outbox';
import { useRemote } from '../base/remote';
import { reportDays } from '../base/reporting';
import { hrefOf } from '../base/route';
import { Back } from '../part/back';
import { Button } from '../part/button';
import { Area, Choice, Field } from '../part/field';
import { Icon } from '../part/icon';
import { KindChip } from '../part/kind';
import { Native } from '../part/name';
import { Notice } from '../part/notice';
import { fieldMessages, SendProblem } from '../part/problem';
import { Loading, RemoteView } from '../part/remote';
import { Telephone, useTelephone } from '../part/telephone';
import { Title } from '../part/title';
import type { Words } from '../word/ja';
import type { Language } from '../word/language';
import { useWords } from '../word/word';

/* What the server takes; it has the last word. */
const REASON_MAX = 500;
const AHEAD_DAYS = 60;
const CALENDAR_DAYS = 30;

type When = 'today' | 'next' | 'other';

/* What the server answered, where it was heard. */
function decoded(reply: unknown): Absence | null {
  try {
    return decodeAbsence(reply, 'reply');
  } catch {
    return null;
  }
}

interface ChipsProps {
  readonly reason: string;
  readonly choose: (reason: string) => void;
}

function ReasonChips({ reason, choose }: ChipsProps) {
  const { words } = useWords();
  return (
    <div class="chips">
      {words.absence.reasons.map(({ label, text }) => (
        <button
          key={label}
          type="button"
          class="chip"
          aria-pressed={reason === text}
          onClick={() => choose(reason === text ? '' : text)}
        >
          {label}
        </button>
      ))}
    </div>
  );
}

interface FormProps {
  readonly child: Child;
  readonly kind: Kind;
  readonly known: readonly Absence[];
  readonly calendar: Calendar | null;
  readonly telephone: string | null;
  readonly sent: (entry: Entry) => void;
}

/* What a day is called from the day the form was opened on. */
function nameOf(day: Day, opened: Day, words: Words, language: Language): string {
  const { absence: say } = words;
  if (day === opened) return say.today;
  if (day === addDays(opened, 1)) return say.tomorrow;
  return say.weekday(writeWeekday(weekdayOf(day), language));
}

function ReportForm({ child, kind: asked, known, calendar, telephone, sent }: FormProps) {
  const { words, language } = useWords();
  const say = words.absence;
  const [{ first, second: next, closed, cutOff }] = useState(() => reportDays(calendar, new Date()));
  const [opened] = useState(today); /* what was chosen does not move at midnight */
  const [when, setWhen] = useState<When>('today');
  const [other, setOther] = useState('');
  const [kind, setKind] = useState<Kind>(asked);
  const [reason, setReason] = useState('');
  const [checked, setChecked] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const running = useRef(false);
  const form = useRef<HTMLFormElement>(null);

  const days: Record<When, Day | null> = {
    today: first,
    next,
    other: isDay(other) ? other : null,
  };
  const date = days[when];
  const said = fieldMessages(problem, words, language);
  const dateError = (checked && !date ? say.needDate : undefined) ?? said['date'];
  const reasonError = (checked && reason.trim() === '' ? say.needReason : undefined) ?? said['reason'];
  const before = date ? standing(known, date) : undefined;

  /* What the server said was about what was sent; it is withdrawn as soon as that changes. */
  const changing =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      set(value);
      setProblem(null);
    };

  const focusField = (field: string) => {
    const name = field === 'date' ? (when === 'other' ? 'other' : 'when') : field;
    const box = form.current?.querySelector<HTMLElement>(`[name=${CSS.escape(name)}]`);
    box?.focus();
  };

  const send = async (why: string) => {
    if (running.current) return;
    setReason(why);
    setChecked(true);
    if (!date) {
      focusField('date');
      return;
    }
    if (why.trim() === '') {
      focusField('reason');
      return;
    }
    running.current = true;
    setBusy(true);
    setProblem(null);
    try {
      const body = { date, kind, reason: why.trim() };
      const entry = await outbox.send({
        kind: 'absence',
        about: child.id,
        path: absencePath(child.id),
        body,
        words: [child.name, writeDay(date, language), words.kinds[kind], body.reason],
      });
      if (entry.state === 'refused' && entry.problem) {
        await outbox.forget(entry.id);
        throw new Failure(entry.problem);
      }
      sent(entry);
    } catch (error) {
      const met = problemOf(error, language);
      setProblem(met);
      const wrong = met.errors[0]?.field;
      setTimeout(() => {
        if (wrong) focusField(wrong);
        else form.current?.querySelector<HTMLElement>('[type=submit]')?.focus();
      });
    } finally {
      running.current = false;
      setBusy(false);
    }
  };

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void send(reason);
  };

  return (
    <form ref={form} class="form" noValidate onSubmit={submit}>
      {closed && (
        <Notice tone="warning" title={say.closed(writeDay(opened, language), writeTime(cutOff))}>
          <Telephone number={telephone} />
        </Notice>
      )}
      <Choice<When>
        label={say.date}
        name="when"
        value={when}
        onValue={changing(setWhen)}
        options={[
          { value: 'today', label: nameOf(first, opened, words, language), hint: writeDay(first, language) },
          { value: 'next', label: nameOf(next, opened, words, language), hint: writeDay(next, language) },
          { value: 'other', label: say.other, hint: when === 'other' && date ? writeDay(date, language) : '' },
        ]}
        error={when === 'other' ? undefined : dateError}
      >
        {when === 'other' && (
          <Field
            label={say.otherLabel}
            name="other"
            type="date"
            min={opened}
            max={addDays(opened, AHEAD_DAYS)}
            value={other}
            onText={changing(setOther)}
            error={dateError}
          />
        )}
      </Choice>
      <Choice<Kind>
        label={say.kind}
        name="kind"
        value={kind}
        onValue={changing(setKind)}
        options={KINDS.map((value) => ({ value, label: words.kinds[value] }))}
        error={said['kind']}
      />
      {before && (
        <Notice
          tone="warning"
          title={(before.kind === kind ? say.already : say.instead)(
            writeDay(before.date, language),
            words.kinds[before.kind],
          )}
        />
      )}
      {kind === 'absence' && (
        <fieldset class="field quick">
          <legend class="label">{date ? say.quickDay(writeDay(date, language)) : say.quick}</legend>
          <div class="quick-reasons">
            {say.reasons.map((choice) => (
              <Button key={choice.label} busy={busy} onClick={() => send(choice.text)}>
                {choice.label}
                <span class="unseen">{say.quickSend}</span>
              </Button>
            ))}
          </div>
        </fieldset>
      )}
      <Area
        label={kind === 'absence' ? say.reasonOther : say.reason}
        name="reason"
        required={kind !== 'absence'}
        hint={say.reasonHints[kind]}
        rows={2}
        maxLength={REASON_MAX}
        value={reason}
        onText={changing(setReason)}
        error={reasonError}
        between={kind !== 'absence' && <ReasonChips reason={reason} choose={changing(setReason)} />}
      />
      <div class="send">
        <p class="send-summary" aria-live="polite">
          <span class="soft">{say.summary}</span>
          <span class="send-words">
            <Native>{child.name}</Native>
            <span>{date ? writeDay(date, language) : '—'}</span>
            <KindChip kind={kind} />
          </span>
        </p>
        {problem && <Refused problem={problem} telephone={telephone} />}
        <Button look="filled" type="submit" busy={busy}>
          {busy ? say.busy : say.submit}
        </Button>
      </div>
    </form>
  );
}

/* After the cut-off the answer names the way on; otherwise it says what to mend. */
function Refused({ problem, telephone }: { readonly problem: Problem; readonly telephone: string | null }) {
  const { words, language } = useWords();
  if (problem.status !== 409) return <SendProblem problem={problem} />;
  const told = problem.language === language ? problem.errors[0]?.message : null;
  return (
    <Notice tone="error" title={words.absence.tooLate}>
      {told && <p>{told}</p>}
      <Telephone number={telephone} />
    </Notice>
  );
}

interface WaitingProps {
  readonly entry: Entry;
  readonly telephone: string | null;
  readonly back: () => void;
}

/* The line is down: the report is on the phone, and goes by itself. */
function Waiting({ entry, telephone, back }: WaitingProps) {
  const { words } = useWords();
  const say = words.absence;
  const [name, ...rest] = entry.words;
  if (entry.state === 'refused' && entry.problem) {
    return (
      <>
        <Title text={say.refusedTitle} />
        <div class="stack">
          <Refused problem={entry.problem} telephone={telephone} />
          <Button
            look="filled"
            onClick={() => {
              void outbox.forget(entry.id);
              back();
            }}
          >
            {say.refusedBack}
          </Button>
        </div>
      </>
    );
  }
  return (
    <>
      <Title text={say.waitingTitle} />
      <p class="lead">{say.waitingHint}</p>
      <div class="panel waiting">
        <p class="waiting-words">
          <Native>{name}</Native>
          {rest.map((word) => (
            <span key={word}>{word}</span>
          ))}
        </p>
        <p class="soft" role="status">
          {words.outbox.waiting}
        </p>
      </div>
      <p class="soft">{say.waitingHurry}</p>
      <Telephone number={telephone} />
      <div class="after">
        <Button icon="refresh" onClick={() => void outbox.flush()}>
          {words.outbox.now}
        </Button>
        <a class="button button-quiet" href={hrefOf({ page: 'home' })}>
          {words.nav.back}
        </a>
      </div>
    </>
  );
}

interface DoneProps {
  readonly child: Child;
  readonly absence: Absence;
  readonly again: () => void;
}

function Done({ child, absence, again }: DoneProps) {
  const { words, language } = useWords();
  const say = words.absence;
  return (
    <>
      <Title text={say.doneTitle}>
        <span class="done-mark">
          <Icon name="check" />
        </span>
        {say.doneTitle}
      </Title>
      <p class="lead">{say.doneHint}</p>
      <dl class="facts panel">
        <div>
          <dt>{say.fields.child}</dt>
          <dd>
            <Native>{child.name}</Native>
          </dd>
        </div>
        <div>
          <dt>{say.fields.date}</dt>
          <dd>{writeDay(absence.date, language)}</dd>
        </div>
        <div>
          <dt>{say.fields.kind}</dt>
          <dd>
            <KindChip kind={absence.kind} />
          </dd>
        </div>
        {absence.reason && (
          <div>
            <dt>{say.fields.reason}</dt>
            <dd>
              <Native>{absence.reason}</Native>
            </dd>
          </div>
        )}
      </dl>
      {absence.reported_at && <p class="soft">{say.doneAt(writeInstant(absence.reported_at, language))}</p>}
      <p class="soft">{say.doneWrong}</p>
      <div class="after">
        <a class="button button-filled" href={hrefOf({ page: 'home' })}>
          {words.nav.back}
        </a>
        <Button look="outlined" onClick={again}>
          {say.doneAgain}
        </Button>
      </div>
    </>
  );
}

interface Props {
  readonly child: string;
  readonly kind: Kind;
}

interface ChildProps {
  readonly child: Child;
  readonly kind: Kind;
  readonly sent: (entry: Entry) => void;
}

/* The form needs the facility's year to name the right days, but does without where it cannot be had. */
function FormOf({ child, kind, sent }: ChildProps) {
  const { words } = useWords();
  const [from] = useState(today);
  const facility = child.facility ?? '';
  const [absences] = useRemote(readAbsences(child.id));
  const [calendar] = useRemote(readCalendar(facility, from, CALENDAR_DAYS));
  const telephone = useTelephone(facility);
  if (calendar.state === 'loading') return <Loading />;
  return (
    <>
      <ReportForm
        child={child}
        kind={kind}
        known={absences.state === 'ready' ? absences.value.items : []}
        calendar={calendar.state === 'ready' ? calendar.value : null}
        telephone={telephone}
        sent={sent}
      />
      <p class="below">
        <a class="button button-quiet" href={hrefOf({ page: 'reports', child: child.id })}>
          <span>{words.absence.history}</span>
          <Icon name="right" />
        </a>
      </p>
    </>
  );
}

function Outcome({ child, entry: id, again }: { readonly child: Child; readonly entry: string; readonly again: () => void }) {
  const entry = useOutbox('absence').find((one) => one.id === id);
  const telephone = useTelephone(child.facility ?? '');
  const [absences, reload] = useRemote(readAbsences(child.id));
  const sent = entry?.state === 'sent';
  useEffect(() => {
    if (sent) reload();
  }, [sent, reload]);
  if (!entry) return null;
  if (!sent) return <Waiting entry={entry} telephone={telephone} back={again} />;
  const body = JSON.parse(entry.body) as { readonly date: Day; readonly kind: Kind };
  const answered = decoded(entry.reply);
  const listed = absences.state === 'ready' ? standing(absences.value.items, body.date) : undefined;
  const absence = answered ?? listed;
  return absence ? <Done child={child} absence={absence} again={again} /> : <Loading />;
}

export function AbsencePage({ child: id, kind }: Props) {
  const { words } = useWords();
  const [child, childAgain] = useRemote(readChild(id));
  const [sent, setSent] = useState<string | null>(null);
  const again = () => setSent(null);
  return (
    <>
      {sent === null && <Back to={{ page: 'home' }} label={words.nav.back} />}
      <RemoteView of={child} again={childAgain}>
        {(value) =>
          sent ? (
            <Outcome child={value} entry={sent} again={again} />
          ) : (
            <>
              <Title text={words.absence.title(value.name)} />
              <FormOf child={value} kind={kind} sent={(entry) => setSent(entry.id)} />
            </>
          )
        }
      </RemoteView>
    </>
  );
}
