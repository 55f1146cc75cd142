/* Clocks, each with a quiet bar and with the words by which it explains itself. */
import type { Clock } from '../api/clocks';
import { writeInstant } from '../base/day';
import { useGovernWords } from '../word/govern';
import { Mark } from './shape';
import type { Shape } from './shape';

const WARNED = 0.75;

/* That it is late matters most to the reader. */
type Look = 'met' | 'missed' | 'stands' | 'waiting' | 'warned' | 'running';

const SHAPES: Record<Look, Shape> = { met: 'good', missed: 'bad', stands: 'off', waiting: 'none', warned: 'late', running: 'soon' };

export function lookOf({ state, used_s, target_s, late }: Clock): Look {
  if (late) return 'missed';
  if (state === 'ended') return 'met';
  if (state === 'standing') return 'stands';
  if (state === 'idle') return 'waiting';
  return used_s >= target_s * WARNED ? 'warned' : 'running';
}

export function Clocks({ of: clocks }: { readonly of: readonly Clock[] }) {
  const { say, told, language } = useGovernWords();
  const words = say.clocks;
  if (clocks.length === 0) return null;
  return (
    <ul class="clocks" aria-label={words.title}>
      {clocks.map((clock) => {
        const look = lookOf(clock);
        const part = clock.target_s > 0 ? Math.min(100, Math.round((100 * clock.used_s) / clock.target_s)) : 0;
        return (
          <li key={clock.code} class="clock" data-clock={clock.code}>
            <p class="clock-head">
              <span class="clock-title">{told(clock.title)}</span>
              <Mark shape={SHAPES[look]} word={words.states[look]} state={look} />
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
