/** One input the API refused: a path into the body such as `items[1].quantity`, and why. */
export interface FieldProblem {
  field: string;
  code: string;
  message: string;
}

/**
 * A request that did not succeed: what the API answered as `application/problem+json`, or
 * `network` (nothing came back) and `timeout` (nothing came back in time), both with status 0.
 */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';

  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly fields: readonly FieldProblem[] = [],
    /** Seconds the API asked to wait, when it did. */
    readonly retryAfter?: number,
    readonly traceId?: string,
  ) {
    super(`${String(status)} ${code}`);
  }

  /** The refusal of exactly this field, if there is one. */
  at(field: string): FieldProblem | undefined {
    return this.fields.find((problem) => problem.field === field);
  }

  /** True when it is unknown whether the request took effect, so that only the same key may repeat it. */
  get isUncertain(): boolean {
    return this.status === 0 || this.status >= 500;
  }
}

/** Codes for answers that are no problem document, such as a proxy's own error page. */
const FALLBACK_CODES: Readonly<Record<number, string>> = {
  401: 'unauthenticated',
  403: 'not_granted',
  404: 'not_found',
  429: 'too_many_requests',
  502: 'unavailable',
  503: 'unavailable',
  504: 'unavailable',
};

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function fieldsOf(value: unknown): FieldProblem[] {
  if (!Array.isArray(value)) return [];
  return value
    .filter(isRecord)
    .map((entry) => ({ field: text(entry.field), code: text(entry.code), message: text(entry.message) }));
}

/** Reads a failed answer; `body` is whatever could be parsed of it. */
export function problemFrom(response: Response, body: unknown): ApiProblem {
  const document = isRecord(body) ? body : {};
  const wait = Number(response.headers.get('Retry-After') ?? Number.NaN);
  return new ApiProblem(
    response.status,
    text(document.code) || (FALLBACK_CODES[response.status] ?? 'internal'),
    text(document.detail) || text(document.title),
    fieldsOf(document.fields),
    Number.isFinite(wait) ? wait : undefined,
    text(document.traceId) || undefined,
  );
}

/** What `fetch` threw, as a problem. */
export function problemFromFailure(failure: unknown): ApiProblem {
  if (failure instanceof ApiProblem) return failure;
  const timedOut = failure instanceof DOMException && failure.name === 'TimeoutError';
  return new ApiProblem(0, timedOut ? 'timeout' : 'network', '');
}
