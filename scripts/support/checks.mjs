import { bin, typescriptFlags } from './runtime.mjs'

/** Types, lint, format, dead code, size and what a page loads, in the order in which they are run. */
export const checks = [
  { name: 'route types', args: [bin.next, 'typegen'] },
  { name: 'types', args: [bin.tsc, '--noEmit'] },
  { name: 'types of examples/minimal', args: [bin.tsc, '--noEmit', '-p', 'examples/minimal'] },
  { name: 'types of examples/sql', args: [bin.tsc, '--noEmit', '-p', 'examples/sql'] },
  { name: 'lint and format', args: [bin.biome, 'ci', '--error-on-warnings'] },
  { name: 'unused code and dependencies', args: [bin.knip] },
  { name: 'size', args: [...typescriptFlags, 'scripts/measure.ts'] },
  { name: 'bytes of a page', args: [...typescriptFlags, 'scripts/bytes.ts'] },
]
