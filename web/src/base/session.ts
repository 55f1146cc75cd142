/* Who is signed in, what that person may do, and the way to the server; one for the whole page. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Client } from '../api/client';
import type { Me } from '../api/model';

export interface Session {
  readonly client: Client;
  readonly me: Me;
  readonly operations: ReadonlySet<string>; /* what the role may call */
  readonly leave: () => Promise<void>;
  readonly renew: () => Promise<void>; /* ask again who is there: another membership, a name, fewer notices */
  readonly lock: () => Promise<void>; /* until the person proves to be the same */
}

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('used outside a session');
  return session;
}
