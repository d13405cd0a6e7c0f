import type { Article } from '#app/(site)/_articles/article.ts'
import { Emblem, End, Opening, Plate, PullQuote, SideNote } from '#app/(site)/_articles/furniture.tsx'

export const sodium: Article = {
  slug: 'the-colour-of-old-street-lamps',
  title: 'The colour of old street lamps',
  standfirst:
    'For eighty years the night had a colour, and the colour had a number. Astronomers are sorry to see it go.',
  subject: 'Sodium',
  published: '2026-10-10',
  minutes: 4,
  Emblem: () => (
    <Emblem>
      <path d="M30 88V30q0-14 16-14h22" stroke="currentColor" strokeWidth="3" />
      <path d="M58 12h26v9H58Z" fill="currentColor" />
      <path d="m60 24 22 .1L96 88H40Z" fill="var(--lamp)" opacity=".5" />
      <path d="M62 22h18v4H62Z" fill="var(--lamp)" />
      <path d="M16 88h72" stroke="currentColor" strokeWidth="2" />
    </Emblem>
  ),
  Body,
}

function Body() {
  return (
    <>
      <Opening>
        Throw a pinch of salt into a gas flame and it flares yellow. The yellow is always the same, whoever
        throws and whatever burns, because it comes from one electron in the sodium atom that falls by one
        step. Joseph Fraunhofer found the place of that step in the sun’s spectrum in 1814, as a dark gap, and
        labelled it D. Under a good instrument it is two lines close together, at 589.0 and 589.6 nanometres.
        For most of a century it was also the colour of the drive home.
      </Opening>
      <p>
        The first public road lit by sodium lamps opened in the Dutch province of Limburg in 1932. The lamp
        was a U of glass with a bead of metal and a little neon in it. At dusk the neon struck first, in a
        deep pink; then the metal warmed, boiled off and took over, and ten minutes later the tube shone in
        nothing but its two lines.
      </p>
      <h2>All of it, where the eye is good</h2>
      <p>
        It was an astonishing bargain. A filament spends nine tenths of its power on heat. Sodium vapour puts
        a great part of its power into one narrow colour, and that colour lies not far from the green to which
        the daylight eye answers best. By the 1980s the best tubes gave close to 200 lumens for a watt, more
        than ten times a light bulb, and a figure that light-emitting diodes took another thirty years to
        reach on a real street.
      </p>
      <p>
        The price was everything else. With one wavelength to see by there are no colours, only more or less
        of the same. A red car and a green one are two browns. Police descriptions suffered, and so did flower
        beds. City centres went over to high-pressure sodium, in which the vapour is squeezed until its lines
        smear out into a peach-coloured band. The pure lamp stayed on the bypass, where there was little to
        see but the road.
      </p>
      <PullQuote>A red car and a green one are two browns.</PullQuote>
      <h2>A gift to observatories</h2>
      <p>
        One trade loved it. Light that goes up from a town is scattered back down, and a telescope looks out
        through the haze of it. If the haze is white, it is everywhere in the spectrum. If it is sodium, it is
        a single thin line, and one need only not look there. The air above does as much by itself: some
        ninety kilometres up, a layer of sodium left behind by meteors glows faintly in the same two lines
        every night.
      </p>
      <Plate
        viewBox="0 0 640 250"
        description="Two spectra, one above the other. Low-pressure sodium is a single bright line at 589 nanometres; a white diode lamp is a sharp blue peak at 450 and a broad hump across the rest."
        caption="What a telescope has to look through. Above, the old lamp: one line to avoid. Below, a neutral white diode, sketched: no place to hide."
      >
        <path d="M20 100h600M20 210h600" stroke="currentColor" strokeWidth="1.5" />
        <path d="M387 100V16" stroke="var(--lamp)" strokeWidth="5" />
        <path
          d="M20 210C70 210 92 209 112 200S134 126 145 126 160 196 184 190 262 140 330 138 430 168 500 192 580 208 620 210Z"
          fill="currentColor"
          fillOpacity=".14"
          stroke="currentColor"
          strokeWidth="1.5"
        />
        <text x="400" y="30">
          589 nm
        </text>
        <text x="20" y="84" className="soft">
          sodium
        </text>
        <text x="20" y="180" className="soft">
          diode
        </text>
        <g className="soft" textAnchor="middle">
          <text x="145" y="236">
            450
          </text>
          <text x="233" y="236">
            500
          </text>
          <text x="409" y="236">
            600
          </text>
          <text x="585" y="236">
            700 nm
          </text>
        </g>
      </Plate>
      <p>
        So towns beneath great telescopes kept their lamps yellow on purpose. San José did it for Lick, on the
        mountain above it; Flagstaff in Arizona, which had outlawed stray searchlights as early as 1958, for
        Lowell and its neighbours.
      </p>
      <p>
        The white lamps that replaced them are kinder to flowers and easier on the meter, and they can be
        dimmed. But they start from a blue diode, near 450 nanometres, and clear air scatters light by the
        fourth power of its frequency: the blue comes back from the sky about three times as strongly as the
        yellow did. Warmer diodes and better shades win much of that back. Nothing wins back the single line.
      </p>
      <SideNote title="The colour’s second life">
        Observatories now make the line themselves. A laser tuned to 589 nanometres lights a spot in that high
        layer of meteor sodium. It serves as an artificial star, and shows how the air is bending the light of
        the real ones.
      </SideNote>
      <p>
        The last large maker of the pure lamp closed its line around 2020. What remains burns on in a few
        tunnels and side roads until it fails. If you pass one, look at your hands. You are seeing them, for
        once, by the light of a single number.
        <End />
      </p>
    </>
  )
}
