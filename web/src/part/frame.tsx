/* What surrounds every screen after sign-in. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { AnnouncedBanner } from './announced-banner';
import { Icon, Mark } from './icon';
import { Native } from './name';
import { LanguageSwitch } from './speech';
import { TrialBanner } from './trial-banner';
import type { Route } from '../base/route';
import { hrefOf } from '../base/route';
import { useDeskCount } from '../base/desk-count';
import { useSending } from '../base/sending';
import { useSession } from '../base/session';
import { useWords } from '../word/word';

export function SkipLink() {
  const { words } = useWords();
  return (
    <a
      class="skip"
      href="#main"
      onClick={(event) => {
        event.preventDefault(); /* the address after # belongs to the route */
        document.getElementById('main')?.focus();
      }}
    >
      {words.skip}
    </a>
  );
}

export interface Tab {
  readonly route: Route;
  readonly label: string;
  readonly current: boolean;
  readonly parts: readonly Tab[]; /* the entries below it */
}

interface Props {
  readonly tabs: readonly Tab[];
  readonly wide: boolean;
  readonly children: ComponentChildren;
}

/* What waits on the desk, beside its entry. */
function Waiting() {
  const { words } = useWords();
  const counts = useDeskCount();
  if (!counts || counts.open === 0) return null;
  return (
    <span class={counts.overdue > 0 ? 'tab-count tab-count-late' : 'tab-count'}>
      {counts.open}
      <span class="unseen">（{words.nav.waiting(counts.open)}）</span>
    </span>
  );
}

function Tabs({ tabs, label, look }: { readonly tabs: readonly Tab[]; readonly label: string; readonly look: string }) {
  return (
    <nav class={look} aria-label={label}>
      <ul>
        {tabs.map((tab) => (
          <li key={tab.label}>
            <a class="tab" href={hrefOf(tab.route)} aria-current={tab.current ? 'page' : undefined}>
              {tab.label}
              {tab.route.page === 'desk' && <Waiting />}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

export function Frame({ tabs, wide, children }: Props) {
  const { words } = useWords();
  const { me, leave, lock, operations } = useSession();
  const [leaving, setLeaving] = useState(false);
  const locking = useSending();
  const open = tabs.find(({ current }) => current);

  const signOut = () => {
    setLeaving(true);
    leave().finally(() => setLeaving(false));
  };

  return (
    <>
      <SkipLink />
      <header class="top">
        <div class="top-inner">
          <a class="brand" href={hrefOf({ page: 'home' })}>
            <Mark />
            <span class="brand-name">{words.product}</span>
          </a>
          <p class="who">
            {me.name && (
              <span class="who-name">
                <Native>{me.name}</Native>
              </span>
            )}
            <span class="who-role">{words.roles[me.role]}</span>
          </p>
          <div class="top-actions">
            <LanguageSwitch />
            {me.role === 'staff' && operations.has('session.lock') && (
              <button
                type="button"
                class="button button-quiet"
                aria-disabled={locking.busy || undefined}
                onClick={() => locking.send(lock)}
              >
                <Icon name="lock" />
                <span>{words.nav.lock}</span>
              </button>
            )}
            <button
              type="button"
              class="button button-quiet"
              aria-disabled={leaving || undefined}
              onClick={leaving ? undefined : signOut}
            >
              <Icon name="leave" />
              <span>{leaving ? words.nav.signingOut : words.nav.signOut}</span>
            </button>
          </div>
        </div>
        {tabs.length > 1 && <Tabs look="tabs" label={words.nav.label} tabs={tabs} />}
        {open && open.parts.length > 1 && <Tabs look="tabs tabs-parts" label={words.nav.parts(open.label)} tabs={open.parts} />}
      </header>
      <TrialBanner />
      <AnnouncedBanner />
      <main id="main" class={wide ? 'main main-wide' : 'main'} tabIndex={-1}>
        {children}
      </main>
    </>
  );
}
