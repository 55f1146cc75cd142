/* While an auditor tries out a role, every page says so, and the way out is on it. */
import { endTrial } from '../api/own';
import { goTo, hrefOf } from '../base/route';
import { useSending } from '../base/sending';
import { useSession } from '../base/session';
import { Button } from './button';
import { Icon } from './icon';
import { SendProblem } from './problem';
import { useWords } from '../word/word';

export function TrialBanner() {
  const { words } = useWords();
  const { client, me, renew } = useSession();
  const { busy, problem, send } = useSending();
  if (!me.trial) return null;
  const end = async () => {
    await client(endTrial());
    await renew();
    goTo({ page: 'trial' });
  };
  return (
    <section class="trial-banner" aria-label={words.nav.trial}>
      <p>
        <Icon name="warning" />
        <span>{words.trial.banner(words.roles[me.role])}</span>
      </p>
      <p class="trial-acts">
        <a class="button button-quiet" href={hrefOf({ page: 'trial' })}>
          <span>{words.trial.record}</span>
        </a>
        <Button busy={busy} onClick={() => void send(end)}>
          {words.trial.end}
        </Button>
      </p>
      {problem && <SendProblem problem={problem} />}
    </section>
  );
}
