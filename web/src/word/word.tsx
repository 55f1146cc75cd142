/* The words of the page in the language of whoever reads it. */
import { createContext } from 'preact';
import type { ComponentChildren } from 'preact';
import { useContext, useEffect } from 'preact/hooks';
import { en } from './en';
import { ja } from './ja';
import type { Words } from './ja';
import type { Language } from './language';

const WORDS: Record<Language, Words> = { ja, en };

export interface Speech {
  readonly language: Language;
  readonly words: Words;
  readonly speak: (language: Language) => void;
}

const Context = createContext<Speech>({ language: 'ja', words: ja, speak: () => undefined });

interface Props {
  readonly language: Language;
  readonly speak: (language: Language) => void;
  readonly children: ComponentChildren;
}

export function Speaking({ language, speak, children }: Props) {
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return <Context.Provider value={{ language, words: WORDS[language], speak }}>{children}</Context.Provider>;
}

export function useWords(): Speech {
  return useContext(Context);
}
