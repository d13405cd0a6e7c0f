import { ensureInstalled } from '../support/install.mjs'

await ensureInstalled()
