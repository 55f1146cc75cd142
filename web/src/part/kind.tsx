/* Absent, late or leaving early: told by word, picture and colour together. */
import type { Kind } from '../api/model';
import { useWords } from '../word/word';
import { Icon } from './icon';

const LOOKS: Record<Kind, string> = {
  absence: 'kind kind-absence',
  late: 'kind kind-late',
  early: 'kind kind-early',
};

export function KindChip({ kind }: { readonly kind: Kind }) {
  const { words } = useWords();
  return (
    <span class={LOOKS[kind]}>
      <Icon name={kind} />
      {words.kinds[kind]}
    </span>
  );
}
