/** Line drawings on a 24-unit square; always beside a text or inside something that has a name. */
const PATHS = {
  bag: 'M5 8h14l-1 12H6L5 8Zm4 0a3 3 0 0 1 6 0',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7.500 8.500a7.500 7.500 0 0 1 15 0',
  check: 'm5 12.500 4.500 4.500L19 7.500',
  minus: 'M6 12h12',
  plus: 'M6 12h12M12 6v12',
  close: 'm6.500 6.500 11 11m0-11-11 11',
  arrow: 'M5 12h14m-5.500-5.500L19 12l-5.500 5.500',
  truck: 'M3 6h11v10H3V6Zm11 4h4l3 3v3h-7v-6ZM7 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4Zm10 0a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm0-14v5l3.500 2',
  shield: 'M12 3 5 6v5.500c0 4.300 2.900 7.600 7 9.500 4.100-1.900 7-5.200 7-9.500V6l-7-3Zm-3 9 2.200 2.200L15.500 10',
  alert: 'M12 4 2.500 20h19L12 4Zm0 6v4.500m0 2.800v.2',
  lock: 'M6 11h12v9H6v-9Zm2.500 0V8a3.500 3.500 0 0 1 7 0v3',
  sliders: 'M4 8h9m5 0h2M4 16h2m5 0h9M15.500 10.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5Zm-7 8a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5Z',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 24 }: { name: IconName; size?: number }) {
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
