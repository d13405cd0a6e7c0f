import type { EnvFault } from '#lib/env/schema.ts'
import { describeApiKey } from '#lib/uid2/index.ts'
import type { Context } from '../../command-line/command.ts'
import type { Credentials } from '../credentials.ts'
import { findKnownOperator, isNoOperator, type KnownOperator } from '../hosts.ts'
import type { Finding } from './finding.ts'

const apart = 'Keys, secrets and UIDs of one environment or product are not valid in another.'

/** Variables that the site's own rules reject. */
export function faultFindings(faults: readonly EnvFault[], env: Context['env']): Finding[] {
  return faults.map(({ variable, fault, remedy }) => {
    const found = { check: variable, level: 'fault' as const, what: `${fault}.`, remedy }
    if (variable === 'UID2_CLIENT_SECRET' && describeApiKey(env.UID2_CLIENT_SECRET ?? ''))
      return {
        ...found,
        what: 'is an API key.',
        remedy: 'Put the client secret here, and the API key into UID2_API_KEY.',
      }
    return found
  })
}

/** What the three values reveal by themselves, before any call. Pure. */
export function configurationFindings({ baseUrl, apiKey, clientSecret, product }: Credentials): Finding[] {
  const url = new URL(baseUrl)
  const known = findKnownOperator(url.hostname)
  return [
    hostFinding(url, known),
    ...productFindings(known, product),
    ...keyFindings({ apiKey, clientSecret, product }, known),
  ]
}

function hostFinding({ hostname, pathname }: URL, known: KnownOperator | undefined): Finding {
  const check = 'UID2_BASE_URL'
  if (isNoOperator(hostname))
    return {
      check,
      level: 'fault',
      what: 'is a host of pages and scripts, not of an operator.',
      remedy: 'Use the operator’s address from https://unifiedid.com/docs/getting-started/gs-environments.',
    }
  if (/\/v[0-9]+(\/|$)|\/token(\/|$)/.test(pathname))
    return {
      check,
      level: 'fault',
      what: 'contains the path of an endpoint.',
      why: 'The paths of the endpoints are added to it.',
      remedy: 'Remove /v2 and everything after it.',
    }
  if (!known)
    return {
      check,
      level: 'note',
      what: 'is not a public operator, so its environment is unknown; that is right for a private operator.',
    }
  const name =
    known.environment === 'local'
      ? 'an operator on this machine'
      : `${known.product?.toUpperCase()} ${known.environment}`
  return { check, level: 'ok', what: `is ${name}.` }
}

function productFindings(known: KnownOperator | undefined, product: Credentials['product']): Finding[] {
  if (!known?.product || known.product === product) return []
  return [
    {
      check: 'UID2_PRODUCT',
      level: 'fault',
      what: `is ${product}, but the operator is one of ${known.product.toUpperCase()}.`,
      why: apart,
      remedy: `Set UID2_PRODUCT=${known.product}, or use an operator of ${product.toUpperCase()}.`,
    },
  ]
}

function keyFindings(
  { apiKey, clientSecret, product }: Pick<Credentials, 'apiKey' | 'clientSecret' | 'product'>,
  known: KnownOperator | undefined,
): Finding[] {
  const check = 'UID2_API_KEY'
  const key = describeApiKey(apiKey)
  if (!key) return [unreadableKey(apiKey, clientSecret)]
  const environment = known?.environment
  // A test operator on this machine may know any keys.
  const level = environment === 'local' ? 'warning' : 'fault'
  const faults: Finding[] = []
  const add = (wrong: boolean, what: string, remedy: string) => {
    if (wrong) faults.push({ check, level, what, why: apart, remedy })
  }
  if (key.role === 'operator')
    faults.push({
      check,
      level: 'fault',
      what: 'is the key of an operator, not of a publisher.',
      why: 'It may not generate tokens.',
      remedy: 'Use the API key of your site (in the portal, API Keys); it has -C- in it.',
    })
  add(
    key.product !== product,
    `is a key of ${key.product.toUpperCase()}, but UID2_PRODUCT is ${product}.`,
    `Set UID2_PRODUCT=${key.product}, or use a key of ${product.toUpperCase()}.`,
  )
  add(
    environment !== undefined && environment !== 'local' && environment !== key.environment,
    `is a key of the environment ${key.environment}, but the operator is one of ${environment}.`,
    `Use the key and the secret of ${environment}, or an operator of ${key.environment}.`,
  )
  if (environment === 'local' && (key.environment === 'prod' || key.environment === 'integ'))
    faults.push({
      check,
      level: 'warning',
      what: `is a key of the environment ${key.environment}, but the operator is on this machine.`,
      why: apart,
    })
  if (faults.length > 0) return faults
  const name = `${key.product.toUpperCase()} ${key.environment}, site ${key.siteId}`
  return [{ check, level: 'ok', what: `is a key of ${name}.` }]
}

function unreadableKey(apiKey: string, clientSecret: string): Finding {
  const check = 'UID2_API_KEY'
  if (apiKey === clientSecret)
    return {
      check,
      level: 'fault',
      what: 'is the client secret.',
      remedy: 'Put the API key here, and the client secret into UID2_CLIENT_SECRET.',
    }
  if (/^(UID2|EUID)-/i.test(apiKey))
    return {
      check,
      level: 'fault',
      what: 'begins like an API key but is incomplete or changed.',
      remedy: 'Copy it again (in the portal, API Keys); after the site id it has 6 characters, a dot and 38.',
    }
  return {
    check,
    level: 'note',
    what: 'has an older form, which does not contain its environment and product.',
  }
}
