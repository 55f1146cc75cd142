/* Records of a register from a CSV file: all lines or none; what is wrong with the file stands in a table, by line and column. */
import { useId, useRef, useState } from 'preact/hooks';
import { newKey } from '../api/client';
import type { Problem } from '../api/problem';
import type { Imported, Register } from '../api/records';
import { importRegister, RECORD_FILE_MAX } from '../api/records';
import { flawsOf } from '../base/flaws';
import { useSending } from '../base/sending';
import { useSession } from '../base/session';
import { useWords } from '../word/word';
import { useGovernWords } from '../word/govern';
import { Button } from './button';
import { ErrorText, Select } from './field';
import { Notice } from './notice';
import { SendProblem } from './problem';
import { Table } from './table';

const ENCODINGS = ['auto', 'utf-8', 'cp932'] as const;
type Encoding = (typeof ENCODINGS)[number];

function Flaws({ of: problem }: { readonly of: Problem }) {
  const { say } = useGovernWords();
  const { words } = useWords();
  const own = say.recordImport;
  const flaws = flawsOf(problem.errors);
  if (flaws.length === 0) return <SendProblem problem={problem} />;
  return (
    <>
      <Notice tone="error" title={own.refused(flaws.length)}>
        <p>{own.refusedHint}</p>
      </Notice>
      <Table
        caption={own.flaws}
        items={flaws}
        keyOf={({ key }) => key}
        columns={[
          { label: own.line, look: 'nowrap', cell: ({ line }) => line ?? '—' },
          { label: own.column, look: 'nowrap', cell: ({ column }) => column ?? '—' },
          { label: own.flaw, look: 'wide', cell: ({ code, message }) => message ?? words.field.codes[code] ?? words.field.other },
        ]}
      />
    </>
  );
}

export function RecordImport({ of: register, again }: { readonly of: Register; readonly again: () => void }) {
  const { say } = useGovernWords();
  const { words } = useWords();
  const { client } = useSession();
  const { busy, problem, send, forget } = useSending();
  const [file, setFile] = useState<File | null>(null);
  const [encoding, setEncoding] = useState<Encoding>('auto');
  const [flaw, setFlaw] = useState<string | null>(null);
  const [done, setDone] = useState<Imported | null>(null);
  const box = useRef<HTMLInputElement>(null);
  const id = useId();
  const own = say.recordImport;

  const pick = (chosen: File | null) => {
    setFile(chosen);
    setFlaw(null);
    setDone(null);
    forget();
  };
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const lack = !file || file.size === 0 ? own.needFile : file.size > RECORD_FILE_MAX ? own.tooLarge : null;
    setFlaw(lack);
    if (lack || !file) {
      box.current?.focus();
      return;
    }
    setDone(null);
    await send(async () => {
      setDone(await client(importRegister(register.id, encoding, file, newKey())));
      again();
    });
  };
  return (
    <details class="explain" data-import>
      <summary>{own.open}</summary>
      <p class="soft">{own.lead}</p>
      <form class="form form-after" noValidate onSubmit={submit}>
        <div class="field">
          <label class="label" for={id}>
            {own.file}
            <span class="required">{words.field.required}</span>
          </label>
          <input
            ref={box}
            id={id}
            class="input"
            type="file"
            name="file"
            accept=".csv,.txt,text/csv"
            aria-required="true"
            aria-invalid={flaw !== null || undefined}
            aria-describedby={flaw ? `${id}-error` : undefined}
            onChange={(event) => pick(event.currentTarget.files?.[0] ?? null)}
          />
          {flaw && <ErrorText id={`${id}-error`}>{flaw}</ErrorText>}
        </div>
        <Select
          label={own.encoding}
          name="encoding"
          value={encoding}
          options={ENCODINGS.map((value) => ({ value, label: own.encodings[value] }))}
          onValue={setEncoding}
        />
        <div class="dialog-actions">
          <Button look="filled" type="submit" busy={busy}>
            {own.submit}
          </Button>
        </div>
      </form>
      {problem && <Flaws of={problem} />}
      {done && (
        <Notice tone="success" title={own.done(done.created, done.changed, done.unchanged)}>
          {done.created + done.changed > 0 && <p>{own.doneHint}</p>}
        </Notice>
      )}
    </details>
  );
}
