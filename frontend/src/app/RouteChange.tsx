import { useEffect, useRef } from 'react';
import { NavigationType, useLocation, useNavigationType } from 'react-router';

/** How long a lazily loaded page may take before its heading is given up on. */
const PATIENCE_MS = 5000;

/**
 * What a browser does by itself between documents: on another path, start at the top and let the
 * focus follow, to the new page's heading as soon as there is one.
 */
export function RouteChange() {
  const { pathname } = useLocation();
  const navigation = useNavigationType();
  const first = useRef(true);

  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    if (navigation !== NavigationType.Pop) window.scrollTo(0, 0);
    const focusHeading = () => {
      const heading = document.querySelector<HTMLElement>('main h1[tabindex]');
      heading?.focus({ preventScroll: true });
      return heading !== null;
    };
    if (focusHeading()) return;
    const watcher = new MutationObserver(() => {
      if (focusHeading()) watcher.disconnect();
    });
    watcher.observe(document.body, { childList: true, subtree: true });
    const timer = setTimeout(() => watcher.disconnect(), PATIENCE_MS);
    return () => {
      clearTimeout(timer);
      watcher.disconnect();
    };
  }, [pathname, navigation]);

  return null;
}
