import { expect, it } from 'vitest'
import { parse, sourceFiles } from '../architecture/project.ts'
import { describeOwnSignIn, inPlace, inPlaceName, paths, reading, replaced } from '../support/own-sign-in.ts'

describeOwnSignIn('instead of ours', inPlaceName, inPlace)

const gone = (path: string) => paths.some((each) => path === each || path.startsWith(`${each}/`))
/** The site after all is deleted that may be. */
const left = sourceFiles
  .filter(({ path }) => /^(app|lib|proxy)\b/.test(path) && !gone(path))
  .map((file) => (file.path in replaced ? parse(file.path, reading) : file))

it('no file knows next-auth when all is deleted that may be', () => {
  const users = left.filter(({ imports }) =>
    imports.some(({ source }) => /^(next-auth|nodemailer)/.test(source)),
  )
  expect(left.length).toBeGreaterThan(50)
  expect(users.map(({ path }) => path)).toEqual([])
})

it('no file needs one that may be deleted', () => {
  const needs = left.flatMap(({ path, imports }) =>
    imports.flatMap(({ target }) => (target !== undefined && gone(target) ? [`${path}: ${target}`] : [])),
  )
  expect(needs).toEqual([])
})
