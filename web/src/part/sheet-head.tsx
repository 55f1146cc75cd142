/* What stands on a printed page and on no screen: whose service, whose page, and of when. */
import { useSession } from '../base/session';
import { writeInstant } from '../base/day';
import { useProofWords } from '../word/proof';
import { useWords } from '../word/word';
import { Native } from './name';

export function SheetHead() {
  const { words, language } = useWords();
  const { say } = useProofWords();
  const { me } = useSession();
  return (
    <p class="printed" aria-hidden="true">
      <span>{words.product}</span>
      <span>
        <Native>{me.customer.name}</Native>
      </span>
      <span>{say.printed(writeInstant(new Date().toISOString(), language))}</span>
    </p>
  );
}
