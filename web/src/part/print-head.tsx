/* What stands on a printed page and on no screen: whose service, and of when. */
import { writeInstant } from '../base/day';
import { useSession } from '../base/session';
import { useWords } from '../word/word';
import { Native } from './name';
import '../style/print.css';

function useImprint(): { readonly product: string; readonly place: string; readonly printed: string } {
  const { words, language } = useWords();
  const { me } = useSession();
  return {
    product: words.product,
    place: me.customer.name,
    printed: words.printed(writeInstant(new Date().toISOString(), language)),
  };
}

export function PrintHead() {
  const { product, place, printed } = useImprint();
  return (
    <p class="print-head" aria-hidden="true">
      <span>{product}</span>
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
export function PrintRow({ columns, title }: RowProps) {
  const { product, place, printed } = useImprint();
  return (
    <tr class="print-row" aria-hidden="true">
      <td colSpan={columns}>
        {product}　<Native>{place}</Native>　{title}　{printed}
      </td>
    </tr>
  );
}
