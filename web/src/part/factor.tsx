/*
 * Setting up a second factor.
 *
 *   begun ──code of the app──▶ recovery codes ──written down──▶ done
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Client } from '../api/client';
import type { Enrolment } from '../api/own';
import { beginFactor, confirmFactor } from '../api/own';
import type { Problem } from '../api/problem';
import { problemOf } from '../api/problem';
import { inGroups, isDigits, plainCode } from '../base/code';
import { useSending } from '../base/sending';
import { Button } from './button';
import { Field } from './field';
import { Notice } from './notice';
import { ProblemNotice, SendProblem } from './problem';
import { Qr } from './qr';
import { RecoveryCodes } from './recovery-codes';
import { Loading } from './remote';
import { useWords } from '../word/word';

interface Props {
  readonly client: Client;
  readonly done: () => void;
  readonly doneLabel: string;
}

export function FactorSetUp({ client, done, doneLabel }: Props) {
  const { words, language } = useWords();
  const say = words.factor;
  const [begun, setBegun] = useState<Enrolment | null>(null);
  const [failed, setFailed] = useState<Problem | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const [code, setCode] = useState('');
  const [missing, setMissing] = useState(false);
  const { busy, problem, send } = useSending();
  const form = useRef<HTMLFormElement>(null);
  const asked = useRef(false);
  const focus = () => form.current?.querySelector<HTMLInputElement>('[name=code]')?.focus();

  const begin = () => {
    setFailed(null);
    client(beginFactor()).then(setBegun, (error: unknown) => setFailed(problemOf(error, language)));
  };
  useEffect(() => {
    if (asked.current) return;
    asked.current = true;
    begin();
  }, []);

  if (codes) return <RecoveryCodes codes={codes} done={done} doneLabel={doneLabel} />;
  if (failed) return <ProblemNotice problem={failed} again={begin} />;
  if (!begun) return <Loading />;

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const typed = plainCode(code);
    setMissing(!isDigits(typed));
    if (!isDigits(typed)) {
      focus();
      return;
    }
    const right = await send(async () => setCodes((await client(confirmFactor(typed))).recovery_codes));
    if (!right) setTimeout(focus);
  };
  const wrong = problem !== null && problem.status >= 400 && problem.status < 500 && problem.status !== 429;

  return (
    <>
      <ol class="steps">
        <li>
          <p>{say.getApp}</p>
        </li>
        <li>
          <p>{say.scan}</p>
          <Qr rows={begun.qr} label={say.qr} />
          <p class="soft">{say.type}</p>
          <p class="secret">
            <code>{inGroups(begun.secret)}</code>
          </p>
          <p>
            <a class="button button-quiet" href={begun.uri}>
              {say.open}
            </a>
          </p>
        </li>
        <li>
          <p>{say.enter}</p>
        </li>
      </ol>
      <form ref={form} class="form" noValidate onSubmit={submit}>
        {wrong && <Notice tone="error" title={say.wrong} />}
        {problem && !wrong && <SendProblem problem={problem} />}
        <Field
          label={words.signIn.code}
          hint={words.signIn.codeHint}
          name="code"
          value={code}
          onText={setCode}
          inputMode="numeric"
          autocomplete="one-time-code"
          error={missing ? words.signIn.needDigits : undefined}
        />
        <Button look="filled" type="submit" busy={busy}>
          {say.submit}
        </Button>
      </form>
    </>
  );
}
