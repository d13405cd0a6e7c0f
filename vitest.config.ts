import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const resolve = {
  alias: {
    // `server-only` throws outside React's server graph. Tests of server files need its empty version.
    'server-only': fileURLToPath(new URL('node_modules/server-only/empty.js', import.meta.url)),
  },
}

export default defineConfig({
  test: {
    restoreMocks: true,
    projects: [
      {
        resolve,
        test: {
          name: 'fast',
          include: ['tests/{architecture,unit,conformance}/**/*.test.ts'],
          // Many tests wait for their own database or process.
          maxWorkers: 4,
          // Some start their own PostgreSQL, which takes a while on a busy machine.
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve,
        test: {
          // They run the production build in processes of its own.
          name: 'integration',
          include: ['tests/integration/**/*.test.ts'],
          maxWorkers: 2,
          // Files of one process share sites (tests/support/shared-site.ts).
          isolate: false,
          testTimeout: 60_000,
          hookTimeout: 180_000,
        },
      },
      {
        resolve,
        test: {
          name: 'soak',
          include: ['tests/soak/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
})
