import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { nodePath, siteNodeOptions } from '../../../scripts/support/runtime.mjs'

/** The largest heap of a process with these `NODE_OPTIONS`, MB. */
function largestHeap(options: string): number {
  const script = 'console.log(require("node:v8").getHeapStatistics().heap_size_limit / 2 ** 20)'
  const { stdout } = spawnSync(nodePath(), ['-e', script], { env: { ...process.env, NODE_OPTIONS: options } })
  return Number(stdout.toString())
}

test('a built site has a heap of about 1 GB at most, unless NODE_OPTIONS says otherwise', () => {
  expect(largestHeap(siteNodeOptions(''))).toBeLessThan(1200)
  expect(largestHeap(siteNodeOptions('--max-old-space-size=3000'))).toBeGreaterThan(2900)
})
