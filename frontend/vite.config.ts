import react from '@vitejs/plugin-react';
import { compression } from 'vite-plugin-compression2';
import { defineConfig } from 'vitest/config';

/** Where the shop runs; the dev server hands it everything that is not the page. */
const shop = process.env.SHOP_URL ?? 'http://127.0.0.1:3000';

export default defineConfig({
  plugins: [
    react(),
    // The storefront sends these siblings to browsers that take them: a function has no time to compress.
    compression({ algorithms: ['brotliCompress', 'gzip'], include: /\.(html|js|css|svg)$/, threshold: 1024 }),
  ],
  server: { proxy: Object.fromEntries(['/api', '/health', '/.well-known', '/_inbox'].map((path) => [path, shop])) },
  build: {
    target: 'es2022',
    // The content security policy allows no data: URLs but for images.
    assetsInlineLimit: 0,
  },
  test: {
    environment: 'jsdom',
    include: ['tests/**/*.test.{ts,tsx}'],
    setupFiles: ['tests/setup.ts'],
  },
});
