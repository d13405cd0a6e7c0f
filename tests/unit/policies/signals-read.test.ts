import { describe, expect, it } from 'vitest'
import { checkSignals, parseFormSignals, parseSignals, readCookieSignals } from '#lib/policies/signals.ts'
import { containsDenial, findSignals } from '#lib/site/denial-in-body.ts'
import { gppOf } from '../../support/gpp.ts'
import { gppWith, tcfOf } from '../../support/tcf.ts'

const tcf = 'CPhJRpMPhJRpMABAMBFRACBoALAAAEJAAIYgAKwAQAKgArABAAqAAA'

describe('a GPP string without the ids of applicable sections', () => {
  it('means GDPR when it has the TCF section, and not without one (K6d)', () => {
    expect(checkSignals('uid2', { gpp: gppWith(tcf) })).toBe('gdpr')
    expect(checkSignals('uid2', { gpp: gppOf('usnat').gpp })).toBeNull()
    expect(checkSignals('uid2', { gpp: gppWith(tcf), gdprApplies: false })).toBeNull()
    expect(checkSignals('uid2', { gpp: gppWith(tcf), gppSid: [7] })).toBeNull()
  })

  it('means GDPR when it cannot be read', () => {
    expect(checkSignals('uid2', { gpp: 'DBA' })).toBe('gdpr')
  })
})

describe('documented signals', () => {
  it.each([
    {},
    { tcf },
    { tcf: `${tcf}.YAAAAAAAAAAA`, gdprApplies: true },
    { gpp: 'DBABLA~BVQqAAAAAgA.QA', gppSid: [7] },
    { gdprApplies: false, gppSid: [-1] },
  ])('%j are accepted unchanged', (signals) => {
    expect(parseSignals(signals)).toEqual(signals)
  })
})

describe('unreadable signals', () => {
  const others = [null, 1, '', 'CP', [], { usp: '1YYN' }, { unreadable: true }, { tcf, TCF: tcf }]
  it.each([
    ...others,
    ...[
      `${tcf}==`,
      ` ${tcf}`,
      `${tcf} `,
      `"${tcf}"`,
      `%43${tcf}`,
      '',
      ' ',
      null,
      7,
      [tcf],
      'C'.repeat(32 * 1024 + 1),
    ].map((value) => ({ tcf: value, gdprApplies: false })),
    ...[null, 0, 1, '1', 'true', 'false', []].map((value) => ({ gdprApplies: value })),
    ...['', 'DBAA=', 'DBAA BAA', null, {}].map((value) => ({ gpp: value })),
    ...['7', ['7'], [7.5], null, { 0: 7 }, Array.from({ length: 101 }, () => 7)].map((value) => ({
      gpp: 'DBAA',
      gppSid: value,
    })),
  ])('%j count as a denial of both products (K6d)', (given) => {
    const signals = parseSignals(given)
    expect(signals.unreadable).toBe(true)
    expect(checkSignals('uid2', signals)).toBe('gdpr')
    expect(checkSignals('euid', signals)).toBe('consent')
    expect(parseFormSignals(JSON.stringify(given))).toEqual(signals)
  })

  it('include a TC string that is cut short or garbled, even when GDPR does not apply (K6d)', () => {
    for (const broken of ['CPhJRpM', 'invalid_consent_string', `${tcf}.Y`, 'x'])
      expect(checkSignals('uid2', { tcf: broken, gdprApplies: false })).toBe('gdpr')
    expect(checkSignals('uid2', { tcf, gdprApplies: false })).toBeNull()
  })

  it('do not affect the readable ones beside them', () => {
    expect(parseSignals({ tcf, gdprApplies: 1, gpp: 'DBAA', gppSid: ['7'] })).toEqual({
      tcf,
      gpp: 'DBAA',
      unreadable: true,
    })
  })

  it.each(['{', 'CP', ' ', '{"tcf":"C'])('include the form field %j (K6d)', (field) => {
    expect(parseFormSignals(field)).toEqual({ unreadable: true })
  })

  it('do not include an empty or missing form field', () => {
    expect([parseFormSignals(''), parseFormSignals(undefined)]).toEqual([undefined, undefined])
  })

  it('include sections that apply without a string (K6d)', () => {
    expect(checkSignals('uid2', { gppSid: [7] })).toBe('consent')
    expect(checkSignals('uid2', { gppSid: [6] })).toBe('consent')
    for (const gppSid of [[], [-1], [0]]) expect(checkSignals('uid2', { gppSid })).toBeNull()
  })
})

describe('the cookie of a consent platform', () => {
  const cookie = (...values: string[]) => values.map((value) => `a=b; euconsent-v2=${value}`).join(';')

  it('is read byte for byte, also when it is there twice', () => {
    expect(readCookieSignals(cookie(tcf))).toEqual({ tcf })
    expect(readCookieSignals(cookie(tcf, tcf))).toEqual({ tcf })
    for (const none of [null, '', 'a=b', `x-euconsent-v2=${tcf}`, `euconsent-v21=${tcf}`])
      expect(readCookieSignals(none)).toEqual({})
  })

  it.each([
    [`"${tcf}"`],
    [`${tcf}==`],
    [`%43${tcf}`],
    ['%'],
    ['%E0%A4%A'],
    [''],
    [`${tcf} x`],
    [tcf, '%'],
    ['%', tcf],
    [tcf, `"${tcf}"`],
    [tcf, `${tcf}A`],
    [tcf, ''],
  ])('cannot be read with %j %j (K6d)', (...values) => {
    expect(readCookieSignals(cookie(...values))).toEqual({ unreadable: true })
  })

  it('cannot be read without a value (K6d)', () => {
    expect(readCookieSignals('euconsent-v2; a=b')).toEqual({ unreadable: true })
  })
})

describe('the largest strings of 2026', () => {
  // Each purpose is restricted for every second vendor of IAB's list, which ranges cannot shorten.
  const largest = tcfOf({ vendors: 1600, restricted: 11 })

  it('are read, as a TC string and within a GPP string (K6d)', () => {
    expect(largest.length).toBeGreaterThan(25_000)
    const signals = { tcf: largest, gdprApplies: true, gpp: gppWith(largest), gppSid: [2, 7] }
    expect(parseSignals(signals)).toEqual(signals)
    expect(checkSignals('uid2', { ...signals, gdprApplies: false })).toBeNull()
    expect(checkSignals('euid', signals)).toBeNull()
    expect(checkSignals('euid', { tcf: tcfOf({ vendors: 1600, restricted: 11, consent: false }) })).toBe(
      'consent',
    )
  })
})

describe('a refused body', () => {
  it.each([
    '{"advertising":"denied","recheck":1}',
    '{ "advertising" : "denied", "signals": {"tcf": "CPhJ',
    '{"\\u0061dvertising":"denie\\u0064"}',
    '[{"advertising":"denied"}]',
    'signals=%7B&advertising=denied',
    'advertising=denied&advertising=granted',
    '--x\r\nContent-Disposition: form-data; name="advertising"\r\n\r\ndenied\r\n--x',
    '--x\r\nContent-Disposition: form-data; name="advertising"\r\nContent-Type: text/plain\r\n\r\ndenied\r\n--x',
    'advertising=denied\r\n',
    '--x\r\nContent-Disposition: form-data; name=advertising\r\n\r\ndenied\r\n--x',
    '--x\nContent-Disposition: form-data; name="advertising"\n\ndenied\n--x',
    '--x\r\nContent-Disposition: form-data; name="advertising"\r\n\r\ndenied',
  ])('contains a denial: %j (K6d)', (text) => {
    expect(containsDenial(text)).toBe(true)
  })

  it.each([
    '',
    '{"advertising":"granted"}',
    '{"advertising":"granted","wording":"\\"advertising\\":\\"denied\\""}',
    '{"advertising":"not denied"}',
    'advertising=granted',
    'next=%2Fadvertising%3Ddenied&advertising=granted',
    '--x\r\nContent-Disposition: form-data; name="advertising"\r\n\r\ngranted\r\n--x',
  ])('contains no denial: %j', (text) => {
    expect(containsDenial(text)).toBe(false)
  })

  it.each(['advertising', 'signals'])(
    'is searched in time proportional to its length, with name="%s" many times (K6d)',
    (name) => {
      // Quadratic time would be minutes.
      const text = `name="${name}"\r\n`.repeat(150_000)
      expect([containsDenial(text), findSignals(text)]).toEqual([false, undefined])
    },
  )

  it.each([
    ['{"recheck":1,"signals":{"gdprApplies":true}}', { gdprApplies: true }],
    ['{"recheck":1,"signals":"x"}', { unreadable: true }],
    ['{"signals":{"tcf":"CPhJ', { unreadable: true }],
    ['signals=%7B%22tcf', { unreadable: true }],
    ['--x\r\nContent-Disposition: form-data; name="signals"\r\n\r\n{"tcf', { unreadable: true }],
    ['{"recheck":1}', undefined],
    ['signals=&x=1', undefined],
    ['', undefined],
  ])('contains signals: %j (K6d)', (text, signals) => {
    expect(findSignals(text)).toEqual(signals)
  })
})
