import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const resolve = {
  alias: {
    // Throws outside React's server graph by design; tests of server files need the empty twin.
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
          // Many wait for a database or a process of their own.
          maxWorkers: 4,
          // Some start a PostgreSQL of their own, which takes a while on a busy machine.
          testTimeout: 20_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve,
        test: {
          // Each file runs the production build as a process of its own.
          name: 'integration',
          include: ['tests/integration/**/*.test.ts'],
          maxWorkers: 2,
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
