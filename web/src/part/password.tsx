/* A password, which may be shown while it is typed. */
import { useState } from 'preact/hooks';
import { Field } from './field';
import { useWords } from '../word/word';

interface Props {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly name: string;
  readonly value: string;
  readonly onText: (text: string) => void;
  readonly fresh?: boolean; /* a new one is chosen */
  readonly error?: string | undefined;
}

export function PasswordField({ fresh = false, ...rest }: Props) {
  const { words } = useWords();
  const [visible, setVisible] = useState(false);
  return (
    <div>
      <Field
        {...rest}
        type={visible ? 'text' : 'password'}
        autocomplete={fresh ? 'new-password' : 'current-password'}
        autocapitalize="none"
        spellcheck={false}
      />
      <label class="check">
        <input type="checkbox" checked={visible} onChange={(event) => setVisible(event.currentTarget.checked)} />
        <span>{words.signIn.showPassword}</span>
      </label>
    </div>
  );
}
