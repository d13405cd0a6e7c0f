import 'server-only'

/** README.md lists the variables. They are read as the server runs: a build needs no secrets. */
export function variable(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: see README.md.`)
  return value
}

/** Browsers accept `__Host-` and `__Secure-` cookies only over https. */
export const isHttps = (): boolean => variable('NEXTAUTH_URL').startsWith('https:')
