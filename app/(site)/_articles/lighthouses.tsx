import type { Article } from '#app/(site)/_articles/article.ts'
import { Emblem, End, Opening, Plate, PullQuote, SideNote } from '#app/(site)/_articles/furniture.tsx'

export const lighthouses: Article = {
  slug: 'what-lighthouses-measured',
  title: 'What lighthouses measured',
  standfirst:
    'A lamp can be made ten times as strong for six miles more. The keepers of the coast learned to count what the air takes.',
  subject: 'Lenses',
  published: '2026-11-05',
  minutes: 4,
  Emblem: () => (
    <Emblem>
      <path d="m40 84 3-46h10l3 46Z" fill="currentColor" />
      <path d="M41 30h14v8H41ZM39 30l9-9 9 9Z" fill="currentColor" />
      <path d="M58 34 94 22v24ZM38 34 2 22v24Z" fill="var(--lamp)" opacity=".75" />
      <path d="M0 86c16-5 32 5 48 0s32 5 48 0" stroke="currentColor" strokeWidth="2" />
    </Emblem>
  ),
  Body,
}

/** Nominal range (nautical miles) against intensity (candela), calculated by Allard's law. */
const ranges = [
  [1_000, 9.4],
  [10_000, 14.3],
  [100_000, 19.8],
  [1_000_000, 25.7],
] as const

function Body() {
  return (
    <>
      <Opening>
        In the summer of 1823 a new light was lit on the tower of Cordouan, at the mouth of the Gironde.
        Behind the panes stood not a mirror but a drum of glass, built out of rings. Augustin Fresnel had
        worked out that a lens does not need its middle. Only the curve of the surface bends the light; the
        thickness behind it is dead weight that drinks up the flame. So he cut the curve into steps, threw the
        bulk away, and kept the bending.
      </Opening>
      <p>
        The polished reflectors that he replaced lost about half of what they caught. The glass lost very
        little, and in time prisms were stacked above and below the lens, which folded the stray light back
        into the beam. A flame that had gone in every direction left the tower as a flat sheet, or as a set of
        spokes which a clockwork turned past the sailor’s eye.
      </p>
      <h2>An order for every coast</h2>
      <p>
        A national service needs sizes. Fresnel’s were called orders, and they stated one thing: the distance
        from the flame to the glass. A lens of the first order stood 920 millimetres from its lamp, weighed
        tons with its frame, and marked the landfall after an ocean. The sixth, at 150 millimetres, could be
        carried under an arm and belonged on a pier. A ship’s captain who knew the orders could read a chart
        like a sentence, from the great lights outside to the small ones within.
      </p>
      <SideNote title="The orders, flame to glass">
        First, 920 mm. Second, 700. Third, 500. Fourth, 250. Fifth, 187.5. Sixth, 150. Later came a
        three-and-a-half, at 375, and a giant called hyper-radial, at 1,330.
      </SideNote>
      <h2>Two ranges</h2>
      <p>
        How far can a light be seen? There are two answers, and a chart must use the smaller. The first is
        geometry. The earth curves away, and a lamp 60 metres above the sea drops below the horizon of a
        watchman four metres up at about twenty nautical miles, however bright it is. That is why lighthouses
        are tall, and why a tall one is no use without a strong lamp.
      </p>
      <p>
        The second answer is the luminous range, and it took longer. Light spreads with the square of the
        distance, which everybody knew; and the air takes a share of what is left, mile after mile, which is
        far worse. In 1876 Émile Allard of the French lighthouse service put both into one line of algebra.
        The light that reaches the eye is the lamp’s intensity, divided by the square of the distance,
        multiplied by the air’s transparency raised to the power of that distance.
      </p>
      <PullQuote>Distance divides the light. The air raises it to a power.</PullQuote>
      <p>
        Put numbers in, and the law turns cruel. The faintest point of light that a sailor can be trusted to
        notice gives two ten-millionths of a lux at the eye. In air through which one can just see ten miles
        by day, a lamp of a thousand candelas reaches that limit at a little over nine nautical miles. Ten
        thousand carry to fourteen, a hundred thousand to not quite twenty. A million, a thousand times the
        first lamp, does not quite get to twenty-six.
      </p>
      <Plate
        viewBox="0 0 640 270"
        description="Bars that show the range of lamps of one thousand, ten thousand, one hundred thousand and one million candelas: 9.4, 14.3, 19.8 and 25.7 nautical miles."
        caption="Nominal range, in nautical miles (M), in air of ten miles’ visibility. Each bar has a lamp ten times as strong as the one above it."
      >
        {ranges.map(([candela, miles], row) => (
          <g key={candela} transform={`translate(0 ${24 + row * 60})`}>
            <text x="0" y="16">
              {candela.toLocaleString('en-GB')} cd
            </text>
            <path
              d={`M168 10 l${miles * 15} ${-8 - row} v${16 + row * 2} Z`}
              fill="var(--lamp)"
              opacity=".8"
            />
            <path d={`M168 10 h${miles * 15}`} stroke="currentColor" strokeDasharray="1 5" />
            <circle cx="168" cy="10" r={4 + row} fill="currentColor" />
            <text x={168 + miles * 15 + 10} y="16" className="soft">
              {miles} M
            </text>
          </g>
        ))}
      </Plate>
      <p>
        Lists of lights still print this figure. It is called the nominal range, it always assumes the same
        ten-mile air, and every navigator learns to correct it for the air at hand. In thin fog the grandest
        lens on the coast is worth less than a good ear.
      </p>
      <p>
        So the lighthouse services became, without quite meaning to, measurers of the atmosphere. Keepers
        noted on which nights the neighbouring lights could be seen and on which they were lost, and from such
        logs the engineers worked out how clear each coast was. The lamp was the known quantity; what the book
        recorded was the air. Satellites find ships their way now, and most of the great lenses stand in
        museums. The question that they asked, every evening, of the night in front of them is still a good
        one: how much of this light arrives?
        <End />
      </p>
    </>
  )
}
