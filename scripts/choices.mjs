// The records of the store on the command line, for people who ask what is kept about them: export, forget.
import { launch } from './command-line/launch.mjs'
import { root } from './support/runtime.mjs'

// In the project, so that a folder in the environment is the one that the site means.
await launch('choices/main.ts', root)
