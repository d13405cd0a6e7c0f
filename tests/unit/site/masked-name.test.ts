import { expect, it } from 'vitest'
import { maskDii, maskedName } from '#lib/site/masked-name.ts'

it.each([
  [{ kind: 'email', value: 'jane@example.com' }, 'j•••@example.com'],
  [{ kind: 'email', value: '"a@b"@example.com' }, '"•••@example.com'],
  [{ kind: 'phone', value: '+12345678901' }, '+1•••01'],
] as const)('%j is masked as %s on a shared screen', (dii, shown) => {
  expect(maskDii(dii)).toBe(shown)
  expect(maskedName({ dii })).toBe(shown)
})

it('a reader without usable DII is shown without a name', () => {
  expect(maskedName({ dii: 'relay_address' })).toBe('a reader')
})
