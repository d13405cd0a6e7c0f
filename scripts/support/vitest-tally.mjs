import { writeFileSync } from 'node:fs'
import { vitestTally } from './failures.mjs'

/** A reporter of Vitest: writes what passed and what failed to the file that `TALLY_FILE` names. */
export default class {
  onTestRunEnd(modules, unhandledErrors) {
    writeFileSync(process.env.TALLY_FILE, JSON.stringify(vitestTally(modules, unhandledErrors)))
  }
}
