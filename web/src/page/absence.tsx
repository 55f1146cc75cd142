/*
 * A guardian reports an absence.
 *
 * One key names the wish as it is written: sending it again after a lost answer, or twice by a nervous finger, is one
 * report. Changing any word makes another wish.
 */
import { useRef, useState } from 'preact/hooks';
import { readAbsences, readChild, reportAbsence } from '../api/calls';
import type { NewAbsence } from '../api/calls';
import { newKey } from '../api/client';
import type { Absence, Child, Kind } from '../api/model';
import { KINDS } from '../api/model';
import type { Problem } from '../api/problem';
import { problemOf } from '../api/problem';
import type { Day } from '../base/day';
import { addDays, isDay, today, writeDay, writeInstant } from '../base/day';
import type { Remote } from '../base/remote';
import { useRemote } from '../base/remote';
import { hrefOf } from '../base/route';
import { useSession } from '../base/session';
import { Button } from '../part/button';
import { Area, Choice, Field } from '../part/field';
import { Icon } from '../part/icon';
import { KindChip } from '../part/kind';
import { Native } from '../part/name';
import { Notice } from '../part/notice';
import { fieldMessages, SendProblem } from '../part/problem';
import { RemoteView } from '../part/remote';
import { Title } from '../part/title';
import { useWords } from '../word/word';

/* What the server takes; it has the last word. */
const REASON_MAX = 500;
const AHEAD_DAYS = 60;

type When = 'today' | 'tomorrow' | 'other';

interface FormProps {
  readonly child: Child;
  readonly known: readonly Absence[];
  readonly sent: (absence: Absence) => void;
}

function ReportForm({ child, known, sent }: FormProps) {
  const { words, language } = useWords();
  const { client } = useSession();
  const say = words.absence;
  const [first] = useState(today); /* the day the form was opened; what was chosen does not move at midnight */
  const [when, setWhen] = useState<When>('today');
  const [other, setOther] = useState('');
  const [kind, setKind] = useState<Kind>('absence');
  const [reason, setReason] = useState('');
  const [checked, setChecked] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const running = useRef(false);
  const wish = useRef({ content: '', key: '' });
  const form = useRef<HTMLFormElement>(null);

  const days: Record<When, Day | null> = {
    today: first,
    tomorrow: addDays(first, 1),
    other: isDay(other) ? other : null,
  };
  const date = days[when];
  const said = fieldMessages(problem, words, language);
  const dateError = (checked && !date ? say.needDate : undefined) ?? said['date'];
  const reasonError = (checked && reason.trim() === '' ? say.needReason : undefined) ?? said['reason'];
  const same = known.find((absence) => absence.date === date && absence.kind === kind);

  /* What the server said was about what was sent; it is withdrawn as soon as that changes. */
  const changing =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      set(value);
      setProblem(null);
    };

  const keyFor = (body: NewAbsence): string => {
    const content = JSON.stringify(body);
    if (wish.current.content !== content) wish.current = { content, key: newKey() };
    return wish.current.key;
  };

  const focusField = (field: string) => {
    const name = field === 'date' ? (when === 'other' ? 'other' : 'when') : field;
    const box = form.current?.querySelector<HTMLElement>(`[name=${CSS.escape(name)}]`);
    box?.focus();
  };

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (running.current) return;
    setChecked(true);
    if (!date) {
      focusField('date');
      return;
    }
    if (reason.trim() === '') {
      focusField('reason');
      return;
    }
    running.current = true;
    setBusy(true);
    setProblem(null);
    try {
      const body = { date, kind, reason: reason.trim() };
      sent(await client(reportAbsence(child.id, body, keyFor(body))));
    } catch (error) {
      const met = problemOf(error, language);
      setProblem(met);
      if (met.errors[0]) focusField(met.errors[0].field);
    } finally {
      running.current = false;
      setBusy(false);
    }
  };

  return (
    <form ref={form} class="form" noValidate onSubmit={submit}>
      <Choice<When>
        label={say.date}
        name="when"
        value={when}
        onValue={changing(setWhen)}
        options={[
          { value: 'today', label: say.today, hint: writeDay(first, language) },
          { value: 'tomorrow', label: say.tomorrow, hint: writeDay(addDays(first, 1), language) },
          { value: 'other', label: say.other, hint: when === 'other' && date ? writeDay(date, language) : '' },
        ]}
        error={when === 'other' ? undefined : dateError}
      >
        {when === 'other' && (
          <Field
            label={say.otherLabel}
            name="other"
            type="date"
            min={first}
            max={addDays(first, AHEAD_DAYS)}
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
        options={KINDS.map((value) => ({ value, label: words.kinds[value], hint: say.kindHints[value] }))}
        error={said['kind']}
      />
      <Area
        label={say.reason}
        name="reason"
        required
        hint={say.reasonHints[kind]}
        rows={3}
        maxLength={REASON_MAX}
        value={reason}
        onText={changing(setReason)}
        error={reasonError}
        between={
          <div class="chips">
            {say.reasons.map((choice) => (
              <button
                key={choice.label}
                type="button"
                class="chip"
                aria-pressed={reason === choice.text}
                onClick={() => changing(setReason)(reason === choice.text ? '' : choice.text)}
              >
                {choice.label}
              </button>
            ))}
          </div>
        }
      />
      {same && <Notice tone="warning" title={say.already(writeDay(same.date, language), words.kinds[same.kind])} />}
      <div class="send">
        <p class="send-summary" aria-live="polite">
          <span class="soft">{say.summary}</span>
          <span class="send-words">
            <Native>{child.name}</Native>
            <span>{date ? writeDay(date, language) : '—'}</span>
            <KindChip kind={kind} />
          </span>
        </p>
        {problem && <SendProblem problem={problem} />}
        <Button look="filled" type="submit" busy={busy}>
          {busy ? say.busy : say.submit}
        </Button>
      </div>
    </form>
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

function History({ absences }: { readonly absences: readonly Absence[] }) {
  const { words, language } = useWords();
  const latest = [...absences].sort((a, b) => (a.date === b.date ? 0 : a.date < b.date ? 1 : -1));
  if (latest.length === 0) return <p class="soft">{words.absence.historyEmpty}</p>;
  return (
    <ul class="reports">
      {latest.map((absence) => (
        <li class="report" key={absence.id}>
          <span class="report-day">{writeDay(absence.date, language)}</span>
          <KindChip kind={absence.kind} />
          {absence.reason && (
            <span class="report-reason">
              <Native>{absence.reason}</Native>
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

const itemsOf = (remote: Remote<{ readonly items: readonly Absence[] }>): readonly Absence[] =>
  remote.state === 'ready' ? remote.value.items : [];

export function AbsencePage({ child: id }: { readonly child: string }) {
  const { words } = useWords();
  const say = words.absence;
  const [child, childAgain] = useRemote(readChild(id));
  const [absences, absencesAgain] = useRemote(readAbsences(id));
  const [sent, setSent] = useState<Absence | null>(null);

  const home = (
    <p class="back">
      <a class="button button-quiet" href={hrefOf({ page: 'home' })}>
        <Icon name="left" />
        <span>{words.nav.back}</span>
      </a>
    </p>
  );

  return (
    <>
      {sent === null && home}
      <RemoteView of={child} again={childAgain}>
        {(value) =>
          sent ? (
            <Done child={value} absence={sent} again={() => setSent(null)} />
          ) : (
            <>
              <Title text={say.title(value.name)} />
              <ReportForm
                child={value}
                known={itemsOf(absences)}
                sent={(absence) => {
                  setSent(absence);
                  absencesAgain();
                }}
              />
              <section class="history">
                <h2 class="section-title">{say.history}</h2>
                <RemoteView of={absences} again={absencesAgain}>
                  {({ items }) => <History absences={items} />}
                </RemoteView>
              </section>
            </>
          )
        }
      </RemoteView>
    </>
  );
}
