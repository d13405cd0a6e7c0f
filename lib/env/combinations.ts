import 'server-only'
import type { EnvFault, ParsedEnv } from './parsed-env'
import { random, type VariableName, variables } from './variables'

export const operatorNames = ['UID2_BASE_URL', 'UID2_API_KEY', 'UID2_CLIENT_SECRET'] as const

/** Each sign-in provider needs all of its variables. */
const providers: Record<string, readonly VariableName[]> = {
  Google: ['AUTH_GOOGLE_ID', 'AUTH_GOOGLE_SECRET'],
  Apple: ['AUTH_APPLE_ID', 'AUTH_APPLE_TEAM', 'AUTH_APPLE_KEY_ID', 'AUTH_APPLE_PRIVATE_KEY'],
  Facebook: ['AUTH_FACEBOOK_ID', 'AUTH_FACEBOOK_SECRET'],
  'the OpenID provider': ['AUTH_OIDC_ISSUER', 'AUTH_OIDC_ID', 'AUTH_OIDC_SECRET'],
  mail: ['SMTP_URL', 'MAIL_FROM'],
}

/** Rules about several variables. `values` may lack variables that have a fault of their own. */
export function combinationFaults(
  { values, mode, deployed, demoSignIn, origin }: ParsedEnv,
  isSet: (name: VariableName) => boolean,
): EnvFault[] {
  const faults: EnvFault[] = []
  const add = (broken: boolean, variable: VariableName, fault: string, remedy: string) => {
    if (broken) faults.push({ variable, fault, remedy })
  }
  const publicSandbox = values.SANDBOX_PUBLIC === 'on'
  for (const name of operatorNames)
    add(
      mode === 'real' && !isSet(name),
      name,
      'is missing while another UID2 credential is set',
      `Set it to ${variables[name].remedy}, or unset all three for the sandbox.`,
    )
  add(
    deployed && !origin.startsWith('https:'),
    'NEXTAUTH_URL',
    'is plain http on a public host',
    'Serve the site over https.',
  )
  add(
    deployed && mode === 'sandbox' && !publicSandbox,
    'UID2_BASE_URL',
    'is not set, and the sandbox operator does not run on a deployed site',
    'Set UID2_BASE_URL, UID2_API_KEY and UID2_CLIENT_SECRET, or SANDBOX_PUBLIC=on for a public demo.',
  )
  add(
    mode === 'real' && publicSandbox,
    'SANDBOX_PUBLIC',
    'is on while a real operator is set',
    'Unset it, or unset the UID2 credentials.',
  )
  add(
    publicSandbox && isSet('PREBID_SERVER_URL'),
    'PREBID_SERVER_URL',
    'is set on a public sandbox, whose tokens mean nothing to real buyers',
    'Unset it.',
  )
  add(
    mode === 'real' && deployed && demoSignIn,
    'DEMO_SIGN_IN',
    'is on at a deployed site with a real operator: anyone could claim any address',
    'Unset it and configure a sign-in provider.',
  )
  for (const name of ['NEXTAUTH_SECRET', 'SESSION_PASSWORD', 'CHOICES_PEPPER', 'DATABASE_URL'] as const)
    add(
      deployed && !isSet(name),
      name,
      'is required on a deployed site',
      `Set it to ${variables[name].remedy}.`,
    )
  add(
    !deployed && values.DATABASE_URL?.startsWith('postgres') === true && !isSet('CHOICES_PEPPER'),
    'CHOICES_PEPPER',
    'is required with PostgreSQL, because several instances share it',
    `Set it to ${variables.CHOICES_PEPPER.remedy}.`,
  )
  for (const [provider, names] of Object.entries(providers)) {
    const given = names.filter(isSet)
    for (const name of names)
      add(
        given.length > 0 && !isSet(name),
        name,
        `is missing while another variable of ${provider} is set`,
        `Set it to ${variables[name].remedy}, or unset ${names.join(', ')}.`,
      )
    add(
      publicSandbox && given.length > 0,
      given[0] ?? 'SANDBOX_PUBLIC',
      'is set on a public sandbox, which has the demo sign-in only',
      'Unset it.',
    )
  }
  add(
    isSet('AUTH_APPLE_ID') && !origin.startsWith('https:'),
    'AUTH_APPLE_ID',
    'is set on a site without https, and Apple answers with a form that carries no cookie there',
    'Set NEXTAUTH_URL to an https origin, or unset the variables of Apple.',
  )
  add(
    deployed && (values.HOLDOUT_PERCENT ?? 0) > 0 && !isSet('HOLDOUT_SALT'),
    'HOLDOUT_SALT',
    'is required on a deployed site while HOLDOUT_PERCENT is above 0',
    `Set it to ${variables.HOLDOUT_SALT.remedy}. Keep it for as long as the experiment runs.`,
  )
  faults.push(...sharedSecrets(values))
  return faults
}

/** The pepper and the salt must differ from other secrets: one leaked secret would reveal the other. */
function sharedSecrets(values: ParsedEnv['values']): EnvFault[] {
  const others = [
    values.UID2_CLIENT_SECRET,
    values.NEXTAUTH_SECRET,
    values.SESSION_PASSWORD,
    ...(values.SESSION_PASSWORD_PREVIOUS ?? []),
  ]
  const peppers = [values.CHOICES_PEPPER, ...(values.CHOICES_PEPPER_PREVIOUS ?? [])]
  const equals = (own: (string | undefined)[], foreign: (string | undefined)[]) =>
    own.some((secret) => secret !== undefined && foreign.includes(secret))
  const fault = (variable: VariableName): EnvFault => ({
    variable,
    fault: 'equals another secret',
    remedy: `Give it a value of its own: ${random}`,
  })
  return [
    ...(equals(peppers, others) ? [fault('CHOICES_PEPPER')] : []),
    ...(equals([values.HOLDOUT_SALT], [...others, ...peppers]) ? [fault('HOLDOUT_SALT')] : []),
  ]
}
