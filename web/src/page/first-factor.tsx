/* Whoever holds much power has a second factor before anything else. */
import type { Client } from '../api/client';
import { useSending } from '../base/sending';
import { Button } from '../part/button';
import { FactorSetUp } from '../part/factor';
import { Gate } from '../part/gate';
import { Title } from '../part/title';
import { useWords } from '../word/word';

interface Props {
  readonly client: Client;
  readonly done: () => void;
  readonly leave: () => Promise<void>;
}

export function FirstFactor({ client, done, leave }: Props) {
  const { words } = useWords();
  const leaving = useSending();
  return (
    <Gate>
      <Title text={words.factor.title} />
      <p>{words.factor.why}</p>
      <FactorSetUp client={client} done={done} doneLabel={words.factor.go} />
      <Button look="quiet" busy={leaving.busy} onClick={() => leaving.send(leave)}>
        {words.nav.signOut}
      </Button>
    </Gate>
  );
}
