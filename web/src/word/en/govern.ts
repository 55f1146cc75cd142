/* The screens of governance. */
import type { GovernWords } from '../govern';
import { cases } from './cases';
import { desk } from './desk';
import { shared } from './govern-shared';
import { records } from './records';

export const govern: GovernWords = { ...shared, ...desk, ...records, ...cases };
