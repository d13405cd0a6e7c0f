import type { Article } from '#app/(site)/_articles/article.ts'
import { Emblem, End, Opening, Plate, PullQuote, SideNote } from '#app/(site)/_articles/furniture.tsx'

export const candle: Article = {
  slug: 'why-the-candle-is-still-a-unit',
  title: 'Why the candle is still a unit',
  standfirst:
    'Of the seven base units of the metric system, one measures nothing unless somebody is looking.',
  subject: 'Measurement',
  published: '2026-10-24',
  minutes: 4,
  Emblem: () => (
    <Emblem>
      <path d="M36 48h24v38H36Z" fill="currentColor" />
      <path d="M48 48v-7" stroke="currentColor" strokeWidth="2" />
      <path d="M48 10c8 11 11 16 11 22a11 11 0 0 1-22 0c0-6 3-11 11-22Z" fill="var(--lamp)" />
      <path d="M28 86h40" stroke="currentColor" strokeWidth="3" />
    </Emblem>
  ),
  Body,
}

/** The standard observer's daylight response, from 380 nm in steps of 10 nm. */
const response = [
  0, 0.0001, 0.0004, 0.0012, 0.004, 0.0116, 0.023, 0.038, 0.06, 0.091, 0.139, 0.208, 0.323, 0.503, 0.71,
  0.862, 0.954, 0.995, 0.995, 0.952, 0.87, 0.757, 0.631, 0.503, 0.381, 0.265, 0.175, 0.107, 0.061, 0.032,
  0.017, 0.0082, 0.0041, 0.0021, 0.001, 0.0005,
]

const curve = response.map((v, step) => `${40 + step * 16} ${(250 - v * 217).toFixed(1)}`).join(' L')

function Body() {
  return (
    <>
      <Opening>
        The metre no longer has anything to do with a bar, nor the second with the turning earth. The kilogram
        gave up its metal cylinder in 2019. But the unit of luminous intensity is called the candela, which is
        Latin for candle, and if you light an ordinary one and look at it from the side, it measures very
        nearly one of them.
      </Opening>
      <p>
        That is no accident. When towns began to buy gas by contract they had to say what they were buying,
        and the thing that everybody could compare it with was wax. The English Gas Act of 1860 fixed the
        comparison: a candle of spermaceti, six to the pound, burning at 120 grains an hour. An inspector set
        it at one end of a bench and the gas flame at the other, slid a paper screen with a grease spot
        between them, and read the ratio from where the spot vanished.
      </p>
      <h2>A century of better candles</h2>
      <p>
        Candles vary, so each country improved on them in its own way. France used a clockwork oil lamp of
        Carcel’s. Germany, from the 1880s, used the Hefner lamp, a small wick in amyl acetate trimmed until
        the flame stood exactly 40 millimetres high. The two did not agree, nor did either agree with the
        English candle. Jules Violle proposed to be rid of flames altogether and use the glow of platinum at
        the moment when it freezes, because a metal at its freezing point holds one temperature and no other.
      </p>
      <p>
        In 1948 the world took up his idea in an improved form. One square centimetre of a perfectly black
        cavity at the freezing point of platinum was declared to shine with sixty of the new units, a number
        chosen to stay close to the old candle, so that nobody’s lamps had to be relabelled. The new unit was
        the candela.
      </p>
      <PullQuote>Sixty was chosen so that nobody’s lamps had to be relabelled.</PullQuote>
      <p>
        Few laboratories ever managed to build the cavity. By the 1970s one could measure the power of a beam
        in watts far better than one could freeze platinum, and in 1979 the definition was turned round. It
        now begins with a colour: green light of 540 million million oscillations a second, a wavelength of
        about 555 nanometres in air. A source of that colour which sends 1/683 of a watt into one unit of
        solid angle has an intensity of one candela. The odd 683 is there for the same reason as the sixty. It
        keeps the unit the size of a candle.
      </p>
      <Plate
        viewBox="0 0 640 290"
        description="A bell-shaped curve of the eye’s sensitivity, highest at 555 nanometres in the green and falling to nearly nothing at 400 and 700."
        caption="How strongly an average daylight eye answers to one watt of each wavelength. The peak, 683 lumens for every watt, is the number in the definition."
      >
        <path d="M40 250h560" stroke="currentColor" strokeWidth="1.5" />
        <path d={`M${curve}`} fill="var(--lamp)" opacity=".28" />
        <path d={`M${curve}`} stroke="currentColor" strokeWidth="2" strokeLinejoin="round" />
        <path d="M320 33v217" stroke="currentColor" strokeDasharray="2 5" />
        <circle cx="320" cy="33" r="5" fill="var(--lamp)" stroke="currentColor" />
        <g>
          <text x="334" y="26">
            683 lm/W at 555 nm
          </text>
          <g className="soft" textAnchor="middle">
            <text x="104" y="276">
              <tspan className="wide-only">violet </tspan>
              420
            </text>
            <text x="216" y="276">
              <tspan className="wide-only">blue </tspan>
              490
            </text>
            <text x="320" y="276">
              <tspan className="wide-only">green </tspan>
              555
            </text>
            <text x="424" y="276">
              <tspan className="wide-only">orange </tspan>
              620
            </text>
            <text x="536" y="276">
              <tspan className="wide-only">red </tspan>
              690
            </text>
          </g>
        </g>
      </Plate>
      <h2>The unit with an eye in it</h2>
      <p>
        Why keep it? Physics has no need of it: a watt says how much energy a lamp throws out, and a spectrum
        says in which colours. But a heater can throw out a kilowatt and leave you in the dark. To say how
        bright something is, one has to say for whom, and the candela does. Behind it stands a curve, agreed
        in 1924 from the eyes of a few hundred people who sat in darkened rooms and matched one patch of light
        against another. It states how much a watt of each colour counts towards seeing. Green counts in full;
        deep red and violet hardly at all.
      </p>
      <SideNote title="What hangs from it">
        One candela into one unit of solid angle is a lumen, the number on a box of light bulbs. One lumen
        over a square metre is a lux. One candela from a square metre of surface is the nit of screens and
        telephones.
      </SideNote>
      <p>
        When the units were rewritten in 2019, so that each hung from a fixed constant of nature, the candela
        was given one as well: the luminous efficacy of that green light is 683 lumens per watt, exactly. It
        sits in the list beside the speed of light and the charge of the electron, and it is not like them. A
        being with other eyes would measure the same speed of light. It would have no use for our 683. The
        constant says only that somebody, once, was sitting beside a candle.
        <End />
      </p>
    </>
  )
}
