import type { DiiInput } from '#lib/uid2/index.ts'
import { type Arguments, type Context, type Option, UsageError } from './command.ts'

/** The options that name a person, and what lib/uid2 calls them. */
export const diiOptions = {
  email: { value: 'ADDRESS', help: 'e-mail address; - reads it from standard input' },
  phone: { value: 'NUMBER', help: 'phone number in E.164; - reads it from standard input' },
  'email-hash': { value: 'HASH', help: 'SHA-256 of the normalised address, base64 or hex' },
  'phone-hash': { value: 'HASH', help: 'SHA-256 of the phone number, base64 or hex' },
} as const satisfies Record<string, Option>

export const rawOptions = {
  email: diiOptions.email,
  phone: diiOptions.phone,
} as const satisfies Record<string, Option>

const names = {
  email: 'email',
  phone: 'phone',
  'email-hash': 'emailHash',
  'phone-hash': 'phoneHash',
} as const

/** The one person that the arguments name. */
export async function readDii(args: Arguments, context: Context): Promise<DiiInput> {
  const [given, ...more] = (Object.keys(names) as (keyof typeof names)[]).filter(
    (option) => args.text(option) !== undefined,
  )
  if (given === undefined || more.length > 0)
    throw new UsageError('Name one person: exactly one of --email, --phone, --email-hash, --phone-hash.')
  const value = await context.textOf(args.text(given) ?? '')
  return { [names[given]]: value } as DiiInput
}

/** The one address or number that the arguments name; `undefined` when they name none. */
export async function readRawDii(
  args: Arguments,
  context: Context,
): Promise<{ kind: 'email' | 'phone'; given: string } | undefined> {
  const { email, phone } = { email: args.text('email'), phone: args.text('phone') }
  if (email !== undefined && phone !== undefined) throw new UsageError('Give --email or --phone, not both.')
  if (email !== undefined) return { kind: 'email', given: await context.textOf(email) }
  if (phone !== undefined) return { kind: 'phone', given: await context.textOf(phone) }
  return undefined
}
