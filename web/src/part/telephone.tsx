/* The way on where the screen ends: the facility's telephone. */
import { readFacility } from '../api/calls';
import { useRemote } from '../base/remote';
import { useWords } from '../word/word';

export function useTelephone(facility: string): string | null {
  const [remote] = useRemote(readFacility(facility));
  return remote.state === 'ready' ? remote.value.telephone : null;
}

export function Telephone({ number }: { readonly number: string | null }) {
  const { words } = useWords();
  if (!number) return null;
  return (
    <p>
      <a class="button button-outlined" href={`tel:${number.replace(/[^0-9+]/g, '')}`}>
        {words.absence.telephone(number)}
      </a>
    </p>
  );
}
