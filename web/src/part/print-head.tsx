/* What stands on a printed page and on no screen: whose service, and of when. */
import { writeInstant } from '../base/day';
import { useSession } from '../base/session';
import { useLedgerWords } from '../word/ledger';
import { useWords } from '../word/word';
import { Native } from './name';

export function PrintHead() {
  const { words } = useWords();
  const { say, language } = useLedgerWords();
  const { me } = useSession();
  return (
    <p class="print-head" aria-hidden="true">
      <span>{words.product}</span>
      <span>
        <Native>{me.customer.name}</Native>
      </span>
      <span>{say.printed(writeInstant(new Date().toISOString(), language))}</span>
    </p>
  );
}
