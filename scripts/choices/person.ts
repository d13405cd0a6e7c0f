import { type DiiFault, readDii } from '#lib/auth/read-dii.ts'
import { hashEmail, hashPhone } from '#lib/uid2/index.ts'
import {
  type Arguments,
  type Context,
  type Option,
  toUsageError,
  UsageError,
} from '../command-line/command.ts'

export const personOptions = {
  email: { value: 'ADDRESS', help: 'e-mail address of the person who asks; - reads it from standard input' },
  phone: { value: 'NUMBER', help: 'or phone number, with country code; - reads it from standard input' },
} as const satisfies Record<string, Option>

const faults: Record<DiiFault, string> = {
  empty: 'A value is empty.',
  bad_email: 'This is not an e-mail address.',
  looks_hashed: 'This looks like a hash; give the address itself.',
  bad_phone: 'This is not a phone number with a country code, such as +44 20 7946 0018.',
}

/** How the output refers to the person, without naming them. */
export interface Person {
  readonly diiHash: string
  readonly what: 'address' | 'number'
}

/** The person in the arguments, hashed as the site hashes a reader. */
export async function readPerson(args: Arguments, context: Context): Promise<Person> {
  const [email, phone] = [args.text('email'), args.text('phone')]
  if ((email === undefined) === (phone === undefined))
    throw new UsageError('Name one person: exactly one of --email and --phone.')
  const typed = await context.textOf(email ?? phone ?? '')
  const dii = readDii(email === undefined ? { phone: typed } : { email: typed })
  if (typeof dii === 'string') throw new UsageError(faults[dii])
  return dii.kind === 'email'
    ? { diiHash: await toUsageError(() => hashEmail(dii.value)), what: 'address' }
    : { diiHash: await toUsageError(() => hashPhone(dii.value)), what: 'number' }
}
