import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { countBrokenUploads } from '#lib/observe/broken-uploads.ts'
import { becomeSite } from '../../support/server-env.ts'

const original = console.error
const printed = vi.fn()
beforeEach(() => {
  becomeSite()
  printed.mockReset()
  console.error = printed
  countBrokenUploads()
  // A second call, as by another instance of the module, wraps nothing twice.
  countBrokenUploads()
})
afterEach(() => {
  console.error = original
})

const broken = () => Object.assign(new Error('aborted'), { code: 'ECONNRESET' })

it('S23: an upload that breaks off prints no stack, however Next words it', () => {
  console.error(broken())
  console.error(' ⨯', broken())
  expect(printed).not.toHaveBeenCalled()
})

it.each([
  ['another error', new Error('aborted')],
  ['a connection of ours that breaks', Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })],
  ['a text', 'aborted'],
])('%s is printed as it is', (_, value) => {
  console.error('before', value)
  expect(printed.mock.calls).toEqual([['before', value]])
})
