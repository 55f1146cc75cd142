/* The words of the screens of governance; they come with those screens, and not from the start. */
import type { Said } from '../api/said';
import { govern as en } from './en/govern';
import { govern as ja } from './ja/govern';
import type { Language } from './language';
import { useWords } from './word';

export type GovernWords = typeof ja;

const WORDS: Record<Language, GovernWords> = { ja, en };

export interface GovernSpeech {
  readonly say: GovernWords;
  readonly told: (said: Said) => string;
  readonly language: Language;
}

export function useGovernWords(): GovernSpeech {
  const { language } = useWords();
  return { say: WORDS[language], told: (said) => said[language], language };
}
