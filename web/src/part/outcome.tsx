/* How an operation ended, told by word, shape and colour together. */
import { useLedgerWords } from '../word/ledger';
import type { LedgerWords } from '../word/ledger';

export type Outcome = keyof LedgerWords['outcomes'];

export function outcomeOf(status: number): Outcome {
  if (status === 102) return 'begun'; /* recorded before its outcome was known */
  if (status === 202) return 'filed';
  if (status === 428) return 'asked';
  if (status < 400) return 'done';
  return status < 500 ? 'refused' : 'failed';
}

export const isRefusal = (status: number): boolean => status >= 400 && status !== 428;

const SHAPES = {
  good: <circle class="sign-body" cx="12" cy="12" r="9" />,
  bad: (
    <>
      <path class="sign-body" d="M7.9 2h8.2L22 7.9v8.2L16.1 22H7.9L2 16.1V7.9z" />
      <path class="sign-mark" d="M7 12h10" />
    </>
  ),
  wait: <circle class="sign-line" cx="12" cy="12" r="8.5" />,
} as const;

type Shape = keyof typeof SHAPES;

const LOOKS: Record<Outcome, Shape> = { done: 'good', begun: 'wait', filed: 'wait', asked: 'wait', refused: 'bad', failed: 'bad' };

function Sign({ shape }: { readonly shape: Shape }) {
  return (
    <svg class="sign" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {SHAPES[shape]}
    </svg>
  );
}

export function OutcomeMark({ status }: { readonly status: number }) {
  const { say } = useLedgerWords();
  const outcome = outcomeOf(status);
  return (
    <span class={`told told-${LOOKS[outcome]}`} data-outcome={outcome}>
      <Sign shape={LOOKS[outcome]} />
      <span>{say.outcomes[outcome]}</span>
    </span>
  );
}

/* Whether something was found as it should be; null: that could not be found out. */
export function FindingMark({ good }: { readonly good: boolean | null }) {
  const { say } = useLedgerWords();
  const look = good === null ? 'none' : good ? 'good' : 'bad';
  const shape: Shape = look === 'none' ? 'wait' : look;
  return (
    <span class={`told told-${shape}`} data-finding={look}>
      <Sign shape={shape} />
      <span>{say.proof.mark[look]}</span>
    </span>
  );
}
