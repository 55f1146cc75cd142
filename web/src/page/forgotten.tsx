/* The password is lost: the facility is told, and hands out a letter. Nobody learns here whether a login exists. */
import { useRef, useState } from 'preact/hooks';
import type { Client } from '../api/client';
import { askRecovery } from '../api/own';
import { hrefOf } from '../base/route';
import { useSending } from '../base/sending';
import { Button } from '../part/button';
import { Field } from '../part/field';
import { Gate } from '../part/gate';
import { Notice } from '../part/notice';
import { SendProblem } from '../part/problem';
import { Title } from '../part/title';
import { useWords } from '../word/word';

export function Forgotten({ client }: { readonly client: Client }) {
  const { words } = useWords();
  const say = words.forgotten;
  const [login, setLogin] = useState('');
  const [missing, setMissing] = useState(false);
  const [asked, setAsked] = useState(false);
  const { busy, problem, send } = useSending();
  const form = useRef<HTMLFormElement>(null);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setMissing(login.trim() === '');
    if (login.trim() === '') {
      form.current?.querySelector<HTMLInputElement>('[name=login]')?.focus();
      return;
    }
    if (await send(() => client(askRecovery(login.trim())))) setAsked(true);
  };

  return (
    <Gate help={words.signIn.help}>
      <Title text={say.title} />
      {asked ? (
        <Notice tone="success" title={say.asked}>
          <p>{say.askedHint}</p>
        </Notice>
      ) : (
        <>
          <p>{say.lead}</p>
          <form ref={form} class="form" noValidate onSubmit={submit}>
            {problem && <SendProblem problem={problem} />}
            <Field
              label={words.signIn.login}
              name="login"
              value={login}
              onText={setLogin}
              autocomplete="username"
              autocapitalize="none"
              spellcheck={false}
              error={missing ? words.signIn.needLogin : undefined}
            />
            <Button look="filled" type="submit" busy={busy}>
              {say.submit}
            </Button>
          </form>
        </>
      )}
      <a class="button button-quiet" href={hrefOf({ page: 'home' })}>
        {say.back}
      </a>
    </Gate>
  );
}
