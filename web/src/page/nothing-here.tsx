import type { Role } from '../api/model';
import { Title } from '../part/title';
import { useWords } from '../word/word';

export function NothingHere({ role }: { readonly role: Role }) {
  const { words } = useWords();
  return (
    <>
      <Title text={words.nothingHere.title} />
      <p class="lead">{words.nothingHere.hint(words.roles[role])}</p>
    </>
  );
}
