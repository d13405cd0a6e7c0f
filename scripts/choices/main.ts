import { runProcess } from '../command-line/process.ts'
import { program } from './program.ts'

await runProcess(program)
