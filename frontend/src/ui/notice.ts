/** The one short message below the header, also read out politely. */
export interface Notice {
  id: number;
  text: string;
  link?: { to: string; label: string };
}

const STAYS_MS = 7000;

let current: Notice | undefined;
let next = 1;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

function show(notice: Notice | undefined): void {
  clearTimeout(timer);
  current = notice;
  if (notice !== undefined) timer = setTimeout(() => show(undefined), STAYS_MS);
  listeners.forEach((listener) => listener());
}

export function announce(text: string, link?: Notice['link']): void {
  show({ id: next++, text, ...(link && { link }) });
}

export function dismissNotice(): void {
  show(undefined);
}

export function currentNotice(): Notice | undefined {
  return current;
}

export function subscribeToNotice(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
