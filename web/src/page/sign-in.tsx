/*
 * Sign-in.
 *
 *   name and password ──second-factor-required──▶ code ──▶ signed in
 */
import { useRef, useState } from 'preact/hooks';
import { signIn } from '../api/calls';
import type { Client } from '../api/client';
import type { Problem } from '../api/problem';
import { problemOf } from '../api/problem';
import { Button } from '../part/button';
import { Field } from '../part/field';
import { SkipLink } from '../part/frame';
import { Mark } from '../part/icon';
import { Notice } from '../part/notice';
import { ProblemNotice } from '../part/problem';
import { LanguageSwitch } from '../part/speech';
import { Title } from '../part/title';
import { useWords } from '../word/word';

export type Arrival = 'first' | 'ended' | 'unwritten' | 'left';

interface Props {
  readonly client: Client;
  readonly arrival: Arrival;
  readonly signedIn: () => Promise<void>;
}

type Missing = 'login' | 'password' | 'code';

const CODE = /^\d{6}$/;

/* Digits typed with a Japanese keyboard are digits too. */
const plainDigits = (text: string): string => text.normalize('NFKC').replace(/\s/g, '');

export function SignIn({ client, arrival, signedIn }: Props) {
  const { words, language } = useWords();
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const [visible, setVisible] = useState(false);
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
    if (code !== null) return CODE.test(plainDigits(code)) ? [] : ['code'];
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
      const totp = code === null ? {} : { totp: plainDigits(code) };
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
    <div class="gate">
      <SkipLink />
      <header class="gate-top">
        <LanguageSwitch />
      </header>
      <main id="main" class="gate-main" tabIndex={-1}>
        <div class="gate-brand">
          <Mark />
          <p class="gate-name">{words.product}</p>
          <p class="gate-tagline">{words.tagline}</p>
        </div>
        <div class="gate-card">
          <Title text={say.title} />
          {arrival === 'ended' && !problem && code === null && <Notice tone="info" title={say.ended} />}
          {arrival === 'unwritten' && !problem && code === null && <Notice tone="warning" title={say.unwritten} />}
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
                <div>
                  <Field
                    label={say.password}
                    name="password"
                    type={visible ? 'text' : 'password'}
                    value={password}
                    onText={setPassword}
                    autocomplete="current-password"
                    autocapitalize="none"
                    spellcheck={false}
                    error={lacks('password', say.needPassword)}
                  />
                  <label class="check">
                    <input
                      type="checkbox"
                      checked={visible}
                      onChange={(event) => setVisible(event.currentTarget.checked)}
                    />
                    <span>{say.showPassword}</span>
                  </label>
                </div>
              </>
            ) : (
              <Field
                label={say.code}
                hint={say.codeHint}
                name="code"
                value={code}
                onText={setCode}
                inputMode="numeric"
                autocomplete="one-time-code"
                error={lacks('code', say.needCode)}
              />
            )}
            <Button look="filled" type="submit" busy={busy}>
              {busy ? say.busy : say.submit}
            </Button>
            {code !== null && (
              <Button look="quiet" onClick={startOver}>
                {say.startOver}
              </Button>
            )}
          </form>
        </div>
        <p class="gate-help">{say.help}</p>
      </main>
    </div>
  );
}
