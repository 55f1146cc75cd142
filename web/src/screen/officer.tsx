import type { Page } from '../base/route';
import { isDay } from '../base/day';
import { FacilitiesPage } from '../page/facilities';
import { ChangesPage } from '../page/officer-changes';
import { CountsPage } from '../page/officer-counts';
import type { Screens } from './screen';

export const officerScreens: Screens<'counts' | 'facilities' | 'changes'> = {
  counts: {
    view: ({ date }) => <CountsPage date={date && isDay(date) ? date : null} />,
    wide: true,
    needs: ['counts.see'],
    tab: (words) => words.nav.counts,
  },
  changes: { view: () => <ChangesPage />, needs: ['change.list', 'change.approve'], tab: (words) => words.nav.changes },
  facilities: {
    view: () => <FacilitiesPage />,
    wide: true,
    needs: ['facility.list'],
    tab: (words) => words.nav.facilities,
  },
};

export const officerMenu: readonly Page[] = ['counts', 'facilities', 'people', 'proof', 'checks', 'events', 'account'];
export const cityAdminMenu: readonly Page[] = [
  'facilities',
  'people',
  'changes',
  'imports',
  'proof',
  'checks',
  'events',
  'account',
];
export const auditorMenu: readonly Page[] = ['proof', 'checks', 'events', 'ledger', 'trial', 'facilities', 'people', 'account'];
export const operatorMenu: readonly Page[] = ['people', 'changes', 'proof', 'checks', 'events', 'account'];
