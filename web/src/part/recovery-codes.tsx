/* Recovery codes, shown once: to be printed, copied or written down before one goes on. */
import { useState } from 'preact/hooks';
import { Button } from './button';
import { useWords } from '../word/word';

interface Props {
  readonly codes: readonly string[];
  readonly done: () => void;
  readonly doneLabel: string;
}

export function RecoveryCodes({ codes, done, doneLabel }: Props) {
  const { words } = useWords();
  const say = words.recoveryCodes;
  const [kept, setKept] = useState(false);
  const [asked, setAsked] = useState(false);
  const [copied, setCopied] = useState<boolean | null>(null);

  const copy = () => {
    navigator.clipboard.writeText(codes.join('\n')).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };

  return (
    <div class="codes">
      <p>{say.lead}</p>
      <ol class="codes-list">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <div class="codes-actions">
        <Button onClick={() => print()}>{say.print}</Button>
        <Button onClick={copy}>{say.copy}</Button>
      </div>
      <p role="status">{copied === null ? '' : copied ? say.copied : say.notCopied}</p>
      <label class="check">
        <input
          type="checkbox"
          name="kept"
          checked={kept}
          aria-describedby={asked && !kept ? 'codes-kept' : undefined}
          onChange={(event) => setKept(event.currentTarget.checked)}
        />
        <span>{say.kept}</span>
      </label>
      {asked && !kept && (
        <p class="error" id="codes-kept" role="alert">
          {say.needKept}
        </p>
      )}
      <Button look="filled" onClick={() => (kept ? done() : setAsked(true))}>
        {doneLabel}
      </Button>
    </div>
  );
}
