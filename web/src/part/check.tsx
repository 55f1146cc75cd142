/* One check: how it stands, what was tried, and the way to try it now. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Check, CheckState, Step } from '../api/proof';
import { readCheck, runCheck } from '../api/proof';
import { newKey } from '../api/client';
import type { Problem } from '../api/problem';
import { problemOf } from '../api/problem';
import { writeInstant } from '../base/day';
import { hrefOf } from '../base/route';
import { useSession } from '../base/session';
import { useProofWords } from '../word/proof';
import { Button } from './button';
import { Notice } from './notice';
import { SendProblem } from './problem';
import { CheckMark, StepMark } from './standing';

export function Steps({ of: steps, caption }: { readonly of: readonly Step[]; readonly caption: string }) {
  const { say, told } = useProofWords();
  return (
    <table class="table tried">
      <caption class="unseen">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{say.check.action}</th>
          <th scope="col">{say.check.seen}</th>
          <th scope="col">{say.check.outcome}</th>
        </tr>
      </thead>
      <tbody>
        {steps.map((step, index) => (
          <tr key={index}>
            <td data-label={say.check.action}>
              <span>
                {told(step)}
                {step.count > 1 && <span class="times">{say.check.times(step.count)}</span>}
              </span>
            </td>
            <td data-label={say.check.seen}>{step.seen ? <code class="seen">{step.seen}</code> : '—'}</td>
            <td data-label={say.check.outcome}>
              <StepMark ok={step.ok} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/* The entry of the record that holds the result, and from there its proof. */
export function EventLink({ index, label }: { readonly index: number; readonly label: string }) {
  const { operations } = useSession();
  if (!operations.has('event.see')) return <>{label}</>;
  return (
    <a class="row-link" href={hrefOf({ page: 'event', index: String(index) })} data-event={index}>
      {label}
    </a>
  );
}

export function CheckFacts({ check }: { readonly check: Check }) {
  const { say, language } = useProofWords();
  const words = say.check;
  const when = (time: string | null) => (time ? writeInstant(time, language) : say.never);
  return (
    <dl class="facts check-facts">
      <div>
        <dt>{words.last}</dt>
        <dd>{when(check.last_at)}</dd>
      </div>
      {check.next_at && (
        <div>
          <dt>{words.next}</dt>
          <dd>{when(check.next_at)}</dd>
        </div>
      )}
      <div>
        <dt>{words.every}</dt>
        <dd>{words.everyOf(check.every_s)}</dd>
      </div>
      {check.last_at && (
        <div>
          <dt>{words.objects}</dt>
          <dd>{words.objectsOf(check.objects)}</dd>
        </div>
      )}
      {check.took_ms !== null && check.last_at && (
        <div>
          <dt>{words.took}</dt>
          <dd>{words.tookOf(check.took_ms)}</dd>
        </div>
      )}
      {check.since && (
        <div>
          <dt>{words.since}</dt>
          <dd>{when(check.since)}</dd>
        </div>
      )}
      {check.event !== null && (
        <div>
          <dt>{words.event}</dt>
          <dd>
            <EventLink index={check.event} label={words.eventOf(check.event)} />
          </dd>
        </div>
      )}
    </dl>
  );
}

/* What stands between this check and a run: its subject does not exist yet. */
export function Waits({ check }: { readonly check: Check }) {
  const { say, told } = useProofWords();
  if (check.state !== 'open') return null;
  return (
    <p class="waits">
      <span class="waits-label">{say.check.waits}</span>
      <span>{check.waits_for ? told(check.waits_for) : say.check.waitsUnknown}</span>
    </p>
  );
}

const LOOK_MS = 1_000;
const LONG_MS = 90_000;

type Run =
  | { readonly state: 'idle' }
  | { readonly state: 'running' }
  | { readonly state: 'done'; readonly result: CheckState }
  | { readonly state: 'long' }
  | { readonly state: 'refused'; readonly problem: Problem };

/* Is what has been read the result of the run that was asked for? */
const answered = (check: Check, before: string | null): boolean =>
  !check.asked && check.last_at !== null && check.last_at !== before;

interface RunProps {
  readonly check: Check;
  readonly ran: () => void;
}

/*
 * Try it now.
 *
 *   idle ──press──▶ running ──a newer result──▶ done
 *                      ├──none in time──▶ long
 *                      └──not started──▶ refused     all but running: press again
 */
export function RunButton({ check, ran }: RunProps) {
  const { say, language } = useProofWords();
  const { client, operations } = useSession();
  const [run, setRun] = useState<Run>({ state: 'idle' });
  const left = useRef(false);
  const latest = useRef(ran);
  latest.current = ran;
  useEffect(() => {
    left.current = false;
    return () => {
      left.current = true;
    };
  }, []);

  const start = useCallback(async () => {
    const show = (next: Run) => {
      if (!left.current) setRun(next);
    };
    show({ state: 'running' });
    try {
      const { last_at: before } = await client(readCheck(check.id));
      await client(runCheck(check.id, newKey()));
      const end = Date.now() + LONG_MS;
      while (!left.current && Date.now() < end) {
        await new Promise((wait) => setTimeout(wait, LOOK_MS));
        const now = await client(readCheck(check.id));
        if (!answered(now, before)) continue;
        show({ state: 'done', result: now.state });
        if (!left.current) latest.current();
        return;
      }
      show({ state: 'long' });
    } catch (error) {
      show({ state: 'refused', problem: problemOf(error, language) });
    }
  }, [check.id, client, language]);

  if (!check.runnable || !operations.has('check.run')) return null;
  return (
    <div class="run">
      <Button look="outlined" icon="refresh" busy={run.state === 'running'} onClick={() => void start()}>
        {run.state === 'running' ? say.run.running : say.run.label}
        <span class="unseen">（{say.checkTitle(check.id)}）</span>
      </Button>
      <div class="run-told" role="status">
        {run.state === 'done' && (
          <p class="run-done">
            {say.run.done('')}
            <CheckMark state={run.result} />
          </p>
        )}
        {run.state === 'long' && <p>{say.run.long}</p>}
      </div>
      {run.state === 'refused' &&
        (run.problem.status === 409 || run.problem.status === 429 ? (
          <Notice tone="info" title={say.run.soon} />
        ) : (
          <SendProblem problem={run.problem} />
        ))}
    </div>
  );
}
