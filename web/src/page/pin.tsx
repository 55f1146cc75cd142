/* The PIN by which a teacher unlocks a registered tablet. */
import { useRef, useState } from 'preact/hooks';
import { readFactors, removePin, setPin } from '../api/own';
import { isPin, plainCode } from '../base/code';
import { useRemote } from '../base/remote';
import { useSending } from '../base/sending';
import { useSession } from '../base/session';
import { Back } from '../part/back';
import { Button } from '../part/button';
import { Field } from '../part/field';
import { Notice } from '../part/notice';
import { PasswordField } from '../part/password';
import { fieldMessages, SendProblem } from '../part/problem';
import { RemoteView } from '../part/remote';
import { Title } from '../part/title';
import { useWords } from '../word/word';

function PinForm({ has, changed }: { readonly has: boolean; readonly changed: () => void }) {
  const { words, language } = useWords();
  const { client } = useSession();
  const say = words.pin;
  const [pin, setTyped] = useState('');
  const [password, setPassword] = useState('');
  const [missing, setMissing] = useState<'pin' | 'password' | null>(null);
  const [done, setDone] = useState<string | null>(null);
  const { busy, problem, send } = useSending();
  const form = useRef<HTMLFormElement>(null);
  const said = fieldMessages(problem, words, language);
  const wrong = problem !== null && problem.errors.length === 0 && [401, 403].includes(problem.status);

  const finish = (told: string) => {
    setTyped('');
    setPassword('');
    setDone(told);
    changed();
  };
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setDone(null);
    const typed = plainCode(pin);
    const lacks = !isPin(typed) ? 'pin' : password === '' ? 'password' : null;
    setMissing(lacks);
    if (lacks) {
      form.current?.querySelector<HTMLInputElement>(`[name=${lacks}]`)?.focus();
      return;
    }
    if (await send(() => client(setPin({ pin: typed, password })))) finish(say.done);
  };
  const remove = async () => {
    if (await send(() => client(removePin()))) finish(say.removed);
  };

  return (
    <form ref={form} class="form" noValidate onSubmit={submit}>
      {done && <Notice tone="success" title={done} />}
      {wrong && <Notice tone="error" title={words.password.wrong} />}
      {problem && !wrong && <SendProblem problem={problem} />}
      <Field
        label={say.pin}
        hint={say.hint}
        name="pin"
        type="password"
        inputMode="numeric"
        autocomplete="off"
        value={pin}
        onText={setTyped}
        error={missing === 'pin' ? words.unlock.needPin : said['pin']}
      />
      <PasswordField
        label={words.password.current}
        name="password"
        value={password}
        onText={setPassword}
        error={missing === 'password' ? words.signIn.needPassword : said['password']}
      />
      <Button look="filled" type="submit" busy={busy}>
        {has ? say.replace : say.submit}
      </Button>
      {has && (
        <Button busy={busy} onClick={remove}>
          {say.remove}
        </Button>
      )}
    </form>
  );
}

export function PinPage() {
  const { words } = useWords();
  const [factors, again] = useRemote(readFactors());
  return (
    <>
      <Back to={{ page: 'account' }} label={words.account.back} />
      <Title text={words.pin.title} />
      <p class="lead">{words.pin.what}</p>
      <RemoteView of={factors} again={again}>
        {(value) => <PinForm has={value.pin} changed={again} />}
      </RemoteView>
    </>
  );
}
