import { client, settled } from './client';
import { adoptSession, dropSession } from './session';
import type { Credentials, Registration } from './types';

export async function signIn(credentials: Credentials): Promise<void> {
  adoptSession(await settled(client.POST('/api/auth/login', { body: credentials })));
}

export async function signUp(registration: Registration): Promise<void> {
  adoptSession(await settled(client.POST('/api/auth/register', { body: registration })));
}

/** Signs out here whatever happens; the cookie goes as soon as the API can be reached. */
export async function signOut(): Promise<void> {
  try {
    await settled(client.POST('/api/auth/logout'));
  } finally {
    dropSession();
  }
}
