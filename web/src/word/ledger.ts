/* The words of the screens about the record and of trials; they come with those screens, and not from the start. */
import type { Said } from '../api/said';
import { ledger as en } from './en/ledger';
import { ledger as ja } from './ja/ledger';
import type { Language } from './language';
import { useWords } from './word';

export type LedgerWords = typeof ja;

const WORDS: Record<Language, LedgerWords> = { ja, en };

export interface LedgerSpeech {
  readonly say: LedgerWords;
  readonly told: (title: Said | null) => string;
  readonly language: Language;
}

export function useLedgerWords(): LedgerSpeech {
  const { language } = useWords();
  const say = WORDS[language];
  return { say, told: (title) => title?.[language] ?? say.system, language };
}
