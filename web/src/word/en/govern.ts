/* The screens of governance. */
import type { GovernWords } from '../govern';
import { desk } from './desk';
import { shared } from './govern-shared';

export const govern: GovernWords = { ...shared, ...desk };
