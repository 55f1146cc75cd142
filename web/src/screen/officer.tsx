import type { Page } from '../base/route';
import { EventsPage } from '../page/events';
import { FacilitiesPage } from '../page/facilities';
import type { Screens } from './screen';

export const officerScreens: Screens<'facilities' | 'events'> = {
  facilities: {
    view: () => <FacilitiesPage />,
    wide: true,
    needs: ['facility.list'],
    tab: (words) => words.nav.facilities,
  },
  events: {
    view: () => <EventsPage />,
    wide: true,
    needs: ['event.list'],
    tab: (words) => words.nav.events,
  },
};

export const officerMenu: readonly Page[] = ['facilities', 'events', 'account'];
