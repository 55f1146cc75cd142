/* Their code is fetched by those who come to them: no guardian's telephone carries it. */
import { later } from '../part/later';
import type { Screens } from './screen';

const ProofPage = later(() => import('../page/proof').then((page) => page.ProofPage));
const RequirementPage = later(() => import('../page/requirement').then((page) => page.RequirementPage));
const ChecksPage = later(() => import('../page/checks').then((page) => page.ChecksPage));
const CheckPage = later(() => import('../page/check').then((page) => page.CheckPage));

export const proofScreens: Screens<'proof' | 'requirement' | 'checks' | 'check'> = {
  proof: {
    view: (here) => <ProofPage here={here} />,
    wide: true,
    needs: ['requirement.list', 'requirement.see'],
    tab: (words) => words.nav.proof,
    under: 'manage',
  },
  requirement: {
    view: ({ requirement }) => <RequirementPage key={requirement} requirement={requirement} />,
    wide: true,
    needs: ['requirement.see'],
    under: 'proof',
  },
  checks: {
    view: (here) => <ChecksPage here={here} />,
    wide: true,
    needs: ['check.list', 'check.see'],
    tab: (words) => words.nav.checks,
    under: 'proof',
  },
  check: { view: ({ check }) => <CheckPage key={check} check={check} />, wide: true, needs: ['check.see'], under: 'checks' },
};
