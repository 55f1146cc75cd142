/* What a principal sets up now and then. */
import type { Route } from '../base/route';
import { hrefOf } from '../base/route';
import { useSession } from '../base/session';
import { Icon } from '../part/icon';
import { Title } from '../part/title';
import { useWords } from '../word/word';

export function ManagePage() {
  const { words } = useWords();
  const { operations } = useSession();
  const say = words.manage;
  const entries: readonly { readonly to: Route; readonly label: string; readonly hint: string; readonly needs: string }[] = [
    { to: { page: 'calendar' }, label: words.calendar.title, hint: say.calendar, needs: 'calendar.see' },
    { to: { page: 'imports' }, label: words.imports.title, hint: say.imports, needs: 'import.begin' },
    { to: { page: 'tablets' }, label: words.tablets.title, hint: say.tablets, needs: 'device.list' },
    { to: { page: 'events' }, label: words.events.title, hint: say.events, needs: 'event.list' },
    { to: { page: 'proof' }, label: words.nav.proof, hint: say.proof, needs: 'requirement.list' },
  ];
  return (
    <>
      <Title text={say.title} />
      <ul class="rows">
        {entries
          .filter(({ needs }) => operations.has(needs))
          .map(({ to, label, hint }) => (
            <li key={to.page}>
              <a class="row" href={hrefOf(to)}>
                <span class="row-words">
                  <span class="row-label">{label}</span>
                  <span class="row-state">{hint}</span>
                </span>
                <Icon name="right" />
              </a>
            </li>
          ))}
      </ul>
    </>
  );
}
