/* The ledger as a whole: its head, what it shows and what it does not, its witness, and a copy to take away. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Ledger } from '../api/ledger';
import { readCheckpoint, readLedger } from '../api/ledger';
import type { Client } from '../api/client';
import { writeInstant } from '../base/day';
import { keepFile } from '../base/file';
import { COPY_MAX, copyLog, Unlike } from '../base/logcopy';
import type { Head } from '../base/merkle';
import { readHead, readKey, signedBy } from '../base/merkle';
import { toHex } from '../base/raw';
import { useRemote } from '../base/remote';
import { useSending } from '../base/sending';
import { useSession } from '../base/session';
import { Back } from '../part/back';
import { Button } from '../part/button';
import { Notice } from '../part/notice';
import { FindingMark } from '../part/outcome';
import { PrintHead } from '../part/print-head';
import { ProblemNotice, SendProblem } from '../part/problem';
import { Loading, RemoteView } from '../part/remote';
import { Title } from '../part/title';
import { useLedgerWords } from '../word/ledger';
import '../style/ledger.css';

interface Known {
  readonly ledger: Ledger;
  readonly note: string;
  readonly head: Head | null;
  readonly signed: boolean | null;
}

const textOf = (text: string): Blob => new Blob([text], { type: 'text/plain' });

function Facts({ known: { ledger, head, signed } }: { readonly known: Known }) {
  const { say, language } = useLedgerWords();
  const words = say.ledger;
  const size = head?.size ?? ledger.size;
  const at = ledger.witness?.at;
  return (
    <dl class="facts event-facts">
      <div>
        <dt>{words.facts.size}</dt>
        <dd data-size={size}>{words.count(size)}</dd>
      </div>
      <div>
        <dt>{words.facts.root}</dt>
        <dd>
          <code>{head ? toHex(head.root) : '—'}</code>
          <p>
            <FindingMark good={signed} />{' '}
            <span>{signed === null ? words.signed.none : signed ? words.signed.good : words.signed.bad}</span>
          </p>
        </dd>
      </div>
      <div>
        <dt>{words.facts.witness}</dt>
        <dd>
          {ledger.witness ? (
            <>
              <p>{words.witnessed(ledger.witness.name, ledger.witness.size, at ? writeInstant(at, language) : null)}</p>
              {size > ledger.witness.size && <p class="soft">{words.behind(size - ledger.witness.size)}</p>}
            </>
          ) : (
            <p>{ledger.witness_key ? words.silentWitness : words.noWitness}</p>
          )}
        </dd>
      </div>
      <div>
        <dt>{words.facts.origin}</dt>
        <dd>
          <code>{ledger.origin}</code>
        </dd>
      </div>
      <div>
        <dt>{words.facts.key}</dt>
        <dd>
          <code>{ledger.verifier_key}</code>
        </dd>
      </div>
    </dl>
  );
}

function HeadPart({ known: { ledger, note, head } }: { readonly known: Known }) {
  const { say } = useLedgerWords();
  const words = say.ledger;
  return (
    <section>
      <h2 class="section-title">{words.headTitle}</h2>
      <p>{words.headHint}</p>
      <pre class="note" tabIndex={0} aria-label={words.headTitle}>
        {note}
      </pre>
      <p class="acts no-print">
        <Button onClick={() => keepFile({ name: `checkpoint-${ledger.log}-${head?.size ?? ''}.txt`, blob: textOf(note) })}>
          {words.saveHead}
        </Button>
        <Button onClick={() => keepFile({ name: `key-${ledger.log}.txt`, blob: textOf(`${ledger.verifier_key}\n`) })}>
          {words.saveKey}
        </Button>
      </p>
    </section>
  );
}

function Explanation() {
  const { say } = useLedgerWords();
  const words = say.ledger;
  const list = (lines: readonly string[]) => (
    <ul class="says">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
  return (
    <section>
      <h2 class="section-title">{words.provesTitle}</h2>
      {list(words.proves)}
      <h3 class="small-title">{words.notTitle}</h3>
      {list(words.not)}
      <p class="soft">{words.notLink}</p>
    </section>
  );
}

function WitnessPart({ ledger }: { readonly ledger: Ledger }) {
  const { say } = useLedgerWords();
  const words = say.ledger;
  const commands = [
    `sekimori witness --make-key --key witness.key --name ${ledger.log}-witness`,
    `sekimori witness --log ${location.origin}/v1/ledger/${ledger.log} --vkey '${ledger.verifier_key}' --dir witness --key witness.key`,
  ];
  return (
    <section>
      <h2 class="section-title">{words.witnessTitle}</h2>
      <ol class="says">
        {words.witnessSteps.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ol>
      <pre class="note" tabIndex={0} aria-label={words.witnessTitle}>
        {commands.join('\n\n')}
      </pre>
      <p class="soft">{words.witnessNote}</p>
    </section>
  );
}

const inMegabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`;

function Copy({ known: { ledger, head } }: { readonly known: Known }) {
  const { say } = useLedgerWords();
  const { client } = useSession();
  const words = say.ledger;
  const { busy, problem, send } = useSending();
  const [progress, setProgress] = useState<readonly [number, number] | null>(null);
  const [made, setMade] = useState<number | null>(null);
  const [unlike, setUnlike] = useState(false);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const copy = async () => {
    const stop = new AbortController();
    running.current = stop;
    setMade(null);
    setUnlike(false);
    setProgress([0, 1]);
    try {
      const told = (done: number, of: number) => setProgress([done, of]);
      const blob = await copyLog({ client, log: ledger.log, signal: stop.signal, told });
      keepFile({ name: `sekimori-${ledger.log}.tar`, blob });
      setMade(blob.size);
    } catch (error) {
      if (error instanceof Unlike) setUnlike(true);
      else if (!stop.signal.aborted) throw error;
    } finally {
      setProgress(null);
      running.current = null;
    }
  };

  return (
    <section class="no-print">
      <h2 class="section-title">{words.copyTitle}</h2>
      <p>{words.copyLead}</p>
      {(head?.size ?? 0) > COPY_MAX ? (
        <p class="soft">{words.copyTooLarge(COPY_MAX)}</p>
      ) : (
        <p class="acts">
          <Button look="filled" busy={busy} onClick={() => void send(copy)}>
            {words.copy}
          </Button>
          {progress && <Button onClick={() => running.current?.abort()}>{words.copyStop}</Button>}
        </p>
      )}
      {progress && (
        <p>
          <progress class="progress" value={progress[0]} max={progress[1]} aria-label={words.copyTitle} />
          <span role="status">{words.copying(progress[0], progress[1])}</span>
        </p>
      )}
      {made !== null && <Notice tone="success" title={words.copied(inMegabytes(made))} />}
      {unlike && <Notice tone="error" title={words.copyUnlike} />}
      {problem && <SendProblem problem={problem} />}
    </section>
  );
}

/* The newest head, and whether its signature holds on this device. */
async function learn(client: Client, ledger: Ledger): Promise<Known> {
  const note = await (await client(readCheckpoint(ledger.log))).blob.text();
  const head = readHead(note);
  const key = await readKey(ledger.verifier_key);
  const signed = head && key && head.origin === key.name ? await signedBy(head, key) : false;
  return { ledger, note, head, signed };
}

function Shown({ ledger }: { readonly ledger: Ledger }) {
  const { client, operations } = useSession();
  const [known, setKnown] = useState<Known | null>(null);
  const { problem, send } = useSending();
  useEffect(() => {
    void send(async () => setKnown(await learn(client, ledger)));
  }, [client, ledger, send]);
  if (problem) return <ProblemNotice problem={problem} />;
  if (!known) return <Loading />;
  return (
    <div class="event-page">
      <Facts known={known} />
      <HeadPart known={known} />
      <Explanation />
      <WitnessPart ledger={ledger} />
      {operations.has('ledger.export') && <Copy known={known} />}
    </div>
  );
}

export function LedgerPage() {
  const { say } = useLedgerWords();
  const [ledger, again] = useRemote(readLedger());
  return (
    <>
      <PrintHead />
      <Back to={{ page: 'events' }} label={say.event.back} />
      <Title text={say.ledger.title} />
      <p class="lead">{say.ledger.lead}</p>
      <RemoteView of={ledger} again={again}>
        {(value) => <Shown ledger={value} />}
      </RemoteView>
    </>
  );
}
