// Records of the consent store on the command line, to answer people's requests: export, forget.
import { launch } from './command-line/launch.mjs'
import { root } from './support/runtime.mjs'

// Runs in the project, so that a relative folder in the environment is the site's.
await launch('choices/main.ts', root)
