import type { ComponentChildren } from 'preact';

/* Names and texts people wrote are Japanese in every language of the page. */
export function Native({ children }: { readonly children: ComponentChildren }) {
  return <span lang="ja">{children}</span>;
}
