/* Which language the page speaks; kept on the device, sent to the server with every request. */
export type Language = 'ja' | 'en';

export const LANGUAGES: readonly Language[] = ['ja', 'en'];

/* Each by its own name, for whoever cannot read the other. */
export const LANGUAGE_NAMES: Record<Language, string> = { ja: '日本語', en: 'English' };

const KEY = 'sekimori.language';

function isLanguage(value: unknown): value is Language {
  return LANGUAGES.some((language) => language === value);
}

export function storedLanguage(): Language {
  try {
    const stored = localStorage.getItem(KEY);
    return isLanguage(stored) ? stored : 'ja';
  } catch {
    return 'ja'; /* storage may be forbidden; the page works without */
  }
}

export function storeLanguage(language: Language): void {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    /* the choice then lasts until the page is closed */
  }
}
