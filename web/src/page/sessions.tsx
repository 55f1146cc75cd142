/* Where one is signed in, each to be ended by itself, or all at once. */
import { endSession, endSessions, readSessions } from '../api/own';
import type { LiveSession } from '../api/own';
import { writeInstant } from '../base/day';
import { useRemote } from '../base/remote';
import { useSending } from '../base/sending';
import { useSession } from '../base/session';
import { Back } from '../part/back';
import { Button } from '../part/button';
import { Native } from '../part/name';
import { SendProblem } from '../part/problem';
import { RemoteView } from '../part/remote';
import { Title } from '../part/title';
import type { Words } from '../word/ja';
import { useWords } from '../word/word';

/* What people call the thing in their hand; the full text helps nobody. */
const KINDS: readonly (readonly [RegExp, keyof Words['sessions']['agents']])[] = [
  [/iPad|Tablet/i, 'tablet'],
  [/iPhone/i, 'iphone'],
  [/Android.*Mobile/i, 'android'],
  [/Android/i, 'tablet'],
  [/Windows/i, 'windows'],
  [/Macintosh/i, 'mac'],
  [/Linux|CrOS/i, 'computer'],
];

function agentName(agent: string | null, words: Words): string {
  const kind = KINDS.find(([pattern]) => agent !== null && pattern.test(agent))?.[1];
  return words.sessions.agents[kind ?? 'unknown'];
}

interface RowProps {
  readonly session: LiveSession;
  readonly busy: boolean;
  readonly end: () => void;
}

function SessionRow({ session, busy, end }: RowProps) {
  const { words, language } = useWords();
  const say = words.sessions;
  return (
    <li class="row">
      <span class="row-words">
        <span class="row-label">
          {session.device ? <Native>{session.device.name}</Native> : agentName(session.agent, words)}
        </span>
        {session.seen && <span class="row-state">{say.seen(writeInstant(session.seen, language))}</span>}
        <span class="row-state">{say.started(writeInstant(session.started, language))}</span>
      </span>
      {session.current ? (
        <span class="row-mark">{say.current}</span>
      ) : (
        <Button busy={busy} onClick={end}>
          {say.end}
        </Button>
      )}
    </li>
  );
}

export function SessionsPage() {
  const { words } = useWords();
  const { client, leave } = useSession();
  const say = words.sessions;
  const [sessions, again] = useRemote(readSessions());
  const { busy, problem, send } = useSending();
  const end = async (id: string) => {
    if (await send(() => client(endSession(id)))) again();
  };
  const endAll = () =>
    send(async () => {
      await client(endSessions());
      await leave();
    });
  return (
    <>
      <Back to={{ page: 'account' }} label={words.account.back} />
      <Title text={say.title} />
      <p class="lead">{say.lead}</p>
      {problem && <SendProblem problem={problem} />}
      <RemoteView of={sessions} again={again}>
        {({ items }) => (
          <ul class="rows">
            {items.map((session) => (
              <SessionRow key={session.id} session={session} busy={busy} end={() => end(session.id)} />
            ))}
          </ul>
        )}
      </RemoteView>
      <div class="after">
        <Button busy={busy} onClick={endAll}>
          {say.endAll}
        </Button>
      </div>
    </>
  );
}
