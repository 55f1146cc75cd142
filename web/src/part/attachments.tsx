/*
 * The files that hang on a thing: adding one shows how far it is sent, then whether it was found clean; only then can it
 * be opened.
 */
import { useEffect, useId, useState } from 'preact/hooks';
import type { AttachedTo, Attachment } from '../api/attachments';
import {
  attach,
  ATTACHED_TYPES,
  ATTACHMENT_MAX,
  fetchAttachment,
  readAttachment,
  readAttachments,
  removeAttachment,
} from '../api/attachments';
import { keepFile } from '../base/file';
import { useRemote } from '../base/remote';
import { useSending } from '../base/sending';
import { useSession } from '../base/session';
import { writeSize } from '../base/size';
import { useGovernWords } from '../word/govern';
import { Act } from './act';
import { Button } from './button';
import { ErrorText } from './field';
import { Native } from './name';
import { SendProblem } from './problem';
import { RemoteView } from './remote';
import { Mark } from './shape';
import type { Shape } from './shape';

const LOOK_MS = 2_000;
const LOOKS = 30; /* then the person looks again */

const SHAPES: Record<Attachment['state'], Shape> = {
  uploading: 'soon',
  scanning: 'soon',
  clean: 'good',
  infected: 'bad',
  refused: 'bad',
};

/* Look again while the file is examined. */
function useScan(first: Attachment): Attachment {
  const { client } = useSession();
  const [seen, setSeen] = useState(first);
  const current = seen.id === first.id && first.state === 'scanning' ? seen : first;
  useEffect(() => {
    if (first.state !== 'scanning') return undefined;
    let looks = 0;
    const timer = setInterval(() => {
      if (document.visibilityState !== 'visible') return;
      if (++looks >= LOOKS) clearInterval(timer);
      client(readAttachment(first.id)).then(
        (next) => {
          setSeen(next);
          if (next.state !== 'scanning') clearInterval(timer);
        },
        () => undefined, /* looked at again next time */
      );
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [client, first.id, first.state]);
  return current;
}

interface OneProps {
  readonly of: Attachment;
  readonly changed: () => void;
}

function One({ of: first, changed }: OneProps) {
  const { say } = useGovernWords();
  const { client, operations } = useSession();
  const words = say.attachments;
  const file = useScan(first);
  const { busy, problem, send } = useSending();
  const removable = (file.may?.remove ?? false) && operations.has('attachment.remove');
  return (
    <li class="attachment" data-attachment={file.id}>
      <p class="attachment-name">
        <Native>{file.name}</Native> <span class="soft">{writeSize(file.size)}</span>
      </p>
      <p>
        <Mark shape={SHAPES[file.state]} word={words.states[file.state]} state={file.state} />
      </p>
      {file.state !== 'clean' && <p class="soft">{file.waiting ? words.noScanner : words.hints[file.state]}</p>}
      <div class="row-acts">
        {file.state === 'clean' && (
          <Button busy={busy} onClick={() => void send(async () => keepFile(await fetchAttachment(client, file)))}>
            {words.open}
            <span class="unseen">（{file.name}）</span>
          </Button>
        )}
        {removable && (
          <Act
            look="quiet"
            label={words.remove}
            about={file.name}
            title={words.removeTitle}
            lead={<Native>{file.name}</Native>}
            fields={[]}
            submit={words.remove}
            act={async () => {
              await client(removeAttachment(file.id));
              changed();
            }}
          />
        )}
      </div>
      {problem && <SendProblem problem={problem} />}
    </li>
  );
}

interface AddProps {
  readonly kind: AttachedTo;
  readonly object: string;
  readonly changed: () => void;
}

function Add({ kind, object, changed }: AddProps) {
  const { say } = useGovernWords();
  const { client } = useSession();
  const words = say.attachments;
  const id = useId();
  const [wrong, setWrong] = useState<string | null>(null);
  const [part, setPart] = useState<number | null>(null);
  const { busy, problem, send } = useSending();

  const chosen = async (box: HTMLInputElement) => {
    const file = box.files?.[0];
    if (!file) return;
    const flaw = file.size === 0 ? words.emptyFile : file.size > ATTACHMENT_MAX ? words.tooLarge : null;
    setWrong(flaw);
    if (flaw) return;
    setPart(0);
    const sent = await send(() => attach(client, kind, object, file, (bytes) => setPart(Math.round((100 * bytes) / file.size))));
    setPart(null);
    box.value = '';
    if (sent) changed();
  };

  return (
    <div class="field">
      <label class="label" for={id}>
        {words.add}
      </label>
      <p class="hint" id={`${id}-hint`}>
        {words.addHint}
      </p>
      <input
        id={id}
        class="input"
        type="file"
        name="attachment"
        accept={ATTACHED_TYPES}
        disabled={busy}
        aria-invalid={wrong ? true : undefined}
        aria-describedby={wrong ? `${id}-hint ${id}-error` : `${id}-hint`}
        onChange={(event) => void chosen(event.currentTarget)}
      />
      {wrong && <ErrorText id={`${id}-error`}>{wrong}</ErrorText>}
      {part !== null && (
        <p role="status" class="attachment-progress">
          <progress max={100} value={part} aria-label={words.sending} /> {words.sent(part)}
        </p>
      )}
      {problem && <SendProblem problem={problem} />}
    </div>
  );
}

interface Props {
  readonly kind: AttachedTo;
  readonly object: string;
  readonly may: boolean; /* add one */
}

function Listed({ kind, object, may }: Props) {
  const { say } = useGovernWords();
  const { operations } = useSession();
  const words = say.attachments;
  const [files, again] = useRemote(readAttachments(kind, object));
  const adding = may && operations.has('attachment.begin');
  if (!adding && files.state === 'ready' && files.value.items.length === 0) return null;
  return (
    <section class="part-section" aria-labelledby="attachments">
      <h2 class="section-title" id="attachments">
        {words.title}
      </h2>
      <RemoteView of={files} again={again}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="soft">{words.none}</p>
          ) : (
            <ul class="attachments">
              {items.map((item) => (
                <One key={item.id} of={item} changed={again} />
              ))}
            </ul>
          )
        }
      </RemoteView>
      {adding && <Add kind={kind} object={object} changed={again} />}
    </section>
  );
}

export function Attachments(props: Props) {
  const { operations } = useSession();
  return operations.has('attachment.list') ? <Listed {...props} /> : null;
}
