/* How something stands, told by word, shape and colour together. */
import type { CheckState, RegisterState, Status } from '../api/proof';
import { useProofWords } from '../word/proof';

const SHAPES = {
  good: (
    <>
      <circle class="shape-body" cx="12" cy="12" r="10" />
      <path class="shape-sign" d="m7 12.5 3.5 3.5L17 8.5" />
    </>
  ),
  bad: (
    <>
      <path class="shape-body" d="M7.9 2h8.2L22 7.9v8.2L16.1 22H7.9L2 16.1V7.9z" />
      <path class="shape-sign" d="m8 8 8 8m0-8-8 8" />
    </>
  ),
  late: <path class="shape-line" d="M12 22a10 10 0 1 0 0-20 10 10 0 0 0 0 20Zm0-15v5.5l3.5 2.5" />,
  unsure: <path class="shape-line" d="M12 3 22.5 21h-21zm0 6.5V15m0 2.7v.3" />,
  none: <circle class="shape-line shape-dashed" cx="12" cy="12" r="9.5" />,
  soon: (
    <>
      <circle class="shape-line shape-dashed" cx="12" cy="12" r="9.5" />
      <path class="shape-line" d="M8 12h.1m3.9 0h.1m3.9 0h.1" />
    </>
  ),
  off: <path class="shape-line" d="M12 21.5a9.5 9.5 0 1 0 0-19 9.5 9.5 0 0 0 0 19ZM7.5 12h9" />,
} as const;

type Shape = keyof typeof SHAPES;

const STATUS_SHAPES: Record<Status, Shape> = { proven: 'good', failing: 'bad', stale: 'late', open: 'none' };

const CHECK_SHAPES: Record<CheckState, Shape> = {
  passed: 'good',
  failed: 'bad',
  stale: 'late',
  unable: 'unsure',
  never: 'none',
  off: 'off',
  open: 'soon',
};

const REGISTER_SHAPES: Record<RegisterState, Shape> = {
  held: 'good',
  expired: 'late',
  empty: 'none',
  unapproved: 'unsure',
  open: 'soon',
};

function Sign({ shape }: { readonly shape: Shape }) {
  return (
    <svg class="shape" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {SHAPES[shape]}
    </svg>
  );
}

function Mark({ shape, word, state }: { readonly shape: Shape; readonly word: string; readonly state: string }) {
  return (
    <span class={`mark-of mark-${shape}`} data-state={state}>
      <Sign shape={shape} />
      <span>{word}</span>
    </span>
  );
}

export function StatusMark({ status }: { readonly status: Status }) {
  const { say } = useProofWords();
  return <Mark shape={STATUS_SHAPES[status]} word={say.statuses[status]} state={status} />;
}

export function CheckMark({ state }: { readonly state: CheckState }) {
  const { say } = useProofWords();
  return <Mark shape={CHECK_SHAPES[state]} word={say.checkStates[state]} state={state} />;
}

export function RegisterMark({ state }: { readonly state: RegisterState }) {
  const { say } = useProofWords();
  return <Mark shape={REGISTER_SHAPES[state]} word={say.registerStates[state]} state={state} />;
}

/* One step of a check: as it should be, or not. */
export function StepMark({ ok }: { readonly ok: boolean }) {
  const { say } = useProofWords();
  return <Mark shape={ok ? 'good' : 'bad'} word={ok ? say.check.asWished : say.check.unlike} state={ok ? 'ok' : 'not-ok'} />;
}
