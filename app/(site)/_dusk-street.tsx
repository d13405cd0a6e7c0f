/** x, width, wall height, roof height, and where the lit windows are (column, row). */
const houses = [
  [0, 92, 120, 38, [[1, 1]]],
  [
    92,
    70,
    168,
    30,
    [
      [0, 0],
      [1, 2],
    ],
  ],
  [162, 104, 104, 46, []],
  [266, 64, 190, 26, [[1, 1]]],
  [
    330,
    118,
    132,
    44,
    [
      [0, 1],
      [2, 0],
    ],
  ],
  [
    448,
    76,
    210,
    28,
    [
      [0, 3],
      [1, 1],
    ],
  ],
  [524, 96, 116, 40, [[1, 0]]],
  [
    620,
    68,
    160,
    30,
    [
      [0, 1],
      [1, 2],
    ],
  ],
  [688, 112, 138, 44, [[2, 1]]],
] as const

const lamps = [70, 226, 382, 538, 694] as const
const stars = [
  [96, 44, 1.4],
  [214, 92, 1],
  [352, 36, 1.6],
  [470, 78, 1],
  [566, 30, 1.3],
  [742, 66, 1.1],
] as const

const ground = 520

/** The hour of the lead story: a street at the end of civil twilight, in the flat colours of a print. */
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
          <stop offset="0" stopColor="#ffdf9e" stopOpacity=".95" />
          <stop offset=".25" stopColor="#f9bf5f" stopOpacity=".5" />
          <stop offset="1" stopColor="#f2a63c" stopOpacity="0" />
        </radialGradient>
      </defs>
      <Sky />
      <g fill="#191b29">
        {houses.map(([x, width, wall, roof]) => (
          <path
            key={x}
            d={`M${x} ${ground}V${ground - wall}L${x + width / 2} ${ground - wall - roof}L${x + width} ${ground - wall}V${ground}Z`}
          />
        ))}
        <path d="M184 392h14v-34h-14ZM348 376h13v-46h-13ZM718 372h14v-44h-14ZM20 388h12v-44H20Z" />
        <path d={`M0 ${ground - 2}h800v82H0Z`} />
      </g>
      <g fill="#f6c878">
        {houses.flatMap(([x, width, wall, , lit]) =>
          lit.map(([column, row]) => (
            <path
              key={`${x}-${column}-${row}`}
              d={`M${x + 14 + column * (width > 90 ? 32 : 24)} ${ground - wall + 16 + row * 40}h12v18h-12Z`}
            />
          )),
        )}
      </g>
      {lamps.map((x, order) => (
        <g key={x}>
          <path d={`M${x} ${ground + 36}V${ground - 78}`} stroke="#0c0d15" strokeWidth="5" />
          <path d={`M${x - 11} ${ground - 78}h22l-5-20h-12Z`} fill="#0c0d15" />
          <g className="dusk-lamp" style={{ animationDelay: `${300 + order * 220}ms` }}>
            <circle cx={x} cy={ground - 84} r="82" fill="url(#lamp-glow)" />
            <path d={`M${x - 8} ${ground - 79}h16l-4-15h-8Z`} fill="#fff1cf" />
            <ellipse cx={x} cy={ground + 38} rx="66" ry="9" fill="#f2b04a" opacity=".45" />
          </g>
        </g>
      ))}
      <Walker />
    </svg>
  )
}

/** Six flat bands, the lowest still holding the day. */
function Sky() {
  return (
    <>
      <path d="M0 0h800v600H0Z" fill="#232a47" />
      <path d="M0 112q400-34 800 0v488H0Z" fill="#343a5c" />
      <path d="M0 206q400-30 800 0v394H0Z" fill="#565272" />
      <path d="M0 284q400-26 800 0v316H0Z" fill="#8b6c7c" />
      <path d="M0 346q400-22 800 0v254H0Z" fill="#c78d70" />
      <path d="M0 400q400-18 800 0v200H0Z" fill="#ecb877" />
      <g fill="#fdf3dd">
        {stars.map(([x, y, r]) => (
          <circle key={x} cx={x} cy={y} r={r} />
        ))}
      </g>
      <path d="M640 128a30 30 0 1 0 33 45 26 26 0 1 1-33-45Z" fill="#fbe7bd" />
    </>
  )
}

function Walker() {
  return (
    <g fill="#0c0d15">
      <circle cx="462" cy="524" r="6.5" />
      <path d="M454 532h15l4 28h-6l2 24h-5l-3-22-6 22h-5l4-26h-5Z" />
    </g>
  )
}
