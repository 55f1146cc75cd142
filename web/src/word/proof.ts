/* The words of the screens about proof; they come with those screens, and not from the start. */
import type { Said } from '../api/said';
import { proof as en } from './en/proof';
import { proof as ja } from './ja/proof';
import type { Language } from './language';
import { useWords } from './word';

export type ProofWords = typeof ja;

const WORDS: Record<Language, ProofWords> = { ja, en };

export interface ProofSpeech {
  readonly say: ProofWords;
  readonly told: (said: Said) => string;
  readonly language: Language;
}

export function useProofWords(): ProofSpeech {
  const { language } = useWords();
  return { say: WORDS[language], told: (said) => said[language], language };
}
