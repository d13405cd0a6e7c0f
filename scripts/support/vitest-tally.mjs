import { writeFileSync } from 'node:fs'
import { vitestTally } from './failures.mjs'

/** A Vitest reporter: writes what passed and failed to the file in `TALLY_FILE`. */
export default class {
  onTestRunEnd(modules, unhandledErrors) {
    writeFileSync(process.env.TALLY_FILE, JSON.stringify(vitestTally(modules, unhandledErrors)))
  }
}
