/* All screens, and each role's menu; the first entry a person may use is that person's home. */
import type { ComponentChildren } from 'preact';
import type { Me, Role } from '../api/model';
import type { Page, Route } from '../base/route';
import type { Tab } from '../part/frame';
import { NothingHere } from '../page/nothing-here';
import type { Words } from '../word/ja';
import { accountScreens, plainMenu } from './account';
import { guardianMenu, guardianScreens } from './guardian';
import { ledgerScreens } from './ledger';
import { auditorMenu, cityAdminMenu, officerMenu, officerScreens, operatorMenu } from './officer';
import { importScreens, principalMenu, principalScreens } from './principal';
import { proofScreens } from './proof';
import { governScreens } from './govern';
import type { Entry, Screen, Screens } from './screen';
import { staffMenu, staffScreens } from './staff';

/* Those that are not shown inside; an address of theirs leads home. */
type Outside = 'home' | 'forgotten' | 'tablet';
type Inside = Exclude<Page, Outside>;

const SCREENS: Screens<Inside> = {
  ...accountScreens,
  ...guardianScreens,
  ...staffScreens,
  ...principalScreens,
  ...importScreens,
  ...officerScreens,
  ...proofScreens,
  ...ledgerScreens,
  ...governScreens,
};

const MENUS: Record<Role, readonly Entry[]> = {
  guardian: guardianMenu,
  staff: staffMenu,
  principal: principalMenu,
  officer: officerMenu,
  'officer-admin': cityAdminMenu,
  auditor: auditorMenu,
  service: plainMenu,
  operator: operatorMenu,
  'operator-admin': operatorMenu,
};

const pagesOf = (entry: Entry): readonly Page[] => (typeof entry === 'string' ? [entry] : entry.pages);
const menuOf = (role: Role): readonly Page[] => MENUS[role].flatMap(pagesOf);

const isInside = (page: Page): page is Inside => page in SCREENS;

function allowed(page: Page, operations: ReadonlySet<string>): page is Inside {
  return isInside(page) && SCREENS[page].needs.every((operation) => operations.has(operation));
}

/* Whatever page of the menu a screen belongs to: itself, or the first above it that is there. */
function entryOf(page: Inside, menu: readonly Page[]): Page {
  const { under } = SCREENS[page];
  return under && !menu.includes(page) && isInside(under) ? entryOf(under, menu) : page;
}

/* Is the page one of this person's: in the menu, or below an entry of it? */
function offered(page: Page, me: Me, operations: ReadonlySet<string>): page is Inside {
  if (isInside(page) && SCREENS[page].whenever?.(me)) return true;
  const menu = menuOf(me.role);
  return allowed(page, operations) && menu.includes(entryOf(page, menu));
}

export interface Shown {
  readonly view: ComponentChildren;
  readonly wide: boolean;
  readonly tabs: readonly Tab[];
}

function render<P extends Inside>(screen: Screen<P>, route: Route, me: Me): ComponentChildren {
  return screen.view(route as Parameters<Screen<P>['view']>[0], me);
}

/* An address of somebody else's screen shows one's own first one. */
export function show(route: Route, me: Me, operations: ReadonlySet<string>, words: Words): Shown {
  const isOffered = (page: Page): page is Inside => offered(page, me, operations);
  const first = menuOf(me.role).find(isOffered);
  const wanted = isOffered(route.page) ? route : ({ page: first ?? 'home' } as Route);
  const page = wanted.page;
  if (!isInside(page)) return { view: <NothingHere role={me.role} />, wide: false, tabs: [] };
  const screen = SCREENS[page];
  const tabOf = (entry: Inside): Tab => ({
    route: { page: entry } as Route,
    label: SCREENS[entry].tab?.(words) ?? '',
    current: entry === entryOf(page, menuOf(me.role)),
    parts: [],
  });
  const tabs = MENUS[me.role].flatMap((entry): readonly Tab[] => {
    const parts = pagesOf(entry).filter(isOffered).map(tabOf);
    if (typeof entry === 'string' || !parts[0] || !parts[1]) return parts;
    return [{ route: parts[0].route, label: entry.label(words), current: parts.some(({ current }) => current), parts }];
  });
  return { view: render(screen as Screen<Inside>, wanted, me), wide: screen.wide ?? false, tabs };
}
