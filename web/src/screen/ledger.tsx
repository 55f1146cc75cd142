/* The record and trials: their code comes when somebody first goes there. */
import { later } from '../part/later';
import type { Screens } from './screen';

const EventsPage = later(async () => (await import('../page/events')).EventsPage);
const EventPage = later(async () => (await import('../page/event')).EventPage);
const LedgerPage = later(async () => (await import('../page/ledger')).LedgerPage);
const TrialPage = later(async () => (await import('../page/trial')).TrialPage);

export const ledgerScreens: Screens<'events' | 'event' | 'ledger' | 'trial'> = {
  events: {
    view: (here) => <EventsPage here={here} />,
    wide: true,
    needs: ['event.list'],
    tab: (words) => words.nav.events,
    under: 'manage',
  },
  event: { view: ({ index }) => <EventPage key={index} index={index} />, needs: ['event.see'], under: 'events' },
  ledger: {
    view: () => <LedgerPage />,
    needs: ['ledger.see'],
    tab: (words) => words.nav.ledger,
    under: 'events',
  },
  trial: {
    view: () => <TrialPage />,
    wide: true,
    needs: ['trial.begin'],
    whenever: ({ trial }) => trial !== null,
    tab: (words) => words.nav.trial,
  },
};
