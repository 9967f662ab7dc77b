import createClient from 'openapi-fetch';
import type { paths } from './schema';
import { problemFrom, problemFromFailure } from './problem';
import { bearer, refreshSession } from './session';
import { traceparent } from './trace';

/** Longer than the slowest thing the API does (a payment provider's own time limit). */
const TIME_LIMIT_MS = 45_000;

async function send(request: Request, token: string | undefined): Promise<Response> {
  const outgoing = new Request(request, {
    signal: AbortSignal.any([request.signal, AbortSignal.timeout(TIME_LIMIT_MS)]),
  });
  outgoing.headers.set('traceparent', traceparent());
  if (token !== undefined) outgoing.headers.set('Authorization', `Bearer ${token}`);
  return fetch(outgoing);
}

/** `fetch` with the caller's token; a refused token is renewed once and the request repeated once. */
export async function authorizedFetch(request: Request): Promise<Response> {
  const mayRepeat = !new URL(request.url).pathname.startsWith('/api/auth/');
  const token = mayRepeat ? await bearer() : undefined;
  const again = request.clone();
  const response = await send(request, token);
  if (response.status !== 401 || token === undefined) return response;
  await refreshSession();
  return send(again, await bearer());
}

export const client = createClient<paths>({ baseUrl: window.location.origin, fetch: authorizedFetch });

interface Answer<Body> {
  data?: Body;
  error?: unknown;
  response: Response;
}

/** The body of a success; everything else is thrown as an {@link ApiProblem}. */
export async function settled<Body>(request: Promise<Answer<Body>>): Promise<Body> {
  let answer: Answer<Body>;
  try {
    answer = await request;
  } catch (failure) {
    if (failure instanceof DOMException && failure.name === 'AbortError') throw failure;
    throw problemFromFailure(failure);
  }
  if (!answer.response.ok) throw problemFrom(answer.response, answer.error);
  return answer.data as Body;
}
