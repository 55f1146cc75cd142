/*
 * What stands at an address, and who is offered it.
 *
 * A screen is shown, and its entry in the menu, only where the server lets the person call every operation it needs;
 * the server decides access again on each call.
 */
import type { ComponentChildren } from 'preact';
import type { Me } from '../api/model';
import type { Page, RouteOf } from '../base/route';
import type { Words } from '../word/ja';

export interface Screen<P extends Page> {
  readonly view: (route: RouteOf<P>, me: Me) => ComponentChildren;
  readonly wide?: boolean;
  readonly needs: readonly string[];
  readonly whenever?: (me: Me) => boolean; /* shown then, in the menu or not, whatever the role may call */
  readonly tab?: (words: Words) => string; /* its name in the menu */
  readonly under?: Page; /* the entry it belongs to, where it has none of its own */
}

/* Several entries of the menu under one word; where one of them is open, they stand in a second row. */
export interface Group {
  readonly label: (words: Words) => string;
  readonly pages: readonly Page[];
}
export type Entry = Page | Group;

export type Screens<P extends Page> = { readonly [Name in P]: Screen<Name> };
