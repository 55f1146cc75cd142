import type { ComponentChildren, JSX } from 'preact';
import { Icon } from './icon';
import type { IconName } from './icon';

export type Look = 'filled' | 'outlined' | 'quiet';

const LOOKS: Record<Look, string> = {
  filled: 'button button-filled',
  outlined: 'button button-outlined',
  quiet: 'button button-quiet',
};

interface Props extends Omit<JSX.IntrinsicElements['button'], 'class' | 'icon'> {
  readonly look?: Look;
  readonly icon?: IconName;
  readonly busy?: boolean;
  readonly children: ComponentChildren;
}

/* While busy it keeps the focus and its place, and ignores what is pressed. */
export function Button({ look = 'outlined', icon, busy = false, onClick, children, ...rest }: Props) {
  return (
    <button
      type="button"
      {...rest}
      class={LOOKS[look]}
      aria-disabled={busy || undefined}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {busy ? <span class="spinner" aria-hidden="true" /> : icon && <Icon name={icon} />}
      <span>{children}</span>
    </button>
  );
}
