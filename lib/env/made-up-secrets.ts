import 'server-only'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const shape = z.object({ nextAuthSecret: z.string(), sessionPassword: z.string(), choicesPepper: z.string() })

/**
 * Secrets for a site that is not deployed: made up once and kept under DATA_DIR, so that a restart signs
 * nobody out. Two processes that start at once agree: only one can create the file.
 */
export function madeUpSecrets(dataDir: string): z.infer<typeof shape> {
  const path = join(dataDir, 'secrets.json')
  const random = () => randomBytes(32).toString('base64')
  mkdirSync(dataDir, { recursive: true })
  try {
    const made = { nextAuthSecret: random(), sessionPassword: random(), choicesPepper: random() }
    writeFileSync(path, `${JSON.stringify(made, null, 2)}\n`, { flag: 'wx', mode: 0o600 })
    return made
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return shape.parse(JSON.parse(readFileSync(path, 'utf8')))
  }
}
