/**
 * The W3C trace context of what the page asks for: one trace for all that follows from something the user did, so that an
 * operator can follow a click to the mail it caused. https://www.w3.org/TR/trace-context/
 */

/** What a user does that may make the page ask the API for something. */
const ACTIONS = ['click', 'submit', 'change', 'popstate'] as const;
/** What is asked later than this has other reasons: a window that got the focus, an order that is looked after. */
const ACTION_LASTS_MS = 30_000;

let trace: { id: string; beganAt: number } | undefined;

function hex(bytes: number): string {
  const random = crypto.getRandomValues(new Uint8Array(bytes));
  return Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function begin(): void {
  trace = undefined;
}

// Before any handler of the page's own, which may ask at once.
for (const action of ACTIONS) window.addEventListener(action, begin, { capture: true });

/** The header's value for one request: the trace of what the user last did, and a span of its own. */
export function traceparent(): string {
  const now = performance.now();
  if (trace === undefined || now - trace.beganAt > ACTION_LASTS_MS) trace = { id: hex(16), beganAt: now };
  return `00-${trace.id}-${hex(8)}-01`;
}
