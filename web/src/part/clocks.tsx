/* Clocks, each with a quiet bar and with the words by which it explains itself. */
import type { Clock } from '../api/clocks';
import { writeInstant } from '../base/day';
import { useGovernWords } from '../word/govern';
import { Mark } from './shape';
import type { Shape } from './shape';

const WARNED = 0.75;

/* running, but late is what matters to the reader */
function lookOf({ state, used_s, target_s }: Clock): { readonly look: string; readonly shape: Shape } {
  if (state === 'met' || state === 'done') return { look: 'met', shape: 'good' };
  if (state === 'missed' || used_s > target_s) return { look: 'missed', shape: 'bad' };
  if (state === 'stopped' || state === 'stands') return { look: 'stands', shape: 'off' };
  if (state === 'waiting') return { look: 'waiting', shape: 'none' };
  return used_s >= target_s * WARNED ? { look: 'warned', shape: 'late' } : { look: 'running', shape: 'soon' };
}

export function Clocks({ of: clocks }: { readonly of: readonly Clock[] }) {
  const { say, told, language } = useGovernWords();
  const words = say.clocks;
  if (clocks.length === 0) return null;
  return (
    <ul class="clocks" aria-label={words.title}>
      {clocks.map((clock) => {
        const { look, shape } = lookOf(clock);
        const part = clock.target_s > 0 ? Math.min(100, Math.round((100 * clock.used_s) / clock.target_s)) : 0;
        return (
          <li key={clock.code} class="clock" data-clock={clock.code}>
            <p class="clock-head">
              <span class="clock-title">{told(clock.title)}</span>
              <Mark shape={shape} word={words.states[look] ?? clock.state} state={look} />
              {clock.due_at && look !== 'met' && <span class="soft">{words.due(writeInstant(clock.due_at, language))}</span>}
            </p>
            <progress class={`clock-bar clock-${look}`} max={100} value={part} aria-label={words.used(told(clock.title), part)} />
            {clock.words && <p class="soft">{told(clock.words)}</p>}
          </li>
        );
      })}
    </ul>
  );
}
