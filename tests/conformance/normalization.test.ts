import { describe, expect, it } from 'vitest'
import { toBase64Hash } from '#lib/uid2/dii.ts'
import { hashEmail, hashPhone, normalizeEmail, normalizePhone } from '#lib/uid2/index.ts'
import { hashEmail as directHash } from '../../docs/direct-integration/operator.ts'
import { emailEdges, emails, hashes, invalidEmails, invalidHashes, invalidPhones, phones } from './vectors.ts'
import { disguised, unusual, withUnseen } from './vectors-disguised.ts'
import { testIdentities } from './vectors-wire.ts'

describe('e-mail addresses (U6)', () => {
  it.each(emails)('%j becomes %j and hashes to %s (%s)', async (input, normalized, hash) => {
    expect(normalizeEmail(input)).toBe(normalized)
    expect(normalizeEmail(normalized)).toBe(normalized)
    expect(await hashEmail(input)).toBe(hash)
  })

  it.each(invalidEmails)('%j is refused (%s)', async (input) => {
    expect(() => normalizeEmail(input)).toThrow(TypeError)
    await expect(hashEmail(input)).rejects.toThrow(TypeError)
  })
})

describe('e-mail addresses that implementations normalise differently (U7)', () => {
  it.each(emailEdges)('$input is $ours, like $follows', async ({ input, operator, operatorHash, ours }) => {
    if (ours === 'refused') {
      await expect(hashEmail(input)).rejects.toThrow(TypeError)
      return
    }
    expect(normalizeEmail(input)).toBe(ours)
    const hash = await hashEmail(input)
    if (ours === operator) expect(hash).toBe(operatorHash)
    else expect(hash).not.toBe(operatorHash)
  })
})

describe('another spelling of an address (U7c)', () => {
  it.each(disguised)('%j is refused, and so gets no hash of its own (U7c)', async (input) => {
    expect(() => normalizeEmail(input)).toThrow(TypeError)
    expect(await directHash(input)).toBeNull()
  })

  it('is refused with an invisible character at any place (U7c)', async () => {
    for (const input of withUnseen('optout@example.com')) {
      expect(() => normalizeEmail(input), JSON.stringify(input)).toThrow(TypeError)
      expect(await directHash(input), JSON.stringify(input)).toBeNull()
    }
  })

  it.each(unusual)('%s is unusual but valid, and accepted', async (input) => {
    expect(normalizeEmail(input)).toBe(input)
    expect(await directHash(input)).toBe(await hashEmail(input))
  })
})

describe('the reserved identities of every operator', () => {
  it.each(Object.entries(testIdentities))(
    '%s has an address and a number that are accepted (U17)',
    async (_, [email, phone]) => {
      expect(normalizeEmail(email)).toBe(email)
      expect(normalizePhone(phone)).toBe(phone)
    },
  )
})

describe('phone numbers (U7b)', () => {
  it.each(phones)('%s hashes to %s (%s)', async (phone, hash) => {
    expect(normalizePhone(phone)).toBe(phone)
    expect(await hashPhone(phone)).toBe(hash)
  })

  it.each(invalidPhones)('%j is refused (%s)', async (input) => {
    expect(() => normalizePhone(input)).toThrow(TypeError)
    await expect(hashPhone(input)).rejects.toThrow(TypeError)
  })
})

describe('hashes made by the caller', () => {
  it.each(hashes)('%s is sent in base64', (hash) => {
    expect(toBase64Hash(hash, 'emailHash')).toBe(hashes[0])
  })

  it.each(invalidHashes)('%j is refused (%s)', (hash) => {
    expect(() => toBase64Hash(hash, 'emailHash')).toThrow(/^emailHash must be/)
  })
})
