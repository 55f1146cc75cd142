/* What happened to a thing, one step below the other. */
import type { ComponentChildren } from 'preact';
import { writeInstant } from '../base/day';
import { useWords } from '../word/word';
import { Native } from './name';

export interface Step {
  readonly key: string;
  readonly at: string | null;
  readonly what: ComponentChildren;
  readonly who: string | null;
  readonly text?: string | null;
  readonly more?: ComponentChildren;
  readonly look?: 'message' | 'quiet';
}

export function Course({ of: steps }: { readonly of: readonly Step[] }) {
  const { language } = useWords();
  return (
    <ol class="course">
      {steps.map(({ key, at, what, who, text, more, look = 'quiet' }) => (
        <li key={key} class={`step step-${look}`}>
          <p class="step-head">
            <span class="step-what">{what}</span>
            {who && (
              <span>
                <Native>{who}</Native>
              </span>
            )}
            {at && <span class="soft">{writeInstant(at, language)}</span>}
          </p>
          {text && (
            <p class="step-text">
              <Native>{text}</Native>
            </p>
          )}
          {more}
        </li>
      ))}
    </ol>
  );
}
