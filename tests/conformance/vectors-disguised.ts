/**
 * Other spellings of an address that opted out, and invalid addresses: an operator hashes each as another
 * person's. RFC 5321, 6531 and 5892; https://www.unicode.org/reports/tr44/ (Default_Ignorable_Code_Point).
 */

/** Characters that are invisible, or without a meaning of their own. */
const unseen = [
  ...[0xad, 0x34f, 0x61c, 0x115f, 0x1160, 0x17b4, 0x180b, 0x180e, 0x200b, 0x200c, 0x200d, 0x200e, 0x200f],
  ...[0x202a, 0x202c, 0x202e, 0x2060, 0x2064, 0x2066, 0x2069, 0x206a, 0x206f, 0x2800, 0x3164, 0xe000, 0xfdd0],
  ...[0xfe00, 0xfe0f, 0xfff9, 0xfffc, 0xfffd, 0xffa0, 0x1d159, 0x1d173, 0xe0001, 0xe0020, 0xe0100, 0x10ffff],
]

const somewhereIn = (text: string, codePoint: number): string[] =>
  [0, 3, text.indexOf('@'), text.indexOf('@') + 1, text.lastIndexOf('.'), text.length].map(
    (at) => text.slice(0, at) + String.fromCodePoint(codePoint) + text.slice(at),
  )

export const withUnseen = (address: string): string[] =>
  unseen.flatMap((codePoint) => somewhereIn(address, codePoint))

export const disguised: readonly string[] = [
  ...['<optout@example.com>', 'optout@example.com>', 'O <optout@example.com>', 'mailto:optout@example.com'],
  ...['optout@example.com,', 'optout@example.com;', 'optout@example.com.', 'optout@example..com'],
  ...['.optout@example.com', 'optout.@example.com', 'opt..out@example.com', 'optout@.example.com'],
  ...['"optout"@example.com', "'optout@example.com'", 'optout(me)@example.com', 'opt\\out@example.com'],
  ...['optout@example.com?subject=a', 'optout@example.com/', 'optout@[127.0.0.1]', 'optout@exa_mple.com'],
  ...['optout@-example.com', 'optout@example-.com', 'opt%6Fut@example.com', 'opt&#111;ut@example.com'],
  // Wide letters, a long s and a Kelvin sign, full stops that domains read as dots, a letter beside its
  // accent.
  ...['ｏｐｔｏｕｔ@example.com', 'optout＠example.com', 'optout@ｅｘａｍｐｌｅ.com', 'optout@example。com'],
  ...['optout@example．com', 'optout@example｡com', 'te\u017ft@example.com', 'test@\u212aexample.com'],
  ...['te\u0301st@example.com', 'o\ufb03ce@example.com', '\u2460@example.com'],
]

/** Valid, and only unusual. */
export const unusual: readonly string[] = [
  "o'neil@example.co.uk",
  "!#$%&'*+-/=?^_`{|}~@example.com",
  '100%@example.com',
  'a/b=c@example.com',
  'a-@x-y.example',
  'x@xn--exmple-cua.example',
  'ä@exämple.de',
  '用户@例子.公司',
  'अजय@डाटा.भारत',
]
