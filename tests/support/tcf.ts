import { GppModel } from '@iabgpp/cmpapi'
import { gppOf } from './gpp.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const bits = (value: number, width: number): string => value.toString(2).padStart(width, '0')
const base64 = (text: string): string =>
  text
    .padEnd(Math.ceil(text.length / 8) * 8, '0')
    .replaceAll(/.{1,6}/g, (six) => alphabet[Number.parseInt(six.padEnd(6, '0'), 2)] ?? '')

/**
 * A TC string of TCF 2.3, bit for bit as IAB Europe specifies it: so many vendors, all disclosed, all with every
 * consent or with none, and so many purposes restricted for every second vendor. Vendor 21 is never restricted.
 * https://github.com/InteractiveAdvertisingBureau/GDPR-Transparency-and-Consent-Framework/blob/master/TCFv2/IAB%20Tech%20Lab%20-%20Consent%20string%20and%20vendor%20list%20formats%20v2.md
 */
export function tcfOf({ vendors = 1600, restricted = 0, consent = true }): string {
  const granted = consent ? '1' : '0'
  const day = 17_000_000_000
  const head = [
    ...[bits(2, 6), bits(day, 36), bits(day, 36), bits(300, 12), bits(1, 12), bits(1, 6)],
    ...[bits(4, 6) + bits(13, 6), bits(150, 12), bits(5, 6), '1', '0', bits(0, 12)],
    ...[granted.repeat(11).padEnd(24, '0'), '0'.repeat(24), '0', bits(0, 6) + bits(0, 6)],
  ].join('')
  const field = (each: string) => `${bits(vendors, 16)}0${each.repeat(vendors)}`
  const everySecond = Array.from({ length: vendors / 2 }, (_, index) => 2 * index + 2)
  const restrictions = Array.from({ length: restricted }, (_, index) =>
    [bits(index + 1, 6), bits(0, 2), bits(everySecond.length, 12)].concat(
      everySecond.map((vendor) => `0${bits(vendor, 16)}`),
    ),
  )
  const core = head + field(granted) + field('0') + bits(restricted, 12) + restrictions.flat().join('')
  return `${base64(core)}.${base64(bits(1, 3) + field('1'))}`
}

/** A GPP string with this TC string in section 2, and section 7 in which nothing was opted out of. */
export function gppWith(tcf: string): string {
  const model = new GppModel(gppOf('usnat').gpp)
  model.setFieldValue('tcfeuv2', 'CmpId', 300)
  const [header, , usnat] = model.encode().split('~')
  return [header, tcf, usnat].join('~')
}
