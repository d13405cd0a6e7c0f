import type { DiiInput } from '#lib/uid2/index.ts'
import { type Arguments, type Context, type Option, UsageError } from '../command-line/command.ts'

/** The options for a person, and lib/uid2's names for them. */
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

/** The name of the positional argument for a person. */
export const personArgument = 'PERSON'

/** The person in the arguments: by an option, or by `person` where a command accepts that. */
export async function readDii(args: Arguments, context: Context, person?: string): Promise<DiiInput> {
  const given = (Object.keys(names) as (keyof typeof names)[]).filter((name) => args.text(name) !== undefined)
  const [option] = given
  if (given.length + (person === undefined ? 0 : 1) !== 1)
    throw new UsageError('Name one person: exactly one of --email, --phone, --email-hash, --phone-hash.')
  const value = await context.textOf((option ? args.text(option) : person) ?? '')
  return { [option ? names[option] : kindOf(value)]: value } as DiiInput
}

/** The address or number in the arguments. `undefined`: none. */
export async function readRawDii(
  args: Arguments,
  context: Context,
): Promise<{ kind: 'email' | 'phone'; given: string } | undefined> {
  const { email, phone, argument } = {
    email: args.text('email'),
    phone: args.text('phone'),
    argument: args.argument,
  }
  if ([email, phone, argument].filter((it) => it !== undefined).length > 1)
    throw new UsageError('Name one person: one address or one number.')
  if (argument !== undefined) {
    const given = await context.textOf(argument)
    return { kind: kindOf(given), given }
  }
  if (email !== undefined) return { kind: 'email', given: await context.textOf(email) }
  if (phone !== undefined) return { kind: 'phone', given: await context.textOf(phone) }
  return undefined
}

/** An address contains @. Other text of digits is a phone number. */
function kindOf(person: string): 'email' | 'phone' {
  return /^[\s+\d().-]+$/.test(person) ? 'phone' : 'email'
}
