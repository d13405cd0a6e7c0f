import { describe, expect, it } from 'vitest'
import { parseEnv } from '#lib/env/schema.ts'

const faults = (raw: Record<string, string>) => {
  const result = parseEnv(raw)
  return 'faults' in result ? result.faults : []
}

describe('an unknown variable', () => {
  it.each([
    ['UID2_APIKEY', 'UID2_API_KEY'],
    ['UID2_API_KEYS', 'UID2_API_KEY'],
    ['UID2_API_KYE', 'UID2_API_KEY'],
    ['UID_API_KEY', 'UID2_API_KEY'],
    ['uid2_api_key', 'UID2_API_KEY'],
    ['UID2_CLIENT_SERCET', 'UID2_CLIENT_SECRET'],
    ['UID2_BASEURL', 'UID2_BASE_URL'],
    ['UID2_BASE_URI', 'UID2_BASE_URL'],
    ['UID2_TIMEOUT', 'UID2_TIMEOUT_MS'],
    ['UID2_REFRESH_WAIT', 'UID2_REFRESH_WAIT_MS'],
    ['UID2_HAND_OFF', 'UID2_HANDOFF'],
    ['EUID_API_KEY', 'UID2_API_KEY'],
    ['EUID_PRODUCT', 'UID2_PRODUCT'],
    ['EUID_CLIENT_SECRETS', 'UID2_CLIENT_SECRET'],
  ])('%s is a fault that names %s (E1)', (name, meant) => {
    const [fault, ...others] = faults({ [name]: 'x' })
    expect(others).toEqual([])
    expect(fault?.variable).toBe(name)
    expect(fault?.remedy).toContain(meant)
  })

  it.each([
    'uid2',
    'uid2-operator',
    'uid2-api',
    'uid2-base',
    'uid2-client',
    'uid2-product',
    'euid',
    'euid-api',
  ])('variables that Kubernetes and Docker set for a service called %s are ignored (E1)', (service) => {
    const name = service.toUpperCase().replaceAll('-', '_')
    const injected = {
      [`${name}_SERVICE_HOST`]: '10.0.0.11',
      [`${name}_SERVICE_PORT`]: '80',
      [`${name}_SERVICE_PORT_HTTP`]: '80',
      [`${name}_PORT`]: 'tcp://10.0.0.11:80',
      [`${name}_PORT_80_TCP`]: 'tcp://10.0.0.11:80',
      [`${name}_PORT_80_TCP_PROTO`]: 'tcp',
      [`${name}_PORT_80_TCP_PORT`]: '80',
      [`${name}_PORT_80_TCP_ADDR`]: '10.0.0.11',
      [`${name}_NAME`]: '/web/uid2',
      [`${name}_ENV_PATH`]: '/bin',
    }
    expect(faults(injected)).toEqual([])
  })

  it.each([
    'UID2',
    'UID2_',
    'UID2_HOST',
    'UID2_VERSION',
    'UID2_SDK_BUNDLE',
    'EUID',
    'UID',
    'EUID_KEY',
    'MY_UID2_API_KEY',
    'PATH',
  ])('%s is ignored (E1)', (name) => {
    expect(faults({ [name]: 'x' })).toEqual([])
  })
})
