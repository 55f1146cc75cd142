/*
 * An entry's proof, and the check of it on this device: is what the page shows what stands in the signed ledger?
 */
import { useState } from 'preact/hooks';
import type { Entry, Proof } from '../api/ledger';
import { readEventProof } from '../api/ledger';
import { keepFile } from '../base/file';
import { readLeaf } from '../base/leaf';
import type { Leaf } from '../base/leaf';
import type { Check, Finding } from '../base/merkle';
import { CHECKS, examine, readHead, readKey } from '../base/merkle';
import type { Raw } from '../base/raw';
import { useSending } from '../base/sending';
import { useSession } from '../base/session';
import { useLedgerWords } from '../word/ledger';
import { Button } from './button';
import { Field } from './field';
import { Notice } from './notice';
import { FindingMark } from './outcome';
import { SendProblem } from './problem';

/* Does the leaf say what the page shows? */
function agrees(leaf: Leaf, entry: Entry): boolean {
  const things = (list: Leaf['objects']) => list.map(({ entity, id }) => `${entity} ${id ?? ''}`).join(',');
  const rows = (list: Leaf['rows']) =>
    list.map(({ entity, id, version, before, after }) => [entity, id, version, before, after].join(' ')).join(',');
  return (
    leaf.ms === Date.parse(entry.time) &&
    leaf.operation === entry.operation &&
    leaf.outcome === entry.outcome &&
    leaf.role === (entry.role ?? '') &&
    leaf.actor === entry.actor &&
    leaf.request === entry.request &&
    leaf.facility === entry.facility &&
    leaf.rule === (entry.rule ?? '') &&
    leaf.sealed === entry.sealed &&
    things(leaf.objects) === things(entry.objects) &&
    rows(leaf.rows) === rows(entry.rows)
  );
}

function Findings({ found }: { readonly found: Finding }) {
  const { say } = useLedgerWords();
  const words = say.proof;
  const results = CHECKS.map((check) => found.checks[check]);
  const bad = results.includes(false);
  const all = results.every((result) => result === true);
  const line = (check: Check, result: boolean | null) => {
    const { good, bad: wrong, none } = words.checks[check];
    return result === null ? none : result ? good : wrong;
  };
  return (
    <>
      <div data-verdict={bad ? 'bad' : all ? 'good' : 'partly'}>
        {bad ? (
          <Notice tone="error" title={words.bad}>
            <p>{words.badHint}</p>
          </Notice>
        ) : (
          <Notice tone={all ? 'success' : 'warning'} title={all ? words.allGood : words.partly} />
        )}
      </div>
      <ol class="findings">
        {CHECKS.map((check) => (
          <li key={check} data-check={check}>
            <p class="finding-name">
              {words.checks[check].name} <FindingMark good={found.checks[check]} />
            </p>
            <p>{line(check, found.checks[check])}</p>
          </li>
        ))}
      </ol>
      <dl class="facts digests">
        <div>
          <dt>{words.hash}</dt>
          <dd>
            <code>{found.leafHash ?? '—'}</code>
          </dd>
        </div>
        <div>
          <dt>{words.root}</dt>
          <dd>
            <code>{found.root ?? '—'}</code>
          </dd>
        </div>
      </dl>
      <p class="soft">{words.sameKey}</p>
    </>
  );
}

interface Props {
  readonly entry: Entry;
  readonly proof: Proof;
}

export function ProofCheck({ entry, proof }: Props) {
  const { say } = useLedgerWords();
  const { client, operations } = useSession();
  const words = say.proof;
  const [own, setOwn] = useState('');
  const [wrongKey, setWrongKey] = useState(false);
  const [found, setFound] = useState<Finding | null>(null);
  const checking = useSending();
  const saving = useSending();
  const head = readHead(proof.checkpoint);

  const check = async () => {
    const given = own.trim();
    const key = await readKey(given || proof.verifier_key);
    setWrongKey(given !== '' && key === null);
    if (given !== '' && key === null) return;
    const says = (raw: Raw) => {
      const leaf = readLeaf(raw);
      return leaf && agrees(leaf, entry);
    };
    setFound(await examine(entry.index, proof, key, says));
  };
  const save = async () => {
    const { blob } = await client(readEventProof(entry.index));
    keepFile({ name: `sekimori-${entry.index}.tlog-proof`, blob });
  };

  return (
    <section class="proof-part" aria-labelledby="proof-title">
      <h2 class="section-title" id="proof-title">
        {words.title}
      </h2>
      <p>{words.lead}</p>
      <dl class="facts digests">
        <div>
          <dt>{words.size}</dt>
          <dd>{head ? words.sizeOf(head.size) : '—'}</dd>
        </div>
        <div>
          <dt>{words.key}</dt>
          <dd>
            <code>{proof.verifier_key}</code>
          </dd>
        </div>
      </dl>
      <details class="explain">
        <summary>{words.bytes}</summary>
        <p>
          <code class="leaf">{proof.leaf}</code>
        </p>
      </details>
      <div class="no-print proof-acts">
        <Field
          label={words.ownKey}
          hint={words.ownKeyHint}
          name="own-key"
          value={own}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          onText={setOwn}
          {...(wrongKey ? { error: words.badKey } : {})}
        />
        <p class="acts">
          <Button look="filled" busy={checking.busy} onClick={() => void checking.send(check)}>
            {found ? words.again : words.check}
          </Button>
          {operations.has('event.proof') && (
            <Button busy={saving.busy} onClick={() => void saving.send(save)}>
              {words.save}
            </Button>
          )}
        </p>
        {saving.problem && <SendProblem problem={saving.problem} />}
        <p class="soft">{words.here}</p>
        <p class="soft">{words.saveHint}</p>
      </div>
      <div aria-live="polite">{found && <Findings found={found} />}</div>
    </section>
  );
}
