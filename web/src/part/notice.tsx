import type { ComponentChildren } from 'preact';
import { Icon } from './icon';
import type { IconName } from './icon';

export type Tone = 'error' | 'warning' | 'info' | 'success';

const TONES: Record<Tone, { readonly class: string; readonly icon: IconName; readonly role: 'alert' | 'status' }> = {
  error: { class: 'notice notice-error', icon: 'error', role: 'alert' },
  warning: { class: 'notice notice-warning', icon: 'warning', role: 'status' },
  info: { class: 'notice notice-info', icon: 'info', role: 'status' },
  success: { class: 'notice notice-success', icon: 'check', role: 'status' },
};

interface Props {
  readonly tone: Tone;
  readonly title: string;
  readonly children?: ComponentChildren;
}

export function Notice({ tone, title, children }: Props) {
  const look = TONES[tone];
  return (
    <div class={look.class} role={look.role}>
      <Icon name={look.icon} />
      <div class="notice-text">
        <p class="notice-title">{title}</p>
        {children}
      </div>
    </div>
  );
}
