/* Where the day begins with something else, one line says what waits on the desk. */
import { useDeskCount } from '../base/desk-count';
import { hrefOf } from '../base/route';
import { Icon } from './icon';
import { useWords } from '../word/word';

export function DeskPanel() {
  const { words } = useWords();
  const counts = useDeskCount();
  if (!counts || counts.open === 0) return null;
  return (
    <p class="desk-panel">
      <a class="button button-outlined" href={hrefOf({ page: 'desk' })}>
        <span>{words.deskPanel(counts.open, counts.overdue)}</span>
        <Icon name="right" />
      </a>
    </p>
  );
}
