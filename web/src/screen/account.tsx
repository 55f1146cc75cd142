import type { Page } from '../base/route';
import { AccountPage } from '../page/account';
import { FactorPage } from '../page/factor';
import { NoticesPage } from '../page/notices';
import { OwnHistoryPage } from '../page/own-history';
import { PasswordPage } from '../page/password';
import { PinPage } from '../page/pin';
import { SessionsPage } from '../page/sessions';
import type { Screens } from './screen';

export const accountScreens: Screens<'account' | 'factor' | 'password' | 'pin' | 'sessions' | 'notices' | 'ownHistory'> = {
  account: { view: () => <AccountPage />, needs: ['me.see'], tab: (words) => words.nav.account },
  factor: { view: () => <FactorPage />, needs: ['me.factors'], under: 'account' },
  password: { view: () => <PasswordPage />, needs: ['me.password'], under: 'account' },
  pin: { view: () => <PinPage />, needs: ['me.factors', 'me.pin'], under: 'account' },
  sessions: { view: () => <SessionsPage />, needs: ['session.list'], under: 'account' },
  notices: { view: () => <NoticesPage />, needs: ['notice.list'], under: 'account' },
  ownHistory: { view: () => <OwnHistoryPage />, needs: ['me.history'], under: 'account' },
};

export const plainMenu: readonly Page[] = ['account'];
