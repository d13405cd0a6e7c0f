// Writes the registry of patterns to a folder, in the format of shadcn: docs/take-it-home.md.
import { launch } from './command-line/launch.mjs'

await launch('registry/main.ts')
