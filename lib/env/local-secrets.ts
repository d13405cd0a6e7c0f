import 'server-only'
import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const shape = z.object({ nextAuthSecret: z.string(), sessionPassword: z.string(), choicesPepper: z.string() })

export type Secrets = z.infer<typeof shape>

const pathIn = (dataDir: string) => join(dataDir, 'secrets.json')

/**
 * Secrets for a site that is not deployed. They are created once and kept under DATA_DIR, so a restart signs
 * no one out. The file appears completely or not at all. When two processes start at once, one creates it.
 */
export function readOrCreateSecrets(dataDir: string): Secrets {
  const path = pathIn(dataDir)
  mkdirSync(dataDir, { recursive: true })
  if (!existsSync(path)) {
    const random = () => randomBytes(32).toString('base64')
    const made = { nextAuthSecret: random(), sessionPassword: random(), choicesPepper: random() }
    const draft = `${path}.${process.pid}`
    writeFileSync(draft, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 })
    try {
      linkSync(draft, path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    } finally {
      unlinkSync(draft)
    }
  }
  return read(path)
}

/** The secrets that the site created. Null: it has not. */
export function readLocalSecrets(dataDir: string): Secrets | null {
  try {
    return read(pathIn(dataDir))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

const read = (path: string): Secrets => shape.parse(JSON.parse(readFileSync(path, 'utf8')))
