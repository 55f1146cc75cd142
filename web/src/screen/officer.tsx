import { isDay } from '../base/day';
import { FacilitiesPage } from '../page/facilities';
import { CountsPage } from '../page/officer-counts';
import { govern, service } from './govern';
import type { Entry, Screens } from './screen';

export const officerScreens: Screens<'counts' | 'facilities'> = {
  counts: {
    view: ({ date }) => <CountsPage date={date && isDay(date) ? date : null} />,
    wide: true,
    needs: ['counts.see'],
    tab: (words) => words.nav.counts,
  },
  facilities: {
    view: () => <FacilitiesPage />,
    wide: true,
    needs: ['facility.list'],
    tab: (words) => words.nav.facilities,
  },
};

export const officerMenu: readonly Entry[] = [
  'desk',
  'counts',
  'facilities',
  'people',
  govern,
  service,
  'proof',
  'checks',
  'events',
  'account',
];
export const cityAdminMenu: readonly Entry[] = [
  'desk',
  'facilities',
  'people',
  'imports',
  govern,
  service,
  'proof',
  'checks',
  'events',
  'account',
];
export const auditorMenu: readonly Entry[] = [
  'desk',
  'proof',
  'checks',
  'events',
  'ledger',
  'trial',
  govern,
  service,
  'facilities',
  'people',
  'account',
];
export const operatorMenu: readonly Entry[] = ['desk', govern, service, 'people', 'proof', 'checks', 'events', 'account'];
