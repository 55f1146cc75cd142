/* The second factor of whoever is signed in: set up, set up on another phone, new recovery codes, taken away. */
import { useState } from 'preact/hooks';
import type { Factors } from '../api/own';
import { readFactors, removeFactor, renewRecoveryCodes } from '../api/own';
import { dayOf, writeDay } from '../base/day';
import { useRemote } from '../base/remote';
import { useSending } from '../base/sending';
import { useSession } from '../base/session';
import { Back } from '../part/back';
import { Button } from '../part/button';
import { FactorSetUp } from '../part/factor';
import { Notice } from '../part/notice';
import { SendProblem } from '../part/problem';
import { RecoveryCodes } from '../part/recovery-codes';
import { RemoteView } from '../part/remote';
import { Title } from '../part/title';
import { useWords } from '../word/word';

const PRIVILEGED: ReadonlySet<string> = new Set(['principal', 'officer-admin', 'operator', 'operator-admin']);

type Doing = { readonly what: 'set-up' } | { readonly what: 'codes'; readonly codes: readonly string[] };

interface Props {
  readonly factors: Factors;
  readonly changed: () => void;
}

function FactorState({ factors, changed }: Props) {
  const { words, language } = useWords();
  const { client, me, renew } = useSession();
  const say = words.factor;
  const [doing, setDoing] = useState<Doing | null>(null);
  const [removed, setRemoved] = useState(false);
  const { busy, problem, send } = useSending();
  const active = factors.totp?.active === true;

  const settle = () => {
    setDoing(null);
    changed();
    renew().catch(() => undefined); /* the name of the page says it at the next visit */
  };
  if (doing?.what === 'set-up') return <FactorSetUp client={client} done={settle} doneLabel={say.back} />;
  if (doing?.what === 'codes') return <RecoveryCodes codes={doing.codes} done={settle} doneLabel={say.back} />;

  const codes = () =>
    send(async () => setDoing({ what: 'codes', codes: (await client(renewRecoveryCodes())).recovery_codes }));
  const remove = async () => {
    if (!(await send(() => client(removeFactor())))) return;
    setRemoved(true);
    settle();
  };
  return (
    <div class="stack">
      {removed && <Notice tone="success" title={say.removed} />}
      {problem && <SendProblem problem={problem} />}
      <p>{active && factors.totp?.since ? say.since(writeDay(dayOf(new Date(factors.totp.since)), language)) : say.off}</p>
      {active && <p>{say.codesLeft(factors.recovery_codes_left ?? 0)}</p>}
      <Button look={active ? 'outlined' : 'filled'} onClick={() => setDoing({ what: 'set-up' })}>
        {active ? say.replace : say.setUp}
      </Button>
      {active && (
        <Button busy={busy} onClick={codes}>
          {say.newCodes}
        </Button>
      )}
      {active && !PRIVILEGED.has(me.role) && (
        <Button busy={busy} onClick={remove}>
          {say.remove}
        </Button>
      )}
    </div>
  );
}

export function FactorPage() {
  const { words } = useWords();
  const [factors, again] = useRemote(readFactors());
  return (
    <>
      <Back to={{ page: 'account' }} label={words.account.back} />
      <Title text={words.factor.pageTitle} />
      <p class="lead">{words.factor.what}</p>
      <RemoteView of={factors} again={again}>
        {(value) => <FactorState factors={value} changed={again} />}
      </RemoteView>
    </>
  );
}
