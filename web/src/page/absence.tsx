/*
 * A guardian reports an absence: a usual reason is sent by one press, on the likely day; everything can be changed first.
 * Being late or early takes a time, so there the reasons only fill the text.
 *
 * One key names the wish as it is written: sending it again after a lost answer, or twice by a nervous finger, is one
 * report. Changing any word makes another wish.
 */
import { useRef, useState } from 'preact/hooks';
import { readAbsences, readChild, reportAbsence } from '../api/calls';
import type { NewAbsence } from '../api/calls';
import { newKey } from '../api/client';
import type { Absence, Child, Kind } from '../api/model';
import { KINDS, standing } from '../api/model';
import type { Problem } from '../api/problem';
import { problemOf } from '../api/problem';
import type { Day } from '../base/day';
import { addDays, isDay, likelyDay, nextWeekday, today, writeDay, writeInstant } from '../base/day';
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

type When = 'today' | 'next' | 'other';

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
  readonly sent: (absence: Absence) => void;
}

function ReportForm({ child, kind: asked, known, sent }: FormProps) {
  const { words, language } = useWords();
  const { client } = useSession();
  const say = words.absence;
  const [first] = useState(today); /* the day the form was opened; what was chosen does not move at midnight */
  const next = nextWeekday(first);
  const [when, setWhen] = useState<When>(() => (likelyDay(new Date()) === first ? 'today' : 'next'));
  const [other, setOther] = useState('');
  const [kind, setKind] = useState<Kind>(asked);
  const [reason, setReason] = useState('');
  const [checked, setChecked] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const running = useRef(false);
  const wish = useRef({ content: '', key: '' });
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
      sent(await client(reportAbsence(child.id, body, keyFor(body))));
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
      <Choice<When>
        label={say.date}
        name="when"
        value={when}
        onValue={changing(setWhen)}
        options={[
          { value: 'today', label: say.today, hint: writeDay(first, language) },
          {
            value: 'next',
            label: next === addDays(first, 1) ? say.tomorrow : say.monday,
            hint: writeDay(next, language),
          },
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

interface Props {
  readonly child: string;
  readonly kind: Kind;
}

export function AbsencePage({ child: id, kind }: Props) {
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
                kind={kind}
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
