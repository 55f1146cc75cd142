/* How an alert stands, and how grave it is. */
import type { Alert, AlertState, Severity } from '../api/alerts';
import { useGovernWords } from '../word/govern';
import { Mark } from './shape';
import type { Shape } from './shape';

const SHAPES: Record<AlertState, Shape> = { open: 'bad', acknowledged: 'soon', judged: 'late', closed: 'off' };
const GRAVITIES: Record<Severity, Shape> = { info: 'none', warning: 'unsure', critical: 'bad' };

export function AlertMark({ of: { state } }: { readonly of: Pick<Alert, 'state'> }) {
  const { say } = useGovernWords();
  return <Mark shape={SHAPES[state]} word={say.alerts.states[state]} state={state} />;
}

export function SeverityMark({ severity }: { readonly severity: Severity }) {
  const { say } = useGovernWords();
  return <Mark shape={GRAVITIES[severity]} word={say.alerts.severities[severity]} state={severity} />;
}
