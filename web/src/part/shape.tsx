/* A word with a shape and a colour of its own: none of the three alone says how something stands. */
import '../style/shape.css';

const SHAPES = {
  good: (
    <>
      <circle class="shape-body" cx="12" cy="12" r="10" />
      <path class="shape-sign" d="m7 12.5 3.5 3.5L17 8.5" />
    </>
  ),
  bad: (
    <>
      <path class="shape-body" d="M7.9 2h8.2L22 7.9v8.2L16.1 22H7.9L2 16.1V7.9z" />
      <path class="shape-sign" d="m8 8 8 8m0-8-8 8" />
    </>
  ),
  late: <path class="shape-line" d="M12 22a10 10 0 1 0 0-20 10 10 0 0 0 0 20Zm0-15v5.5l3.5 2.5" />,
  unsure: <path class="shape-line" d="M12 3 22.5 21h-21zm0 6.5V15m0 2.7v.3" />,
  none: <circle class="shape-line shape-dashed" cx="12" cy="12" r="9.5" />,
  soon: (
    <>
      <circle class="shape-line shape-dashed" cx="12" cy="12" r="9.5" />
      <path class="shape-line" d="M8 12h.1m3.9 0h.1m3.9 0h.1" />
    </>
  ),
  off: <path class="shape-line" d="M12 21.5a9.5 9.5 0 1 0 0-19 9.5 9.5 0 0 0 0 19ZM7.5 12h9" />,
} as const;

export type Shape = keyof typeof SHAPES;

function Sign({ shape }: { readonly shape: Shape }) {
  return (
    <svg class="shape" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {SHAPES[shape]}
    </svg>
  );
}

export function Mark({ shape, word, state }: { readonly shape: Shape; readonly word: string; readonly state: string }) {
  return (
    <span class={`mark-of mark-${shape}`} data-state={state}>
      <Sign shape={shape} />
      <span>{word}</span>
    </span>
  );
}

