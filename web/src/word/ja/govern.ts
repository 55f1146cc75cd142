/* The screens of governance. */
import { desk } from './desk';
import { shared } from './govern-shared';

export const govern = { ...shared, ...desk };
