/**
 * How operators normalise an e-mail address, character by character as their state machine does it; `null`
 * for what they refuse. It follows docs/protocol.md, and shares nothing with lib/uid2.
 */
export function normalizedByOperator(email: string): string | null {
  let domain: string | null = null
  let full = ''
  let gmailLocal = ''
  let tagged = false
  let spaces = ''
  for (const character of email) {
    const low = character >= 'A' && character <= 'Z' ? character.toLowerCase() : character
    if (domain === null) {
      if (low === '@') domain = ''
      else if (low !== ' ') {
        full += low
        if (low === '+') tagged = true
        if (low !== '.' && !tagged) gmailLocal += low
      }
    } else if (low === '@') return null
    else if (low === ' ') spaces += low
    else {
      domain += spaces + low
      spaces = ''
    }
  }
  const local = domain === 'gmail.com' ? gmailLocal : full
  return domain === null || domain === '' || local === '' ? null : `${local}@${domain}`
}
