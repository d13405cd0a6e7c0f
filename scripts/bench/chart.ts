/*
 * Charts as SVG: plain bars and lines, readable on a light and on a dark page. All numbers stand beside their marks,
 * so that nothing has to be read from a scale.
 */

export interface BarChart {
  title: string
  unit: string
  groups: { name: string; bars: { label: string; value: number; ours?: boolean }[] }[]
}

export interface LineChart {
  title: string
  x: string
  y: string
  /** At most four, each with points in the order of `x`. */
  lines: { label: string; points: { x: number; y: number }[]; ours?: boolean }[]
}

const width = 720
const margin = 24

const style = `<style>
svg { color-scheme: light dark; font: 13px system-ui, sans-serif }
.page { fill: #fff } text { fill: #1f2328 } .quiet { fill: #59636e } .rule { stroke: #d1d9e0 }
.title { font-size: 15px; font-weight: 600 } .name { font-weight: 600 }
.c0 { --c: #0969da } .c1 { --c: #818b98 } .c2 { --c: #bc4c00 } .c3 { --c: #1a7f37 }
@media (prefers-color-scheme: dark) {
.page { fill: #0d1117 } text { fill: #f0f6fc } .quiet { fill: #9198a1 } .rule { stroke: #3d444d }
.c0 { --c: #4493f8 } .c1 { --c: #656c76 } .c2 { --c: #f0883e } .c3 { --c: #3fb950 } }
.bar, .dot { fill: var(--c) } .line { fill: none; stroke: var(--c); stroke-width: 2 }
</style>`

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

const text = (x: number, y: number, content: string, classes = '', anchor = 'start') =>
  `<text x="${Math.round(x)}" y="${Math.round(y)}" class="${classes}" text-anchor="${anchor}">${escaped(content)}</text>`

const picture = (title: string, height: number, marks: readonly string[]) =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title).replaceAll('"', '&quot;')}">`,
    style,
    `<rect class="page" width="${width}" height="${height}" rx="6"/>`,
    text(margin, margin + 10, title, 'title'),
    ...marks,
    '</svg>\n',
  ].join('\n')

/** Horizontal bars in groups, all on one scale. */
export function barChart({ title, unit, groups }: BarChart): string {
  const left = 240
  const row = 22
  const largest = Math.max(...groups.flatMap(({ bars }) => bars.map(({ value }) => value)))
  const scale = (width - left - margin - 70) / largest
  let y = margin + 28
  const marks = groups.flatMap(({ name, bars }) => {
    y += row
    const heading = text(margin, y, name, 'name')
    y += 10
    const drawn = bars.map(({ label, value, ours }) => {
      const bar = [
        text(left - 10, y + 13, label, ours ? 'name' : '', 'end'),
        `<rect class="bar ${ours ? 'c0' : 'c1'}" x="${left}" y="${y + 2}" width="${(value * scale).toFixed(1)}" height="14" rx="2"/>`,
        text(left + value * scale + 8, y + 13, `${value.toFixed(2)} ${unit}`, ours ? 'name' : 'quiet'),
      ].join('')
      y += row
      return bar
    })
    return [heading, ...drawn]
  })
  return picture(title, y + margin, marks)
}

/** Lines over one scale that begins at 0. Each line has its label and last value at its end. */
export function lineChart({ title, x, y, lines }: LineChart): string {
  const box = { left: margin + 48, right: width - 170, top: margin + 40, bottom: 320 }
  const points = lines.flatMap((line) => line.points)
  const from = Math.min(...points.map((point) => point.x))
  const to = Math.max(...points.map((point) => point.x))
  const most = roundUp(Math.max(...points.map((point) => point.y)))
  const atX = (value: number) => box.left + ((value - from) / (to - from || 1)) * (box.right - box.left)
  const atY = (value: number) => box.bottom - (value / most) * (box.bottom - box.top)
  const rules = [0, most / 2, most].flatMap((value) => [
    `<line class="rule" x1="${box.left}" x2="${box.right}" y1="${atY(value)}" y2="${atY(value)}"/>`,
    text(box.left - 8, atY(value) + 4, short(value), 'quiet', 'end'),
  ])
  let other = 1
  let lowest = Number.POSITIVE_INFINITY
  const drawn = lines
    .map((line) => ({ ...line, color: line.ours ? 'c0' : `c${other++}`, last: line.points.at(-1) }))
    .toSorted((a, b) => (a.last?.y ?? 0) - (b.last?.y ?? 0))
    .flatMap(({ label, points, color, last, ours }) => {
      if (last === undefined) return []
      // Labels of lines that end close together are moved apart.
      lowest = Math.min(atY(last.y) + 4, lowest - 16)
      const path = points.map((point) => `${atX(point.x).toFixed(1)},${atY(point.y).toFixed(1)}`).join(' ')
      return [
        `<polyline class="line ${color}" points="${path}"/>`,
        `<circle class="dot ${color}" cx="${atX(last.x).toFixed(1)}" cy="${atY(last.y).toFixed(1)}" r="3"/>`,
        text(box.right + 10, lowest, `${label} ${short(last.y)}`, ours ? 'name' : ''),
      ]
    })
  return picture(title, box.bottom + 56, [
    text(margin, margin + 28, y, 'quiet'),
    ...rules,
    ...drawn,
    text(box.left, box.bottom + 20, short(from), 'quiet'),
    text(box.right, box.bottom + 20, short(to), 'quiet', 'end'),
    text((box.left + box.right) / 2, box.bottom + 40, x, 'quiet', 'middle'),
  ])
}

/** The next of 1, 2 and 5 times a power of ten. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value || 1))
  return ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10) * power
}

const short = (value: number) =>
  new Intl.NumberFormat('en', { maximumSignificantDigits: 3, notation: 'compact' }).format(value)
