/* What has great effect says so first, and is done only when that has been read. */
import { useState } from 'preact/hooks';
import type { Consent, Demand } from '../api/problem';
import { Button } from './button';
import { Dialog } from './dialog';
import { Field } from './field';
import { useWords } from '../word/word';

interface Props {
  readonly demand: Demand;
  readonly done: (consent: Consent | null) => void;
}

export function Confirm({ demand, done }: Props) {
  const { words } = useWords();
  const say = words.confirm;
  const [typed, setTyped] = useState('');
  const [wrong, setWrong] = useState(false);

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const fits = !demand.phrase || typed.normalize('NFKC').trim() === demand.phrase.normalize('NFKC');
    setWrong(!fits);
    if (fits) done({ token: demand.token, phrase: demand.phrase });
  };

  return (
    <Dialog title={say.title} close={() => done(null)}>
      <form class="form" noValidate onSubmit={submit}>
        {demand.impact && <p class="dialog-impact">{demand.impact}</p>}
        {demand.objects !== null && demand.objects > 1 && <p>{say.objects(demand.objects)}</p>}
        {demand.phrase && (
          <Field
            label={say.phrase(demand.phrase)}
            name="phrase"
            value={typed}
            onText={setTyped}
            autocomplete="off"
            error={wrong ? say.wrong : undefined}
          />
        )}
        <div class="dialog-actions">
          <Button look="filled" type="submit">
            {say.submit}
          </Button>
          <Button look="quiet" onClick={() => done(null)}>
            {words.dialog.cancel}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
