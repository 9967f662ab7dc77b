import { en } from '../i18n/en';
import type { components } from './schema';

/** What the API calls its refusals; the texts have a sentence for each, or the page does not compile. */
export type ApiCode = components['schemas']['ProblemCode'];

/** What the API calls the faults of fields; the texts have a sentence for each. */
export type FieldCode = components['schemas']['FieldCode'];

/** `network`: no answer came; `timeout`: none came in time; `unknown`: an answer the page has no words for. */
export type ProblemCode = ApiCode | 'network' | 'timeout' | 'unknown';

/** One input the API refused: a path into the body such as `items[1].quantity`, and why. */
export interface FieldProblem {
  field: string;
  code: FieldCode;
  message: string;
  /** The limits that the code speaks of. */
  min?: number;
  max?: number;
}

/**
 * A request that did not succeed: what the API answered as `application/problem+json`, or
 * `network` (nothing came back) and `timeout` (nothing came back in time), both with status 0.
 */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';

  constructor(
    readonly status: number,
    readonly code: ProblemCode,
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
const FALLBACK_CODES: Readonly<Record<number, ProblemCode>> = {
  401: 'unauthenticated',
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

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(en.problem, code);
}

function isFieldCode(code: string): code is FieldCode {
  return Object.hasOwn(en.fault, code);
}

function fieldOf(entry: Record<string, unknown>): FieldProblem {
  const code = text(entry.code);
  return {
    field: text(entry.field),
    code: isFieldCode(code) ? code : 'format',
    message: text(entry.message),
    min: number(entry.min),
    max: number(entry.max),
  };
}

function fieldsOf(value: unknown): FieldProblem[] {
  return Array.isArray(value) ? value.filter(isRecord).map(fieldOf) : [];
}

/** A newer API may have codes that this page does not know. */
function codeOf(value: unknown, status: number): ProblemCode {
  const code = text(value);
  if (code === '') return FALLBACK_CODES[status] ?? 'internal';
  return isProblemCode(code) ? code : 'unknown';
}

/** Reads a failed answer; `body` is whatever could be parsed of it. */
export function problemFrom(response: Response, body: unknown): ApiProblem {
  const document = isRecord(body) ? body : {};
  const wait = Number(response.headers.get('Retry-After') ?? Number.NaN);
  return new ApiProblem(
    response.status,
    codeOf(document.code, response.status),
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
