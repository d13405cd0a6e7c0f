/** x, width, wall height, roof height, and the lit windows (column, row). */
const houses = [
  [-10, 96, 96, 40, [[1, 1]]],
  [86, 74, 142, 30, [[0, 0]]],
  [160, 108, 84, 46, [[2, 0]]],
  [268, 70, 156, 28, [[1, 2]]],
  [338, 118, 100, 44, [[0, 0]]],
  [
    456,
    78,
    168,
    30,
    [
      [0, 2],
      [1, 0],
    ],
  ],
  [534, 98, 92, 42, []],
  [632, 72, 132, 30, [[1, 1]]],
  [704, 116, 106, 46, [[1, 0]]],
] as const

const lamps = [64, 232, 400, 568, 736] as const
const stars = [
  [96, 44, 1.5],
  [214, 96, 1.1],
  [352, 36, 1.8],
  [470, 84, 1.1],
  [566, 30, 1.5],
  [742, 66, 1.2],
] as const

const ground = 486

/** The lead story's picture: a street at the end of civil twilight, in flat colours. */
export function DuskStreet() {
  return (
    <svg
      viewBox="0 0 800 600"
      className="dusk"
      role="img"
      aria-label="A street of dark houses under a banded evening sky. The lamps along the pavement have just come on."
    >
      <defs>
        <radialGradient id="lamp-glow">
          <stop offset="0" stopColor="#ffdf9e" stopOpacity=".9" />
          <stop offset=".3" stopColor="#f6b552" stopOpacity=".34" />
          <stop offset="1" stopColor="#f2a63c" stopOpacity="0" />
        </radialGradient>
        <radialGradient id="lamp-pool">
          <stop offset="0" stopColor="#f8c878" stopOpacity=".8" />
          <stop offset="1" stopColor="#d58f3c" stopOpacity="0" />
        </radialGradient>
      </defs>
      <Sky />
      <Roofs />
      <path d={`M0 ${ground}h800v114H0Z`} fill="#2b2635" />
      <path d={`M0 ${ground}h800v7H0ZM0 564h800v36H0Z`} fill="#13131d" />
      {lamps.map((x, order) => (
        <Lamp key={x} x={x} order={order} />
      ))}
      <Walker />
    </svg>
  )
}

/** Seven flat bands. The lowest is still light. */
function Sky() {
  return (
    <>
      <path d="M0 0h800v600H0Z" fill="#20274a" />
      <path d="M-4 96q404-34 808 0v504H-4Z" fill="#333a63" />
      <path d="M-4 176q404-30 808 0v424H-4Z" fill="#59557b" />
      <path d="M-4 240q404-26 808 0v360H-4Z" fill="#8f6d80" />
      <path d="M-4 290q404-22 808 0v310H-4Z" fill="#c98b70" />
      <path d="M-4 332q404-18 808 0v268H-4Z" fill="#ecb573" />
      <path d="M-4 368q404-14 808 0v232H-4Z" fill="#f7d696" />
      <g fill="#fdf3dd">
        {stars.map(([x, y, r]) => (
          <circle key={x} cx={x} cy={y} r={r} />
        ))}
      </g>
      <path d="M640 104a30 30 0 1 0 33 45 26 26 0 1 1-33-45Z" fill="#fbe7bd" />
    </>
  )
}

/** A distant row of houses with a steeple, and a near row with some lit windows. */
function Roofs() {
  return (
    <>
      <path
        d="M0 600V366l38-26 40 26v22h60v-30l34-24 34 24v34h46V262l17-74 17 74v124h70v-30l44-28 44 28v20h74v-44l30-22 32 22v34h60v-26l42-28 44 28v30h40V366l38-26 36 26v234Z"
        fill="#5a4660"
      />
      <g fill="#1a1b2a">
        {houses.map(([x, width, wall, roof]) => (
          <path
            key={x}
            d={`M${x} ${ground + 1}V${ground - wall}L${x + width / 2} ${ground - wall - roof}L${x + width + 1} ${ground - wall}V${ground + 1}Z`}
          />
        ))}
        <path d="M184 384h14v-38h-14ZM360 370h13v-40h-13ZM736 362h14v-44h-14ZM14 376h12v-40H14Z" />
      </g>
      <g fill="#f4c170">
        {houses.flatMap(([x, width, wall, , lit]) =>
          lit.map(([column, row]) => (
            <path
              key={`${x}-${column}-${row}`}
              d={`M${x + 18 + column * (width > 90 ? 30 : 26)} ${ground - wall + 14 + row * 38}h12v18h-12Z`}
            />
          )),
        )}
      </g>
    </>
  )
}

function Lamp({ x, order }: { x: number; order: number }) {
  return (
    <g>
      <path d={`M${x} 548V424`} stroke="#0b0b12" strokeWidth="4.5" />
      <path
        d={`M${x - 9} 424h18l4-22h-26ZM${x - 15} 402l15-11 15 11ZM${x - 8} 548h16v-8h-16Z`}
        fill="#0b0b12"
      />
      <g className="dusk-lamp" style={{ animationDelay: `${300 + order * 220}ms` }}>
        <circle cx={x} cy="413" r="72" fill="url(#lamp-glow)" />
        <path d={`M${x - 7} 421h14l3-16h-20Z`} fill="#fff1cf" />
        <ellipse cx={x} cy="544" rx="84" ry="15" fill="url(#lamp-pool)" />
      </g>
    </g>
  )
}

function Walker() {
  return (
    <g fill="#0b0b12">
      <circle cx="490" cy="497" r="6" />
      <path d="M483 505h14l4 26h-6l2 22h-4l-3-20-6 20h-5l4-24h-4Z" />
    </g>
  )
}
