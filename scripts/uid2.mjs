// The protocol on the command line: generate, refresh, validate, hash, decode-envelope, inspect-token, verify.
import { launch } from './command-line/launch.mjs'

// Runs in the caller's folder, so that file names are relative to it.
await launch('uid2/main.ts', process.cwd())
