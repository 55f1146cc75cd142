/* What went wrong, in words that say what to do next. */
import { Button } from './button';
import { Notice } from './notice';
import type { Problem } from '../api/problem';
import { useWords } from '../word/word';
import type { Words } from '../word/ja';

interface Told {
  readonly title: string;
  readonly hint: string;
}

function tell(problem: Problem, words: Words): Told {
  const { remote } = words;
  switch (problem.kind) {
    case 'offline':
      return { title: remote.offline, hint: remote.offlineHint };
    case 'slow':
      return { title: remote.slow, hint: remote.slowHint };
    case 'malformed':
      return { title: remote.broken, hint: remote.brokenHint };
    case 'cancelled':
      return { title: remote.cancelled, hint: remote.cancelledHint };
    case 'refused':
      if (problem.status === 403 || problem.status === 404) return { title: remote.denied, hint: remote.deniedHint };
      if (problem.status === 429 || problem.status === 503) return { title: remote.busy, hint: remote.busyHint };
      return { title: remote.broken, hint: remote.brokenHint };
  }
}

interface Props {
  readonly problem: Problem;
  readonly again?: () => void;
}

export function ProblemNotice({ problem, again }: Props) {
  const { words } = useWords();
  const { title, hint } = tell(problem, words);
  const hopeless = problem.status === 403 || problem.status === 404;
  return (
    <Notice tone="error" title={title}>
      <p>{hint}</p>
      {problem.request && problem.status >= 500 && <p class="soft">{words.remote.request(problem.request)}</p>}
      {again && !hopeless && (
        <p>
          <Button icon="refresh" onClick={again}>
            {words.remote.again}
          </Button>
        </p>
      )}
    </Notice>
  );
}

/* The same for something sent: the answer may be lost although the wish was heard. */
export function SendProblem({ problem }: { readonly problem: Problem }) {
  const { words, language } = useWords();
  const { remote } = words;
  const said = problem.language === language ? (problem.detail ?? problem.title) : null;
  if (problem.kind === 'offline' || problem.kind === 'slow' || problem.kind === 'malformed') {
    return (
      <Notice tone="error" title={remote.sendOffline}>
        <p>{remote.sendOfflineHint}</p>
      </Notice>
    );
  }
  if (problem.kind === 'cancelled') {
    return (
      <Notice tone="info" title={remote.cancelled}>
        <p>{remote.cancelledHint}</p>
      </Notice>
    );
  }
  if (problem.status === 403 || problem.status === 404) {
    return (
      <Notice tone="error" title={remote.notAllowed}>
        <p>{remote.deniedHint}</p>
      </Notice>
    );
  }
  if (problem.status >= 400 && problem.status < 500 && problem.status !== 429) {
    return <Notice tone="error" title={remote.check}>{problem.errors.length === 0 && said && <p>{said}</p>}</Notice>;
  }
  return <ProblemNotice problem={problem} />;
}

/* The first message for each field, from the server where it is in the language now shown. */
export function fieldMessages(problem: Problem | null, words: Words, shown: string): Readonly<Record<string, string>> {
  const messages: Record<string, string> = {};
  for (const { field, code, message } of problem?.errors ?? []) {
    const own = words.field.codes[code] ?? words.field.other;
    messages[field] ??= (problem?.language === shown ? message : null) ?? own;
  }
  return messages;
}
