/**
 * Where to go after signing in: a path of this page given as `?next=`. Anything that a browser could
 * read as another site is refused.
 */
export function destination(params: URLSearchParams): string {
  const next = params.get('next') ?? '';
  return /^\/(?![/\\])[^\\]*$/.test(next) ? next : '/account';
}

/** The address of a sign-in (or sign-up) page that leads back to `path`. */
export function withNext(page: '/sign-in' | '/sign-up', path: string): string {
  return `${page}?${new URLSearchParams({ next: path }).toString()}`;
}
