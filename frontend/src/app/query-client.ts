import { QueryClient } from '@tanstack/react-query';
import { ApiProblem } from '../api/problem';

const MOST_RETRIES = 2;

/** Reads are repeated when that can help; what the API has refused it would refuse again. */
function retry(failures: number, failure: Error): boolean {
  return failure instanceof ApiProblem && failure.isUncertain && failures < MOST_RETRIES;
}

export function createQueryClient(): QueryClient {
  return new QueryClient({ defaultOptions: { queries: { retry }, mutations: { retry: false } } });
}
