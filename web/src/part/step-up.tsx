/* Who asks for something that matters shows once more who they are; then it is done. */
import { useRef, useState } from 'preact/hooks';
import type { Client } from '../api/client';
import { stepUp } from '../api/own';
import { Failure } from '../api/problem';
import { isProof, plainCode } from '../base/code';
import { useSending } from '../base/sending';
import { Button } from './button';
import { Dialog } from './dialog';
import { CodeField } from './code-field';
import { Notice } from './notice';
import { PasswordField } from './password';
import { SendProblem } from './problem';
import { useWords } from '../word/word';

interface Props {
  readonly client: Client;
  readonly code: boolean; /* is a second factor asked for? */
  readonly done: (given: boolean) => void;
}

export function StepUp({ client, code: asked, done }: Props) {
  const { words } = useWords();
  const say = words.stepUp;
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [needsCode, setNeedsCode] = useState(asked);
  const [missing, setMissing] = useState<'password' | 'code' | null>(null);
  const { busy, problem, send } = useSending();
  const form = useRef<HTMLFormElement>(null);
  const unasked = problem?.slug === 'second-factor-required';
  const focus = (name: string) => form.current?.querySelector<HTMLInputElement>(`[name=${name}]`)?.focus();

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const typed = plainCode(code);
    const lacks = password === '' ? 'password' : needsCode && !isProof(typed) ? 'code' : null;
    setMissing(lacks);
    if (lacks) {
      focus(lacks);
      return;
    }
    const given = await send(async () => {
      try {
        await client(stepUp({ password, ...(needsCode ? { totp: typed } : {}) }));
      } catch (error) {
        if (error instanceof Failure && error.problem.slug === 'second-factor-required') setNeedsCode(true);
        throw error;
      }
    });
    if (given) done(true);
    else setCode('');
  };

  return (
    <Dialog title={say.title} close={() => done(false)}>
      <form ref={form} class="form" noValidate onSubmit={submit}>
        <p>{say.lead}</p>
        {problem?.status === 401 && <Notice tone="error" title={say.wrong} />}
        {problem && problem.status !== 401 && !unasked && <SendProblem problem={problem} />}
        <PasswordField
          label={words.signIn.password}
          name="password"
          value={password}
          onText={setPassword}
          error={missing === 'password' ? words.signIn.needPassword : undefined}
        />
        {needsCode && <CodeField value={code} onText={setCode} missing={missing === 'code'} />}
        <div class="dialog-actions">
          <Button look="filled" type="submit" busy={busy}>
            {say.submit}
          </Button>
          <Button look="quiet" onClick={() => done(false)}>
            {words.dialog.cancel}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
