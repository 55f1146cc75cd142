import type { Page } from '../base/route';
import { KINDS } from '../api/model';
import { AbsencePage } from '../page/absence';
import { GuardianHome } from '../page/guardian-home';
import { LookedPage } from '../page/looked';
import { MonthPage } from '../page/month';
import { ReportsPage } from '../page/reports';
import type { Screens } from './screen';

export const guardianScreens: Screens<'children' | 'absence' | 'reports' | 'month' | 'looked'> = {
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
  reports: { view: ({ child }) => <ReportsPage child={child} />, needs: ['absence.list'], under: 'children' },
  month: {
    view: ({ child, month }) => <MonthPage child={child} month={month ?? null} />,
    needs: ['attendance.month'],
    under: 'children',
  },
  looked: {
    view: ({ child }) => <LookedPage child={child ?? null} />,
    needs: ['child.history'],
    tab: (words) => words.nav.looked,
  },
};

export const guardianMenu: readonly Page[] = ['children', 'announcements', 'looked', 'cases', 'account'];
