import {
  type Answer,
  type Arguments,
  type Command,
  type Context,
  toUsageError,
  UsageError,
} from '../../command-line/command.ts'
import { type Credentials, NOT_CONFIGURED, readCredentials } from '../credentials.ts'
import { rawOptions, readRawDii } from '../dii-arguments.ts'
import { type Dii, readAs } from '../mistakes/typed-dii.ts'
import { configurationFindings, faultFindings } from '../verify/configuration.ts'
import { failureFinding } from '../verify/failure.ts'
import { type Finding, reportLines } from '../verify/finding.ts'
import { hashFindings, tokenFindings } from '../verify/pipeline.ts'
import { type RoundTrip, roundTrip, scopeFinding } from '../verify/round-trip.ts'

export const verify: Command = {
  name: 'verify',
  summary: 'Checks a publisher’s set-up: credentials, a round trip, and your own hashes and tokens',
  options: {
    ...rawOptions,
    hash: { value: 'HASH', help: 'what your system sends to the operator for this person' },
    token: { value: 'TOKEN', help: 'an advertising token that your system got for this person' },
    thorough: { help: 'with --token: also try two mistakes at once, some hundreds of calls' },
    offline: { help: 'make no calls: check only the variables and --hash' },
  },
  details: [
    'For a wrong hash the operator answers with success and a token that matches no one. Give a person as your',
    'readers type them, with capitals, spaces and gmail dots, and what your system sends or gets for them: --hash,',
    '--token or both. If it is wrong, verify names the mistake.',
  ],
  async run(args, context): Promise<Answer> {
    const pipeline = await readPipeline(args, context)
    const findings: Finding[] = []
    const credentials = checkConfiguration(args, context, findings)
    const trip = credentials && !args.flag('offline') ? await roundTrip(credentials, context) : undefined
    findings.push(...(trip?.findings ?? []))
    if (pipeline?.hash !== undefined) findings.push(...hashFindings(pipeline.dii, pipeline.hash))
    if (pipeline?.token !== undefined && credentials && trip)
      findings.push(...(await checkToken(trip, credentials.product, pipeline.token, pipeline.dii, args)))
    return toAnswer(findings)
  },
}

interface Pipeline {
  readonly dii: Dii
  readonly hash: string | undefined
  readonly token: string | undefined
}

async function readPipeline(args: Arguments, context: Context): Promise<Pipeline | undefined> {
  const [hash, token] = [args.text('hash'), args.text('token')]
  const raw = await readRawDii(args, context)
  if (!raw && hash === undefined && token === undefined) return undefined
  if (!raw) throw new UsageError('--hash and --token need the person: --email or --phone.')
  if (hash === undefined && token === undefined)
    throw new UsageError('--email and --phone need what your system made of them: --hash, --token or both.')
  if (token !== undefined && args.flag('offline'))
    throw new UsageError('Only an operator can check --token: leave out --offline.')
  return {
    dii: await toUsageError(() => readAs(raw.kind, raw.given)),
    hash: hash === undefined ? undefined : await context.textOf(hash),
    token: token === undefined ? undefined : await context.textOf(token),
  }
}

/** The credentials, if they may be used for a call. */
function checkConfiguration(args: Arguments, context: Context, findings: Finding[]): Credentials | undefined {
  const read = readCredentials(context.env)
  if ('unset' in read) {
    if (!args.flag('offline')) throw new UsageError(`${NOT_CONFIGURED} --offline checks --hash without one.`)
    if (args.text('hash') === undefined) throw new UsageError(NOT_CONFIGURED)
    return undefined
  }
  if ('faults' in read) {
    findings.push(...faultFindings(read.faults, context.env))
    return undefined
  }
  findings.push(...configurationFindings(read.credentials))
  // A key is not sent to a host that is known to be wrong for it.
  return findings.some(({ level }) => level === 'fault') ? undefined : read.credentials
}

async function checkToken(
  { client, validates }: RoundTrip,
  product: Credentials['product'],
  token: string,
  dii: Dii,
  args: Arguments,
): Promise<Finding[]> {
  const check = 'token'
  const scope = scopeFinding(check, token, product)
  if (scope.level === 'fault') return [scope]
  if (!validates)
    return [
      {
        check,
        level: 'unknown',
        what: 'could not be checked, because the operator does not validate a token of its own test person.',
      },
    ]
  return tokenFindings(client, token, dii, args.flag('thorough') ? 2 : 1).catch((error: unknown) => [
    failureFinding(check, error),
  ])
}

function toAnswer(findings: readonly Finding[]): Answer {
  const count = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length
  const [faults, unknown] = [count('fault'), count('unknown')]
  const ok = faults === 0 && unknown === 0
  const summary =
    faults > 0
      ? `${faults} ${faults === 1 ? 'fault' : 'faults'} found`
      : ok
        ? 'no faults found'
        : 'not everything could be checked'
  return {
    ok,
    unreachable: faults === 0,
    json: { faults, findings },
    lines: (paint) => [
      ...reportLines(findings, paint),
      '',
      (ok ? paint.good : faults > 0 ? paint.bad : paint.warn)(summary),
    ],
  }
}
