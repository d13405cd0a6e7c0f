import { EnvError } from '#lib/env/env.ts'
import type { Failure, Program } from '../command-line/command.ts'
import { EXIT } from '../command-line/program.ts'
import { exportRecords } from './commands/export.ts'
import { forget } from './commands/forget.ts'
import { StoreFailure } from './store.ts'

export const program: Program = {
  name: 'choices',
  commands: [exportRecords, forget],
  about: [
    'Uses the site’s store, with the same environment and .env files: DATABASE_URL, DATA_DIR,',
    'CHOICES_PEPPER, CHOICES_PEPPER_PREVIOUS. The site may keep running.',
    'Never prints an address, number, hash or key. Verify first who is asking.',
    '',
    'Exit codes: 0 success; 1 nothing on record, or nothing to erase; 2 wrong usage or configuration;',
    '3 the store failed; 70 a bug in this command.',
  ],
  secrets: ['CHOICES_PEPPER', 'NEXTAUTH_SECRET', 'SESSION_PASSWORD'],
  refusals: [
    [/hash/, 'give the address or the number itself.'],
    [/pepper|key|secret|database|url/, 'the store and its keys come only from the environment.'],
    [
      /opt|mark|site|uid/,
      'no command removes an opt-out: one from UID2 or EUID stays, and one from this site ends when the reader consents here again.',
    ],
  ],
  explain,
}

function explain(error: unknown): Failure | undefined {
  if (error instanceof EnvError) {
    const { message } = error
    return { exitCode: EXIT.usage, sentence: message, json: { kind: 'configuration', message } }
  }
  if (error instanceof StoreFailure) {
    const { message, code } = error
    return { exitCode: EXIT.outside, sentence: message, json: { kind: 'store', code, message } }
  }
}
