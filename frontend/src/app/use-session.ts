import { useSyncExternalStore } from 'react';
import { currentSession, subscribeToSession, type SessionState } from '../api/session';

export function useSession(): SessionState {
  return useSyncExternalStore(subscribeToSession, currentSession);
}
