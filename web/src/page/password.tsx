/* A new password, given by whoever knows the present one. */
import { useRef, useState } from 'preact/hooks';
import { changePassword } from '../api/own';
import { useSending } from '../base/sending';
import { useSession } from '../base/session';
import { Back } from '../part/back';
import { Button } from '../part/button';
import { Notice } from '../part/notice';
import { PasswordField } from '../part/password';
import { fieldMessages, SendProblem } from '../part/problem';
import { Title } from '../part/title';
import { useWords } from '../word/word';

type Name = 'current' | 'new' | 'again';

export function PasswordPage() {
  const { words, language } = useWords();
  const { client, me } = useSession();
  const say = words.password;
  const [typed, setTyped] = useState<Record<Name, string>>({ current: '', new: '', again: '' });
  const [missing, setMissing] = useState<Name | null>(null);
  const [done, setDone] = useState(false);
  const { busy, problem, send, forget } = useSending();
  const form = useRef<HTMLFormElement>(null);
  const said = fieldMessages(problem, words, language);
  const wrong = problem !== null && problem.errors.length === 0 && [401, 403].includes(problem.status);

  const focus = (name: Name) => form.current?.querySelector<HTMLInputElement>(`[name=${name}]`)?.focus();
  const set = (name: Name) => (value: string) => {
    setTyped((before) => ({ ...before, [name]: value }));
    forget();
    setDone(false);
  };

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const lacks: Name | null =
      typed.current === '' ? 'current' : typed.new === '' ? 'new' : typed.new === typed.again ? null : 'again';
    setMissing(lacks);
    if (lacks) {
      focus(lacks);
      return;
    }
    if (await send(() => client(changePassword({ current: typed.current, new: typed.new })))) {
      setTyped({ current: '', new: '', again: '' });
      setDone(true);
    }
  };

  return (
    <>
      <Back to={{ page: 'account' }} label={words.account.back} />
      <Title text={say.title} />
      {done && (
        <div class="after-title">
          <Notice tone="success" title={say.done} />
        </div>
      )}
      <form ref={form} class="form" noValidate onSubmit={submit}>
        <input type="text" name="username" value={me.login ?? ''} autocomplete="username" readOnly hidden />
        {wrong && <Notice tone="error" title={say.wrong} />}
        {problem && !wrong && <SendProblem problem={problem} />}
        <PasswordField
          label={say.current}
          name="current"
          value={typed.current}
          onText={set('current')}
          error={missing === 'current' ? words.signIn.needPassword : said['current']}
        />
        <PasswordField
          label={say.new}
          hint={say.rules}
          name="new"
          value={typed.new}
          onText={set('new')}
          fresh
          error={missing === 'new' ? say.need : said['new']}
        />
        <PasswordField
          label={say.again}
          name="again"
          value={typed.again}
          onText={set('again')}
          fresh
          error={missing === 'again' ? say.differ : undefined}
        />
        <Button look="filled" type="submit" busy={busy}>
          {say.submit}
        </Button>
      </form>
    </>
  );
}
