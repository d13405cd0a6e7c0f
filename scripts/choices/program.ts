import { EnvError } from '#lib/env/server.ts'
import type { Failure, Program } from '../command-line/command.ts'
import { EXIT } from '../command-line/program.ts'
import { exportRecords } from './commands/export.ts'
import { forget } from './commands/forget.ts'
import { StoreFailure } from './store.ts'

export const program: Program = {
  name: 'choices',
  commands: [exportRecords, forget],
  about: [
    'The store is the one that the site has by the same environment and .env files: DATABASE_URL, DATA_DIR,',
    'CHOICES_PEPPER, CHOICES_PEPPER_PREVIOUS. The site may go on running.',
    'No address, number, hash or key is ever printed. Who asks is for you to verify before.',
    '',
    'Exit codes: 0 yes; 1 nothing on record, or nothing to erase; 2 called wrongly, or not configured;',
    '3 the store failed; 70 a fault of the command itself.',
  ],
  secrets: ['CHOICES_PEPPER', 'NEXTAUTH_SECRET', 'SESSION_PASSWORD'],
  refusals: [
    [/hash/, 'give the address or the number itself.'],
    [/pepper|key|secret|database|url/, 'the store and its keys come from the environment alone.'],
    [
      /opt|mark|site|uid/,
      'no command removes an opt-out: one of UID2 or EUID stays, and one from this site ends when its reader says yes here again.',
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
