/** Colours for a terminal. Without them the text is the same. */
export type Paint = Record<'good' | 'bad' | 'warn' | 'faint' | 'strong', (text: string) => string>

const codes = { good: 32, bad: 31, warn: 33, faint: 2, strong: 1 } as const

export function createPaint(colour: boolean): Paint {
  const tint = (code: number) => (text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text)
  return {
    good: tint(codes.good),
    bad: tint(codes.bad),
    warn: tint(codes.warn),
    faint: tint(codes.faint),
    strong: tint(codes.strong),
  }
}

/** https://no-color.org */
export function wantsColour(stream: { isTTY?: boolean }, env: Readonly<Record<string, string | undefined>>) {
  return stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb'
}

/** Makes foreign text safe for a terminal: control characters become visible. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0
    return `\\u{${code.toString(16)}}`
  })
}

/** Names and values in two columns. Values may be foreign, so they are made printable. */
export function pairs(rows: readonly (readonly [name: string, value: string])[], paint: Paint): string[] {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `${paint.faint(name.padEnd(width))}  ${printable(value)}`)
}

/** Text, indented and wrapped at 96 characters. */
export function prose(text: string, indent: string): string[] {
  const lines: string[] = []
  for (const word of printable(text).split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && `${last} ${word}`.length <= 96) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(indent + word)
  }
  return lines
}

/** A time, and how far it is from now. */
export function time(ms: number, now: number): string {
  if (!Number.isFinite(ms) || Math.abs(ms) > 8.64e15) return `${ms} (not a time)`
  return `${new Date(ms).toISOString()} (${distance(ms - now)})`
}

function distance(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000)
  if (seconds < 2) return 'now'
  const units: [string, number][] = [
    ['days', 86_400],
    ['hours', 3600],
    ['minutes', 60],
    ['seconds', 1],
  ]
  const [name, size] = units.find(([, size]) => seconds >= 2 * size) ?? ['seconds', 1]
  const amount = `${Math.round(seconds / size)} ${name}`
  return ms < 0 ? `${amount} ago` : `in ${amount}`
}
