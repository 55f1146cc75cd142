/* What stands on a printed page and on no screen: whose service, whose page, and of when. */
import { useSession } from '../base/session';
import { writeInstant } from '../base/day';
import { useProofWords } from '../word/proof';
import { useWords } from '../word/word';
import { Native } from './name';

function useImprint(): { readonly place: string; readonly printed: string } {
  const { language } = useWords();
  const { say } = useProofWords();
  const { me } = useSession();
  return { place: me.customer.name, printed: say.printed(writeInstant(new Date().toISOString(), language)) };
}

export function SheetHead() {
  const { words } = useWords();
  const { place, printed } = useImprint();
  return (
    <p class="printed" aria-hidden="true">
      <span>{words.product}</span>
      <span>
        <Native>{place}</Native>
      </span>
      <span>{printed}</span>
    </p>
  );
}

interface RowProps {
  readonly columns: number;
  readonly title: string;
}

/* The same above a long table: its head comes again on each sheet. */
export function SheetRow({ columns, title }: RowProps) {
  const { words } = useWords();
  const { place, printed } = useImprint();
  return (
    <tr class="printed-row" aria-hidden="true">
      <td colSpan={columns}>
        {words.product}　<Native>{place}</Native>　{title}　{printed}
      </td>
    </tr>
  );
}
