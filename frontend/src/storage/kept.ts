/**
 * JSON kept in the browser. Whatever is found is parsed by `parse`, which answers `undefined` for
 * anything it does not recognise: another version, a hand-edited value, a full or forbidden store.
 */
export function readKept<T>(store: Storage, key: string, parse: (value: unknown) => T | undefined): T | undefined {
  try {
    const text = store.getItem(key);
    return text === null ? undefined : parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Keeps a value; where the browser refuses (private mode, quota) the page goes on without. */
export function keep(store: Storage, key: string, value: unknown): void {
  try {
    store.setItem(key, JSON.stringify(value));
  } catch {
    return;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isText(value: unknown): value is string {
  return typeof value === 'string';
}
