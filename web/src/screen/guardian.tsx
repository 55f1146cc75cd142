import type { Page } from '../base/route';
import { KINDS } from '../api/model';
import { AbsencePage } from '../page/absence';
import { GuardianHome } from '../page/guardian-home';
import type { Screens } from './screen';

export const guardianScreens: Screens<'children' | 'absence'> = {
  children: {
    view: () => <GuardianHome />,
    needs: ['child.list'],
    tab: (words) => words.nav.children,
  },
  absence: {
    view: ({ child, kind }) => (
      <AbsencePage key={`${child} ${kind}`} child={child} kind={KINDS.find((known) => known === kind) ?? 'absence'} />
    ),
    needs: ['absence.report'],
    under: 'children',
  },
};

export const guardianMenu: readonly Page[] = ['children', 'account'];
