/* Who looks after whose accounts. */
import type { Role } from '../api/model';

const MANAGED: Partial<Record<Role, readonly Role[]>> = {
  principal: ['guardian', 'staff'],
  'officer-admin': ['principal', 'officer', 'officer-admin', 'auditor'],
  'operator-admin': ['operator', 'operator-admin'],
};

export const managed = (role: Role): readonly Role[] => MANAGED[role] ?? [];

/* Whose accounts need the approval of a second person. */
export const PRIVILEGED: ReadonlySet<Role> = new Set<Role>(['principal', 'officer-admin', 'operator', 'operator-admin']);
