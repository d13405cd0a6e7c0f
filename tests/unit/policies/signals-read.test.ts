import { describe, expect, it } from 'vitest'
import { checkSignals, parseFormSignals, parseSignals, readCookieSignals } from '#lib/policies/signals.ts'
import { containsDenial, findSignals } from '#lib/site/denial-in-body.ts'
import { gppOf } from '../../support/gpp.ts'
import { gppWith, tcfOf } from '../../support/tcf.ts'

const tcf = 'CPhJRpMPhJRpMABAMBFRACBoALAAAEJAAIYgAKwAQAKgArABAAqAAA'

describe('a GPP string without the ids of sections that apply', () => {
  it('means GDPR when it has the TCF section, and does not when it has none (K6d)', () => {
    expect(checkSignals('uid2', { gpp: gppWith(tcf) })).toBe('gdpr')
    expect(checkSignals('uid2', { gpp: gppOf('usnat').gpp })).toBeNull()
    expect(checkSignals('uid2', { gpp: gppWith(tcf), gdprApplies: false })).toBeNull()
    expect(checkSignals('uid2', { gpp: gppWith(tcf), gppSid: [7] })).toBeNull()
  })

  it('means GDPR when it cannot be read', () => {
    expect(checkSignals('uid2', { gpp: 'DBA' })).toBe('gdpr')
  })
})

describe('signals as they are documented', () => {
  it.each([
    {},
    { tcf },
    { tcf: `${tcf}.YAAAAAAAAAAA`, gdprApplies: true },
    { gpp: 'DBABLA~BVQqAAAAAgA.QA', gppSid: [7] },
    { gdprApplies: false, gppSid: [-1] },
  ])('%j are read as they are', (signals) => {
    expect(parseSignals(signals)).toEqual(signals)
  })
})

describe('signals that cannot be read', () => {
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
  ])('K6d: %j count as a denial of both products', (given) => {
    const signals = parseSignals(given)
    expect(signals.unreadable).toBe(true)
    expect(checkSignals('uid2', signals)).toBe('gdpr')
    expect(checkSignals('euid', signals)).toBe('consent')
    expect(parseFormSignals(JSON.stringify(given))).toEqual(signals)
  })

  it('K6d: a TC string that is cut short or garbled is one, whatever is said of GDPR', () => {
    for (const broken of ['CPhJRpM', 'invalid_consent_string', `${tcf}.Y`, 'x'])
      expect(checkSignals('uid2', { tcf: broken, gdprApplies: false })).toBe('gdpr')
    expect(checkSignals('uid2', { tcf, gdprApplies: false })).toBeNull()
  })

  it('keep what can be read beside them', () => {
    expect(parseSignals({ tcf, gdprApplies: 1, gpp: 'DBAA', gppSid: ['7'] })).toEqual({
      tcf,
      gpp: 'DBAA',
      unreadable: true,
    })
  })

  it.each(['{', 'CP', ' ', '{"tcf":"C'])('K6d: the field %j of a form is one', (field) => {
    expect(parseFormSignals(field)).toEqual({ unreadable: true })
  })

  it('and a field that is empty or not there tells nothing', () => {
    expect([parseFormSignals(''), parseFormSignals(undefined)]).toEqual([undefined, undefined])
  })

  it('K6d: sections that are said to apply without a string deny', () => {
    expect(checkSignals('uid2', { gppSid: [7] })).toBe('consent')
    expect(checkSignals('uid2', { gppSid: [6] })).toBe('consent')
    for (const gppSid of [[], [-1], [0]]) expect(checkSignals('uid2', { gppSid })).toBeNull()
  })
})

describe('the cookie of a consent platform', () => {
  const cookie = (...values: string[]) => values.map((value) => `a=b; euconsent-v2=${value}`).join(';')

  it('is read byte for byte, also twice', () => {
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
  ])('K6d: that has %j %j cannot be read', (...values) => {
    expect(readCookieSignals(cookie(...values))).toEqual({ unreadable: true })
  })

  it('K6d: without a value cannot be read', () => {
    expect(readCookieSignals('euconsent-v2; a=b')).toEqual({ unreadable: true })
  })
})

describe('the largest strings of 2026', () => {
  // Each purpose is restricted for every second vendor of IAB's list, so no range makes it shorter.
  const largest = tcfOf({ vendors: 1600, restricted: 11 })

  it('K6d: are read, as TC string and once more within a GPP string', () => {
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

describe('a body that was refused', () => {
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
  ])('K6d: holds a denial: %j', (text) => {
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
  ])('holds none: %j', (text) => {
    expect(containsDenial(text)).toBe(false)
  })

  it.each(['advertising', 'signals'])(
    'is searched in time that grows with its length, not with its square: name="%s" again and again (K6d)',
    (name) => {
      // The square of this would take minutes.
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
  ])('K6d: tells of signals: %j', (text, signals) => {
    expect(findSignals(text)).toEqual(signals)
  })
})
