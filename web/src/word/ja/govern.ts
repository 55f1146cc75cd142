/* The screens of governance. */
import { alerts } from './alerts';
import { announcements } from './announcements';
import { campaigns } from './campaigns';
import { cases } from './cases';
import { changes } from './changes';
import { desk } from './desk';
import { shared } from './govern-shared';
import { papers } from './papers';
import { records } from './records';
import { service } from './service';

export const govern = { ...shared, ...desk, ...records, ...cases, ...changes, ...announcements, ...service, ...alerts, ...campaigns, ...papers };
