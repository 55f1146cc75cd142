/*
 * The locked screen: the same person goes on where they were, by PIN or password; anybody else signs in anew.
 *
 * What was on the screen stays behind it, unseen.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Client } from '../api/client';
import { lock, unlock } from '../api/own';
import { problemOf } from '../api/problem';
import { isPin, plainCode } from '../base/code';
import { useSending } from '../base/sending';
import { Button } from '../part/button';
import { Choice, Field } from '../part/field';
import { Gate } from '../part/gate';
import { Native } from '../part/name';
import { PasswordField } from '../part/password';
import { fieldMessages, SendProblem } from '../part/problem';
import { Title } from '../part/title';
import { useWords } from '../word/word';

type Way = 'pin' | 'password';

interface Props {
  readonly client: Client;
  readonly name: string | null;
  readonly unlocked: boolean; /* the line was cut when the screen was locked: the session is locked first */
  readonly done: () => void;
  readonly ended: () => void; /* the session is over, for too many wrong PINs or after its last hour */
  readonly leave: () => Promise<void>;
}

export function Unlock({ client, name, unlocked, done, ended, leave }: Props) {
  const { words, language } = useWords();
  const say = words.unlock;
  const [way, setWay] = useState<Way>('pin');
  const [pin, setPin] = useState('');
  const [password, setPassword] = useState('');
  const [missing, setMissing] = useState(false);
  const { busy, problem, send, forget } = useSending();
  const leaving = useSending();
  const form = useRef<HTMLFormElement>(null);
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      setTimeout(() => {
        if (before instanceof HTMLElement && before.isConnected) before.focus(); /* where the person was */
      });
    },
    [before],
  );
  const said = fieldMessages(problem, words, language);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const typed = plainCode(pin);
    const lacks = way === 'pin' ? !isPin(typed) : password === '';
    setMissing(lacks);
    if (lacks) {
      form.current?.querySelector<HTMLInputElement>(`[name=${way}]`)?.focus();
      return;
    }
    const open = await send(async () => {
      try {
        if (unlocked) {
          await client(lock()).catch((error: unknown) => {
            if (problemOf(error, language).slug !== 'session-locked') throw error;
          });
        }
        await client(unlock(way === 'pin' ? { pin: typed } : { password }));
      } catch (error) {
        if (problemOf(error, language).status === 401) ended();
        throw error;
      }
    });
    setPin('');
    setPassword('');
    if (open) done();
    else form.current?.querySelector<HTMLInputElement>(`[name=${way}]`)?.focus();
  };

  return (
    <Gate>
      <Title text={say.title} />
      <p>
        {name && (
          <span class="unlock-name">
            <Native>{name}</Native>
          </span>
        )}
        {say.lead}
      </p>
      {problem && <SendProblem problem={problem} />}
      <form ref={form} class="form" noValidate onSubmit={submit}>
        <Choice<Way>
          label={say.way}
          name="way"
          value={way}
          onValue={(value) => {
            setWay(value);
            setMissing(false);
            forget();
          }}
          options={[
            { value: 'pin', label: say.pin },
            { value: 'password', label: words.signIn.password },
          ]}
        />
        {way === 'pin' ? (
          <Field
            label={say.pin}
            hint={say.pinHint}
            name="pin"
            type="password"
            inputMode="numeric"
            autocomplete="off"
            value={pin}
            onText={setPin}
            error={missing ? say.needPin : said['pin']}
          />
        ) : (
          <PasswordField
            label={words.signIn.password}
            name="password"
            value={password}
            onText={setPassword}
            error={missing ? words.signIn.needPassword : said['password']}
          />
        )}
        <Button look="filled" type="submit" busy={busy}>
          {say.submit}
        </Button>
        <Button look="quiet" busy={leaving.busy} onClick={() => leaving.send(leave)}>
          {say.other}
        </Button>
      </form>
    </Gate>
  );
}
