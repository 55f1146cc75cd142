/* What was announced and not answered yet, at the top of every screen. */
import { unanswered, useAnnounced } from '../base/announced';
import { hrefOf, useRoute } from '../base/route';
import { Icon } from './icon';
import { Native } from './name';
import { useWords } from '../word/word';

const SHOWN = 2;

export function AnnouncedBanner() {
  const { words } = useWords();
  const route = useRoute();
  const items = useAnnounced().filter(unanswered);
  const [first] = items;
  if (!first || route.page === 'announcement') return null;
  const urgent = items.some(({ urgency }) => urgency === 'security');
  return (
    <section class={urgent ? 'announced announced-urgent' : 'announced'} aria-label={words.nav.announcements}>
      <ul>
        {items.slice(0, SHOWN).map((one) => (
          <li key={one.id}>
            <a href={hrefOf({ page: 'announcement', announcement: one.id })}>
              <Icon name={one.urgency === 'security' ? 'warning' : 'info'} />
              <span>
                {one.acknowledge === 'accept' ? words.announced.accept : words.announced.seen}
                <Native>{one.title}</Native>
              </span>
            </a>
          </li>
        ))}
        {items.length > SHOWN && (
          <li>
            <a href={hrefOf({ page: 'announcements' })}>{words.announced.more(items.length - SHOWN)}</a>
          </li>
        )}
      </ul>
    </section>
  );
}
