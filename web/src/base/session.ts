/* Who is signed in, and the way to the server; one for the whole page. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Client } from '../api/client';
import type { Me } from '../api/model';

export interface Session {
  readonly client: Client;
  readonly me: Me;
  readonly leave: () => Promise<void>;
}

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('used outside a session');
  return session;
}
