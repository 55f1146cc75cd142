import { isDay } from '../base/day';
import { BoardPage } from '../page/board';
import { DoorPage } from '../page/staff-door';
import { PupilPage } from '../page/staff-pupil';
import { RegisterPage } from '../page/staff-register';
import { govern } from './govern';
import type { Entry, Screens } from './screen';

export const staffScreens: Screens<'board' | 'pupil' | 'door' | 'register'> = {
  board: {
    view: ({ facility, date }) => <BoardPage facility={facility ?? null} date={date && isDay(date) ? date : null} />,
    wide: true,
    needs: ['board.see'],
    tab: (words) => words.nav.board,
  },
  pupil: {
    view: ({ child, date }) => <PupilPage key={child} child={child} date={date && isDay(date) ? date : null} />,
    needs: ['child.see', 'attendance.list'],
    under: 'board',
  },
  door: { view: () => <DoorPage />, needs: ['attendance.card'], tab: (words) => words.nav.door },
  register: {
    view: ({ group, month }) => <RegisterPage group={group ?? null} month={month ?? null} />,
    wide: true,
    needs: ['register.see', 'class.list'],
    tab: (words) => words.nav.register,
  },
};

export const staffMenu: readonly Entry[] = ['board', 'desk', 'door', 'register', govern, 'account'];
