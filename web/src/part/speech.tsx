/* The switch of language: names the other one, in itself. */
import { LANGUAGE_NAMES, LANGUAGES } from '../word/language';
import { useWords } from '../word/word';

export function LanguageSwitch() {
  const { language, speak } = useWords();
  return (
    <>
      {LANGUAGES.filter((other) => other !== language).map((other) => (
        <button key={other} type="button" class="button button-quiet" lang={other} onClick={() => speak(other)}>
          {LANGUAGE_NAMES[other]}
        </button>
      ))}
    </>
  );
}
