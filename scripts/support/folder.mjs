import { root } from './runtime.mjs'
import { giveUp } from './say.mjs'

/**
 * Characters in the project's path that break tools which read the path as a URL or a pattern: Turbopack
 * stops with a stack trace at `#`; Vitest and Playwright do not find their files at the others.
 */
const unusable = { site: /#/, tests: /[#?%*\p{Cc}]/u }

/**
 * One sentence about a path in which the site cannot be built, or its tests cannot run. Else null. Pure.
 *
 * @param {string} folder
 * @param {keyof typeof unusable} purpose
 */
export function folderFault(folder, purpose) {
  const [character] = unusable[purpose].exec(folder) ?? []
  if (character === undefined) return null
  const what = purpose === 'site' ? 'Next cannot build' : 'the tools of the tests do not work'
  return `The path of this folder has the character ${JSON.stringify(character)}, with which ${what}. Rename the folder, or clone the project into another one (here: ${folder}).`
}

/** @param {keyof typeof unusable} purpose */
export function requireUsableFolder(purpose) {
  const fault = folderFault(root, purpose)
  if (fault !== null) giveUp(fault)
}
