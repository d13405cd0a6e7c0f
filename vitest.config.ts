import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: {
    alias: {
      // Throws outside React's server graph by design; tests of server files need the empty twin.
      'server-only': fileURLToPath(new URL('node_modules/server-only/empty.js', import.meta.url)),
    },
  },
  test: { include: ['tests/{architecture,unit,conformance}/**/*.test.ts'], restoreMocks: true },
})
