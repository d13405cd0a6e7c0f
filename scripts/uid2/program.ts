import { Uid2Error } from '#lib/uid2/index.ts'
import type { Failure, Program } from '../command-line/command.ts'
import { EXIT } from '../command-line/program.ts'
import { printable } from '../command-line/terminal.ts'
import { decodeEnvelope } from './commands/decode-envelope.ts'
import { generate } from './commands/generate.ts'
import { hash } from './commands/hash.ts'
import { inspectToken } from './commands/inspect-token.ts'
import { refresh } from './commands/refresh.ts'
import { validate } from './commands/validate.ts'
import { verify } from './commands/verify.ts'

export const program: Program = {
  name: 'uid2',
  commands: [generate, refresh, validate, hash, decodeEnvelope, inspectToken, verify],
  about: [
    'Credentials come from the environment or .env.local, never from the command line: UID2_BASE_URL,',
    'UID2_API_KEY, UID2_CLIENT_SECRET, UID2_PRODUCT (uid2 or euid), UID2_TIMEOUT_MS.',
    'Without a UID2 account: `npm start` runs a sandbox operator and prints what to export.',
    '',
    'Exit codes: 0 success; 1 negative result; 2 wrong usage; 3 the operator or the connection to it failed;',
    '70 a bug in this command.',
  ],
  secrets: ['UID2_API_KEY', 'UID2_CLIENT_SECRET', 'REFRESH_RESPONSE_KEY'],
  refusals: [[/^-.*(key|secret|token)/, 'credentials come only from the environment.']],
  explain: (error) => (error instanceof Uid2Error ? explain(error) : undefined),
}

function explain(error: Uid2Error): Failure {
  const { code, reason, message, transient } = error
  const { httpStatus, operatorMessage, clockSkewMs, retryAfterMs } = error
  const text = [`${message} (${code})`, ...(operatorMessage ? [operatorMessage] : [])].join(': ')
  const unmeasured = code === 'clock_skew' && clockSkewMs === undefined
  const advice = unmeasured ? ' `verify` measures how far your clock is off.' : ''
  return {
    exitCode: EXIT.outside,
    sentence: printable(text.replace(/\.?$/, '.') + advice),
    json: {
      ...{ kind: 'operator', code, reason, message, transient },
      ...{ httpStatus, operatorMessage, clockSkewMs, retryAfterMs },
    },
  }
}
