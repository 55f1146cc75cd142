/* What surrounds every screen before one is in. */
import type { ComponentChildren } from 'preact';
import { SkipLink } from './frame';
import { Mark } from './icon';
import { LanguageSwitch } from './speech';
import { useWords } from '../word/word';

interface Props {
  readonly help?: string | undefined;
  readonly children: ComponentChildren;
}

export function Gate({ help, children }: Props) {
  const { words } = useWords();
  return (
    <div class="gate">
      <SkipLink />
      <header class="gate-top">
        <LanguageSwitch />
      </header>
      <main id="main" class="gate-main" tabIndex={-1}>
        <div class="gate-brand">
          <Mark />
          <p class="gate-name">{words.product}</p>
          <p class="gate-tagline">{words.tagline}</p>
        </div>
        <div class="gate-card">{children}</div>
        {help && <p class="gate-help">{help}</p>}
      </main>
    </div>
  );
}
