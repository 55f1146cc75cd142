/* Said in both languages. */
import { record, text } from './decode';

export interface Said {
  readonly ja: string;
  readonly en: string;
}
export const said = record<Said>({ ja: text, en: text });
