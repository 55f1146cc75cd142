/*
 * Sign-in.
 *
 *   name and password ──second-factor-required──▶ code ──▶ signed in
 */
import { useRef, useState } from 'preact/hooks';
import type { Client } from '../api/client';
import { signIn } from '../api/own';
import type { Problem } from '../api/problem';
import { problemOf } from '../api/problem';
import { isProof, plainCode } from '../base/code';
import { hrefOf } from '../base/route';
import { Button } from '../part/button';
import { CodeField } from '../part/code-field';
import { Field } from '../part/field';
import { Gate } from '../part/gate';
import { Notice } from '../part/notice';
import { PasswordField } from '../part/password';
import { ProblemNotice } from '../part/problem';
import { SignInNotices } from '../part/sign-in-notices';
import { Title } from '../part/title';
import { useWords } from '../word/word';

export type Arrival = 'first' | 'ended' | 'unwritten' | 'left' | 'accepted';

interface Props {
  readonly client: Client;
  readonly arrival: Arrival;
  readonly known?: string | null; /* a login that was just given a password */
  readonly signedIn: () => Promise<void>;
}

type Missing = 'login' | 'password' | 'code';

export function SignIn({ client, arrival, known = null, signedIn }: Props) {
  const { words, language } = useWords();
  const [login, setLogin] = useState(known ?? '');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState<string | null>(null); /* null: not asked for yet */
  const [missing, setMissing] = useState<readonly Missing[]>([]);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const running = useRef(false);
  const form = useRef<HTMLFormElement>(null);

  const focus = (name: Missing) => {
    form.current?.querySelector<HTMLInputElement>(`[name=${name}]`)?.focus();
  };

  const check = (): readonly Missing[] => {
    if (code !== null) return isProof(plainCode(code)) ? [] : ['code'];
    const empty: Missing[] = [];
    if (login.trim() === '') empty.push('login');
    if (password === '') empty.push('password');
    return empty;
  };

  const startOver = () => {
    setCode(null);
    setPassword('');
    setProblem(null);
    setMissing([]);
    setTimeout(() => focus('password'));
  };

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (running.current) return;
    const empty = check();
    setMissing(empty);
    setProblem(null);
    if (empty[0]) {
      focus(empty[0]);
      return;
    }
    running.current = true;
    setBusy(true);
    try {
      const totp = code === null ? {} : { totp: plainCode(code) };
      await client(signIn({ login: login.trim(), password, ...totp }));
      await signedIn();
    } catch (error) {
      const met = problemOf(error, language);
      if (met.status === 403 && met.slug === 'second-factor-required') {
        setCode('');
        setTimeout(() => focus('code'));
      } else {
        setProblem(met);
        if (met.status === 401) setTimeout(() => focus(code === null ? 'password' : 'code'));
      }
    } finally {
      running.current = false;
      setBusy(false);
    }
  };

  const { signIn: say } = words;
  const lacks = (name: Missing, message: string) => (missing.includes(name) ? message : undefined);
  const wrong = problem?.status === 401;

  return (
    <Gate help={say.help}>
      <Title text={say.title} />
      <SignInNotices client={client} />
      {arrival === 'ended' && !problem && code === null && <Notice tone="info" title={say.ended} />}
      {arrival === 'unwritten' && !problem && code === null && <Notice tone="warning" title={say.unwritten} />}
      {arrival === 'accepted' && !problem && code === null && <Notice tone="success" title={say.accepted} />}
      {arrival === 'left' && !problem && code === null && <Notice tone="success" title={say.bye} />}
      {wrong && (
        <Notice tone="error" title={code === null ? say.wrong : say.wrongCode}>
          {code === null && <p>{say.wrongHint}</p>}
        </Notice>
      )}
      {problem && !wrong && <ProblemNotice problem={problem} />}
      {code !== null && !problem && <Notice tone="info" title={say.nowCode} />}
      <form ref={form} class="form" noValidate onSubmit={submit}>
        {code === null ? (
          <>
            <Field
              label={say.login}
              name="login"
              value={login}
              onText={setLogin}
              autocomplete="username"
              autocapitalize="none"
              spellcheck={false}
              error={lacks('login', say.needLogin)}
            />
            <PasswordField
              label={say.password}
              name="password"
              value={password}
              onText={setPassword}
              error={lacks('password', say.needPassword)}
            />
          </>
        ) : (
          <CodeField value={code} onText={setCode} missing={missing.includes('code')} />
        )}
        <Button look="filled" type="submit" busy={busy}>
          {busy ? say.busy : say.submit}
        </Button>
        {code === null ? (
          <a class="button button-quiet" href={hrefOf({ page: 'forgotten' })}>
            {say.forgotten}
          </a>
        ) : (
          <Button look="quiet" onClick={startOver}>
            {say.startOver}
          </Button>
        )}
      </form>
      <p class="gate-terms">
        <a class="button button-quiet" href={hrefOf({ page: 'terms' })}>
          {words.nav.terms}
        </a>
      </p>
    </Gate>
  );
}
