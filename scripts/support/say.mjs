/** Prints one sentence instead of a stack trace and exits with code 1. */
export function giveUp(sentence) {
  process.stderr.write(`\n${sentence}\n\n`)
  process.exit(1)
}

/** Prints a step of progress, e.g. `· building the site`. */
export const step = (text) => process.stdout.write(`· ${text}\n`)
