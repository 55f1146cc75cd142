/*
 * The link of a letter: a first password, or a new one where the old is lost.
 *
 *   looking ──▶ known ──password chosen──▶ done ──▶ sign-in
 *      └──────▶ worthless: used, too old or never given out; it is not said which
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Client } from '../api/client';
import type { Invitation } from '../api/own';
import { acceptInvitation, seeInvitation } from '../api/own';
import type { Problem } from '../api/problem';
import { problemOf } from '../api/problem';
import { isProof, plainCode } from '../base/code';
import { writeInstant } from '../base/day';
import { useSending } from '../base/sending';
import { Button } from '../part/button';
import { CodeField } from '../part/code-field';
import { Gate } from '../part/gate';
import { Native } from '../part/name';
import { Notice } from '../part/notice';
import { PasswordField } from '../part/password';
import { fieldMessages, ProblemNotice, SendProblem } from '../part/problem';
import { Loading } from '../part/remote';
import { Title } from '../part/title';
import { useWords } from '../word/word';

interface Props {
  readonly client: Client;
  readonly token: string;
  readonly done: (login: string | null) => void;
}

interface KnownProps {
  readonly client: Client;
  readonly token: string;
  readonly of: Invitation;
  readonly accepted: (login: string) => void;
}

const worthless = (problem: Problem | null): boolean => problem?.status === 404;

function Known({ client, token, of: invitation, accepted }: KnownProps) {
  const { words, language } = useWords();
  const say = words.invitation;
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [code, setCode] = useState('');
  const [missing, setMissing] = useState<'password' | 'again' | 'code' | null>(null);
  const { busy, problem, send } = useSending();
  const form = useRef<HTMLFormElement>(null);
  const focus = (name: string) => form.current?.querySelector<HTMLInputElement>(`[name=${name}]`)?.focus();
  const said = fieldMessages(problem, words, language);
  const wrongCode = problem?.status === 401;

  const lacking = () => {
    if (password === '') return 'password';
    if (again !== password) return 'again';
    return invitation.second_factor && !isProof(plainCode(code)) ? 'code' : null;
  };

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const lacks = lacking();
    setMissing(lacks);
    if (lacks) {
      focus(lacks);
      return;
    }
    const totp = invitation.second_factor ? { totp: plainCode(code) } : {};
    const right = await send(async () => accepted((await client(acceptInvitation({ token, password, ...totp }))).login));
    if (!right) setTimeout(() => focus(invitation.second_factor ? 'code' : 'password'));
  };

  if (worthless(problem)) return <Worthless />;
  return (
    <>
      <Title text={say.titles[invitation.purpose]} />
      <p>{say.leads[invitation.purpose]}</p>
      <dl class="facts">
        {invitation.name && (
          <div>
            <dt>{say.name}</dt>
            <dd>
              <Native>{invitation.name}</Native>
            </dd>
          </div>
        )}
        <div>
          <dt>{words.signIn.login}</dt>
          <dd>
            <code>{invitation.login}</code>
          </dd>
        </div>
        <div>
          <dt>{say.role}</dt>
          <dd>{words.roles[invitation.role]}</dd>
        </div>
        {invitation.expires_at && (
          <div>
            <dt>{say.until}</dt>
            <dd>{writeInstant(invitation.expires_at, language)}</dd>
          </div>
        )}
      </dl>
      <form ref={form} class="form" noValidate onSubmit={submit}>
        {wrongCode && <Notice tone="error" title={words.signIn.wrongCode} />}
        {problem && !wrongCode && <SendProblem problem={problem} />}
        <input type="text" name="username" value={invitation.login} autocomplete="username" readOnly hidden />
        <PasswordField
          label={say.password}
          hint={words.password.rules}
          name="password"
          value={password}
          onText={setPassword}
          fresh
          error={missing === 'password' ? words.password.need : said['password']}
        />
        <PasswordField
          label={words.password.again}
          name="again"
          value={again}
          onText={setAgain}
          fresh
          error={missing === 'again' ? words.password.differ : undefined}
        />
        {invitation.second_factor && <CodeField value={code} onText={setCode} missing={missing === 'code'} />}
        <Button look="filled" type="submit" busy={busy}>
          {say.submit}
        </Button>
      </form>
    </>
  );
}

function Worthless() {
  const { words } = useWords();
  return (
    <>
      <Title text={words.invitation.worthless} />
      <p>{words.invitation.worthlessHint}</p>
    </>
  );
}

export function InvitationPage({ client, token, done }: Props) {
  const { words, language } = useWords();
  const say = words.invitation;
  const [known, setKnown] = useState<Invitation | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [login, setLogin] = useState<string | null>(null);

  const look = () => {
    setProblem(null);
    client(seeInvitation(token)).then(setKnown, (error: unknown) => setProblem(problemOf(error, language)));
  };
  useEffect(look, [client, token]);

  const toSignIn = (
    <Button look="quiet" onClick={() => done(null)}>
      {words.forgotten.back}
    </Button>
  );
  if (login !== null) {
    return (
      <Gate>
        <Title text={say.done} />
        <Notice tone="success" title={say.doneHint} />
        <Button look="filled" onClick={() => done(login)}>
          {say.toSignIn}
        </Button>
      </Gate>
    );
  }
  return (
    <Gate help={words.signIn.help}>
      {!known && !problem && <Loading />}
      {problem && !worthless(problem) && <ProblemNotice problem={problem} again={look} />}
      {worthless(problem) && <Worthless />}
      {known && <Known client={client} token={token} of={known} accepted={setLogin} />}
      {toSignIn}
    </Gate>
  );
}
