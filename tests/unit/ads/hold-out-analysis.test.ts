import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { type Exposure, toCsv } from '#lib/ads/slots/exposures.ts'
import { nodePath, root } from '../../../scripts/support/runtime.mjs'
import { codeBlocks } from '../../architecture/code-blocks.ts'

const folder = mkdtempSync(join(tmpdir(), 'hold-out-'))
const program = join(folder, 'lift.ts')
const document = readFileSync(join(root, 'docs/hold-out.md'), 'utf8')
writeFileSync(
  program,
  codeBlocks('docs/hold-out.md', document).find(({ code }) => code.includes('readFileSync'))?.code ?? '',
)
afterAll(() => rmSync(folder, { recursive: true }))

const exposure = (unit: string, bucket: Exposure['bucket'], cpm: number | null): Exposure => ({
  time: '2026-11-25T12:00:00.000Z',
  unit,
  bucket,
  event: cpm === null ? 'auction' : 'impression',
  slot: 'one, "two"\nthree',
  // Half of the treated have no token, which must not change their group.
  token: bucket === 'treatment' && cpm !== 3,
  cpm,
})

function analysed(exposures: readonly Exposure[], percent: string): string[] {
  const file = join(folder, 'exposures.csv')
  writeFileSync(file, toCsv(exposures))
  const { stdout, stderr } = spawnSync(nodePath(), [program, file, percent], { encoding: 'utf8' })
  expect(stderr).toBe('')
  return stdout.trim().split('\n')
}

/** Readers with 0 to 4 impressions each, so that mean and variance of their revenue are known. */
function readers(bucket: Exposure['bucket'], count: number, cpm: number): Exposure[] {
  return Array.from({ length: count }, (_, reader) => [
    exposure(`${bucket} "${reader}"`, bucket, null),
    ...Array.from({ length: reader % 5 }, () => exposure(`${bucket} "${reader}"`, bucket, cpm)),
  ]).flat()
}

// Python's `statistics` gives these values for [0, .002, .004, .006, .008] × 20 and [0, .003, .006, .009,
// .012] × 180.
test('the program in the hold-out document computes revenue per reader, interval and sample ratio (K2)', () => {
  const switched = [exposure('both', 'control', 9), exposure('both', 'treatment', 9)]
  const file = [...readers('control', 100, 2), ...readers('treatment', 900, 3), ...switched]
  expect(analysed(file, '10')).toEqual([
    'readers: 100 control, 900 treatment, 1 in both and left out',
    'sample ratio: chi2 0.00, as drawn',
    'revenue per reader, USD: 0.004000 control, 0.006000 treatment',
    'difference: 0.002000, 95 % 0.001378 to 0.002622',
    'lift: 50.00 %, 95 % 27.99 % to 72.01 %',
  ])
})

test('the program in the hold-out document stops when readers of one group are missing (K2)', () => {
  const file = [...readers('control', 60, 2), ...readers('treatment', 900, 3)]
  expect(analysed(file, '10')[1]).toBe('sample ratio: chi2 15.00, STOP: find out who is missing')
})
