/* The code of the app, or, where the phone with it is lost, one of the recovery codes. */
import { useState } from 'preact/hooks';
import { Button } from './button';
import { Field } from './field';
import { useWords } from '../word/word';

interface Props {
  readonly value: string;
  readonly onText: (text: string) => void;
  readonly missing: boolean;
}

export function CodeField({ value, onText, missing }: Props) {
  const { words } = useWords();
  const say = words.signIn;
  const [spare, setSpare] = useState(false);
  return (
    <div class="code-field">
      <Field
        label={spare ? say.spare : say.code}
        hint={spare ? say.spareHint : say.codeHint}
        name="code"
        value={value}
        onText={onText}
        inputMode={spare ? 'text' : 'numeric'}
        autocomplete={spare ? 'off' : 'one-time-code'}
        autocapitalize="none"
        spellcheck={false}
        error={missing ? (spare ? say.needSpare : say.needCode) : undefined}
      />
      <Button
        look="quiet"
        onClick={() => {
          setSpare(!spare);
          onText('');
        }}
      >
        {spare ? say.useCode : say.useSpare}
      </Button>
    </div>
  );
}
