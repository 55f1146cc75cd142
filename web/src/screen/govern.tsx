/* The screens of governance; their code comes when somebody first goes there. */
import { later } from '../part/later';
import type { Group, Screens } from './screen';

const DeskPage = later(async () => (await import('../page/desk')).DeskPage);

export const governScreens: Screens<'desk'> = {
  desk: { view: () => <DeskPage />, wide: true, needs: ['desk.see'], tab: (words) => words.nav.desk },
};

/* What is kept, asked, told and done together. */
export const govern: Group = { label: (words) => words.nav.govern, pages: [] };

/* What is watched and what changes. */
export const service: Group = { label: (words) => words.nav.service, pages: ['changes'] };
