import type { Page } from '../base/route';
import { PeoplePage } from '../page/people';
import { PersonPage } from '../page/person';
import type { Screens } from './screen';

export const principalScreens: Screens<'people' | 'person'> = {
  people: { view: () => <PeoplePage />, needs: ['account.list'], tab: (words) => words.nav.people },
  person: { view: ({ account }) => <PersonPage key={account} account={account} />, needs: ['account.see'], under: 'people' },
};

export const principalMenu: readonly Page[] = ['board', 'door', 'register', 'people', 'account'];
