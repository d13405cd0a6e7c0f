import { expect, it } from 'vitest'
import { parse, sourceFiles } from '../architecture/project.ts'
import { describeOwnSignIn, inPlace, inPlaceName, paths, reading, replaced } from '../support/own-sign-in.ts'

describeOwnSignIn('in the place of ours', inPlaceName, inPlace)

it('no file knows next-auth when all is deleted that may be', () => {
  const gone = (path: string) => paths.some((each) => path === each || path.startsWith(`${each}/`))
  const left = sourceFiles
    .filter(({ path }) => /^(app|lib|proxy)\b/.test(path) && !gone(path))
    .map((file) => (file.path in replaced ? parse(file.path, reading) : file))
  const users = left.filter(({ imports }) =>
    imports.some(({ source }) => /^(next-auth|nodemailer)/.test(source)),
  )
  expect(left.length).toBeGreaterThan(50)
  expect(users.map(({ path }) => path)).toEqual([])
})
