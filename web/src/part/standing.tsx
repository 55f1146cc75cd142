/* How something stands, told by word, shape and colour together. */
import type { CheckState, RegisterState, Status } from '../api/proof';
import { useProofWords } from '../word/proof';
import { Mark } from './shape';
import type { Shape } from './shape';

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
