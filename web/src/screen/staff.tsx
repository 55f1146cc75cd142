import type { Page } from '../base/route';
import { isDay } from '../base/day';
import { BoardPage } from '../page/board';
import type { Screens } from './screen';

export const staffScreens: Screens<'board'> = {
  board: {
    view: ({ facility, date }) => <BoardPage facility={facility ?? null} date={date && isDay(date) ? date : null} />,
    wide: true,
    needs: ['board.see'],
    tab: (words) => words.nav.board,
  },
};

export const staffMenu: readonly Page[] = ['board', 'account'];
