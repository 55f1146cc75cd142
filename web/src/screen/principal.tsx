import { isMonth } from '../base/day';
import { ImportsPage } from '../page/imports';
import { PeoplePage } from '../page/people';
import { PersonPage } from '../page/person';
import { CalendarPage } from '../page/principal-calendar';
import { EntryPage } from '../page/principal-entry';
import { ManagePage } from '../page/principal-manage';
import { RollPage } from '../page/principal-roll';
import { TabletsPage } from '../page/principal-tablets';
import { TakingPage } from '../page/taking';
import { govern } from './govern';
import type { Entry, Screens } from './screen';

export const principalScreens: Screens<'people' | 'person' | 'roll' | 'entry' | 'manage' | 'calendar' | 'tablets'> = {
  people: { view: () => <PeoplePage />, needs: ['account.list'], tab: (words) => words.nav.people },
  person: { view: ({ account }) => <PersonPage key={account} account={account} />, needs: ['account.see'], under: 'people' },
  roll: { view: () => <RollPage />, needs: ['child.list', 'class.list'], tab: (words) => words.nav.roll },
  entry: { view: ({ child }) => <EntryPage key={child} child={child} />, needs: ['child.see'], under: 'roll' },
  manage: { view: () => <ManagePage />, needs: ['facility.hours'], tab: (words) => words.nav.manage },
  calendar: {
    view: ({ month }) => <CalendarPage month={month && isMonth(month) ? month : null} />,
    needs: ['calendar.put'],
    under: 'manage',
  },
  tablets: { view: () => <TabletsPage />, needs: ['device.list'], under: 'manage' },
};

/* The city has an entry for them in its menu. */
export const importScreens: Screens<'imports' | 'taking'> = {
  imports: {
    view: () => <ImportsPage />,
    needs: ['import.begin'],
    tab: (words) => words.nav.imports,
    under: 'manage',
  },
  taking: { view: ({ taken }) => <TakingPage key={taken} id={taken} />, needs: ['import.see'], under: 'imports' },
};

export const principalMenu: readonly Entry[] = [
  'board',
  'desk',
  'door',
  'register',
  'roll',
  'people',
  govern,
  'alerts',
  'manage',
  'account',
];
