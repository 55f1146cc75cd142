/* A document of the server's, made when asked for and handed to the person. */
import type { ComponentChildren } from 'preact';
import type { Call, Saved } from '../api/client';
import { keepFile } from '../base/file';
import { useSending } from '../base/sending';
import { useSession } from '../base/session';
import { Button } from './button';
import { SendProblem } from './problem';

interface Props {
  readonly call: () => Call<Saved>;
  readonly children: ComponentChildren;
}

export function FileButton({ call, children }: Props) {
  const { client } = useSession();
  const { busy, problem, send } = useSending();
  return (
    <>
      <Button busy={busy} onClick={() => void send(async () => keepFile(await client(call())))}>
        {children}
      </Button>
      {problem && <SendProblem problem={problem} />}
    </>
  );
}
