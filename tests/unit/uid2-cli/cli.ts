import { run, type Setting } from '#tests/support/command-line.ts'
import { program } from '../../../scripts/uid2/program.ts'

export const cli = (line: readonly string[], setting?: Setting) => run(program, line, setting)
