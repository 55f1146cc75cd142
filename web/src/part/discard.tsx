/* Signing out would lose what is not sent yet; its person decides. */
import { Button } from './button';
import { Dialog } from './dialog';
import { useWords } from '../word/word';

interface Props {
  readonly count: number;
  readonly done: (given: boolean) => void;
}

export function Discard({ count, done }: Props) {
  const { words } = useWords();
  const say = words.outbox;
  return (
    <Dialog title={say.leaveTitle} close={() => done(false)}>
      <div class="form">
        <p>{say.leaveHint(count)}</p>
        <div class="dialog-actions">
          <Button look="filled" onClick={() => done(false)}>
            {say.stay}
          </Button>
          <Button onClick={() => done(true)}>{say.leaveNow}</Button>
        </div>
      </div>
    </Dialog>
  );
}
