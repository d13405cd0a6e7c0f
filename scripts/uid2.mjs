// The protocol on the command line: generate, refresh, validate, hash, decode-envelope, inspect-token, verify.
import { launch } from './command-line/launch.mjs'

// In the folder of whoever calls, so that the names of files mean what they mean there.
await launch('uid2/main.ts', process.cwd())
