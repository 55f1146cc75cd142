import type { Page } from '../base/route';

export const principalMenu: readonly Page[] = ['board', 'account'];
