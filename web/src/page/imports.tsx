/* A list from a file: which one, for which day; it is sent in pieces and checked before anything changes. */
import { useId, useRef, useState } from 'preact/hooks';
import type { List } from '../api/imports';
import { beginImport, checkImport, PIECE, putPiece, readTemplate } from '../api/imports';
import { newKey } from '../api/client';
import { recent, remember } from '../base/recent';
import { goTo, hrefOf } from '../base/route';
import { useSending } from '../base/sending';
import { useSession } from '../base/session';
import { Back } from '../part/back';
import { Button } from '../part/button';
import { Choice, ErrorText, Field, Select } from '../part/field';
import { FileButton } from '../part/file-button';
import { Icon } from '../part/icon';
import { Native } from '../part/name';
import { SendProblem } from '../part/problem';
import { Title } from '../part/title';
import { useWords } from '../word/word';

const ENCODINGS = ['auto', 'utf-8', 'cp932'] as const;
type Encoding = (typeof ENCODINGS)[number];

function Recent() {
  const { words } = useWords();
  const { me } = useSession();
  const say = words.imports;
  const known = recent(me.account);
  if (known.length === 0) return null;
  return (
    <section class="part-section">
      <h2 class="section-title">{say.recent}</h2>
      <ul class="rows">
        {known.map(({ id, name }) => (
          <li key={id}>
            <a class="row" href={hrefOf({ page: 'taking', taken: id })}>
              <span class="row-words">
                <span class="row-label">
                  <Native>{name}</Native>
                </span>
              </span>
              <Icon name="right" />
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function ImportsPage() {
  const { words } = useWords();
  const { client, me, operations } = useSession();
  const say = words.imports;
  const lists: readonly List[] = me.facility ? ['roster', 'rollover'] : ['facility'];
  const [entity, setEntity] = useState<List>(lists[0] ?? 'roster');
  const [encoding, setEncoding] = useState<Encoding>('auto');
  const [effective, setEffective] = useState('');
  const [file, setFile] = useState<File | null>(null);
  const [missing, setMissing] = useState(false);
  const [part, setPart] = useState<number | null>(null);
  const { busy, problem, send } = useSending();
  const box = useRef<HTMLInputElement>(null);
  const id = useId();

  const upload = async (chosen: File) => {
    const begun = { entity, encoding, name: chosen.name.slice(0, 200), size: chosen.size };
    const made = await client(beginImport(effective ? { ...begun, effective } : begun, newKey()));
    for (let at = 0; at < chosen.size; at += PIECE) {
      setPart(Math.round((100 * at) / chosen.size));
      await client(putPiece(made.id, at, chosen.slice(at, at + PIECE)));
    }
    await client(checkImport(made.id));
    remember(me.account, { id: made.id, name: chosen.name });
    goTo({ page: 'taking', taken: made.id });
  };
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const lacks = !file || file.size === 0;
    setMissing(lacks);
    if (lacks) box.current?.focus();
    else if (!(await send(() => upload(file)))) setPart(null);
  };

  return (
    <>
      {me.facility && <Back to={{ page: 'manage' }} label={words.manage.title} />}
      <Title text={say.title} />
      <p class="lead">{say.lead}</p>
      <form class="form form-after" noValidate onSubmit={submit}>
        {lists.length > 1 && (
          <Choice
            label={say.which}
            name="entity"
            value={entity}
            options={lists.map((value) => ({ value, label: say.lists[value].label, hint: say.lists[value].hint }))}
            onValue={setEntity}
          />
        )}
        {operations.has('import.template') && (
          <div class="field">
            <p class="hint">{say.templateHint}</p>
            <p>
              <FileButton call={() => readTemplate(entity)}>{say.template}</FileButton>
            </p>
          </div>
        )}
        <div class="field">
          <label class="label" for={id}>
            {say.file}
            <span class="required">{words.field.required}</span>
          </label>
          <p class="hint" id={`${id}-hint`}>
            {say.fileHint}
          </p>
          <input
            ref={box}
            id={id}
            class="input"
            type="file"
            name="file"
            accept=".csv,.txt,text/csv"
            aria-required="true"
            aria-invalid={missing || undefined}
            aria-describedby={missing ? `${id}-hint ${id}-error` : `${id}-hint`}
            onChange={(event) => setFile(event.currentTarget.files?.[0] ?? null)}
          />
          {missing && <ErrorText id={`${id}-error`}>{say.needFile}</ErrorText>}
        </div>
        {entity !== 'facility' && (
          <Field
            label={say.effective}
            hint={say.effectiveHint}
            type="date"
            name="effective"
            value={effective}
            onText={setEffective}
          />
        )}
        <Select
          label={say.encoding}
          name="encoding"
          value={encoding}
          options={ENCODINGS.map((value) => ({ value, label: say.encodings[value] }))}
          onValue={setEncoding}
        />
        {problem && <SendProblem problem={problem} />}
        {busy && part !== null && (
          <p role="status">
            <progress max={100} value={part} aria-label={say.sending} /> {say.sent(part)}
          </p>
        )}
        <div class="dialog-actions">
          <Button look="filled" type="submit" busy={busy}>
            {say.check}
          </Button>
        </div>
      </form>
      <Recent />
    </>
  );
}
