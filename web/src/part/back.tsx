/* The way from a page back to the one it belongs to. */
import { Icon } from './icon';
import type { Route } from '../base/route';
import { hrefOf } from '../base/route';

export function Back({ to, label }: { readonly to: Route; readonly label: string }) {
  return (
    <p class="back">
      <a class="button button-quiet" href={hrefOf(to)}>
        <Icon name="left" />
        <span>{label}</span>
      </a>
    </p>
  );
}
