const PATTERN = /^(UID2|EUID)-([CO])-([LTIP])-(\d{1,9})-.{6}\..{38}$/

const environments = { L: 'local', T: 'test', I: 'integ', P: 'prod' } as const

/** What an API key says about itself; `undefined` for keys of the form before there was a pattern. */
export function describeApiKey(apiKey: string):
  | {
      product: 'uid2' | 'euid'
      role: 'client' | 'operator'
      environment: 'local' | 'test' | 'integ' | 'prod'
      siteId: number
    }
  | undefined {
  const [, product, role, environment, siteId] = PATTERN.exec(apiKey) ?? []
  if (environment === undefined) return undefined
  return {
    product: product === 'EUID' ? 'euid' : 'uid2',
    role: role === 'O' ? 'operator' : 'client',
    environment: environments[environment as keyof typeof environments],
    siteId: Number(siteId),
  }
}
