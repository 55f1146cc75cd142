/* A tablet of a facility is made known by the code that the principal has on screen. */
import { useRef, useState } from 'preact/hooks';
import type { Client } from '../api/client';
import type { Claimed } from '../api/own';
import { claimTablet } from '../api/own';
import { plainCode } from '../base/code';
import { hrefOf } from '../base/route';
import { useSending } from '../base/sending';
import { Button } from '../part/button';
import { Field } from '../part/field';
import { Gate } from '../part/gate';
import { Native } from '../part/name';
import { Notice } from '../part/notice';
import { SendProblem } from '../part/problem';
import { Title } from '../part/title';
import { useWords } from '../word/word';

export function Tablet({ client }: { readonly client: Client }) {
  const { words } = useWords();
  const say = words.tablet;
  const [code, setCode] = useState('');
  const [missing, setMissing] = useState(false);
  const [claimed, setClaimed] = useState<Claimed | null>(null);
  const { busy, problem, send } = useSending();
  const form = useRef<HTMLFormElement>(null);
  const wrong = problem !== null && [400, 401, 404, 422].includes(problem.status);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const typed = plainCode(code);
    setMissing(typed === '');
    const given = typed !== '' && (await send(async () => setClaimed(await client(claimTablet(typed)))));
    if (!given) setTimeout(() => form.current?.querySelector<HTMLInputElement>('[name=code]')?.focus());
  };

  return (
    <Gate>
      <Title text={say.title} />
      {claimed ? (
        <Notice tone="success" title={say.done}>
          <p>
            <Native>
              {claimed.facility.name}　{claimed.name}
            </Native>
          </p>
        </Notice>
      ) : (
        <>
          <p>{say.lead}</p>
          <form ref={form} class="form" noValidate onSubmit={submit}>
            {wrong && <Notice tone="error" title={say.wrong} />}
            {problem && !wrong && <SendProblem problem={problem} />}
            <Field
              label={say.code}
              name="code"
              value={code}
              onText={setCode}
              autocomplete="off"
              autocapitalize="none"
              spellcheck={false}
              error={missing ? say.need : undefined}
            />
            <Button look="filled" type="submit" busy={busy}>
              {say.submit}
            </Button>
          </form>
        </>
      )}
      <a class="button button-quiet" href={hrefOf({ page: 'home' })}>
        {words.forgotten.back}
      </a>
    </Gate>
  );
}
