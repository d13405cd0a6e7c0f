import { expect, it } from 'vitest'
import { maskDii, maskedName } from '#lib/site/masked-name.ts'

it.each([
  [{ kind: 'email', value: 'jane@example.com' }, 'j•••@example.com'],
  [{ kind: 'email', value: '"a@b"@example.com' }, '"•••@example.com'],
  [{ kind: 'phone', value: '+12345678901' }, '+1•••01'],
] as const)('on a shared screen %j is shown as %s', (dii, shown) => {
  expect(maskDii(dii)).toBe(shown)
  expect(maskedName({ dii })).toBe(shown)
})

it('a reader without usable DII has no name of their own', () => {
  expect(maskedName({ dii: 'relay_address' })).toBe('a reader')
})
