import type { Article } from '#app/(site)/_articles/article.ts'
import { Emblem, End, Opening, Plate, PullQuote, SideNote } from '#app/(site)/_articles/furniture.tsx'

export const cityDark: Article = {
  slug: 'how-cities-decide-that-it-is-dark',
  title: 'How cities decide that it is dark',
  standfirst:
    'Night has three official beginnings, and the street lamp outside your window obeys none of them.',
  subject: 'Twilight',
  published: '2026-11-14',
  minutes: 4,
  Emblem: () => (
    <Emblem>
      <path d="M0 60h96v36H0Z" fill="currentColor" opacity=".12" />
      <circle cx="48" cy="76" r="13" fill="var(--lamp)" />
      <path d="M8 60h80" stroke="currentColor" strokeWidth="2" />
      <path d="M20 46h56M30 33h36M39 20h18" stroke="currentColor" strokeWidth="1.5" opacity=".55" />
    </Emblem>
  ),
  Body,
}

function Body() {
  return (
    <>
      <Opening>
        Ask an astronomer when night begins and the answer comes in degrees. The sun sets when its upper edge
        drops out of sight. When its centre has sunk six degrees below the horizon, civil twilight is over; at
        twelve degrees nautical twilight ends; at eighteen, astronomical twilight. After that the sun adds
        nothing that an instrument could find, and it is as dark as it is going to be.
      </Opening>
      <p>
        Each of the three lines was drawn by somebody with a job to do. In civil twilight one can work
        outdoors and read large print without a lamp. In nautical twilight a navigator with a sextant still
        has both things that a star sight needs: bright stars above, and a sea horizon to measure them from.
        When the horizon dissolves, the sights stop. Astronomical twilight matters to those who look for faint
        things, such as the Milky Way, which the last scattered sunlight would drown.
      </p>
      <Plate
        viewBox="0 0 640 300"
        description="A diagram of the horizon with the sun at 6, 12 and 18 degrees below it, marking the ends of civil, nautical and astronomical twilight."
        caption="The three twilights, by how far the sun’s centre lies below the horizon. Each dot is the sun, to the scale of the degrees: it is only half a degree wide."
      >
        <path d="M0 60h640" stroke="currentColor" strokeWidth="2" />
        <g fill="var(--lamp)">
          <path d="M0 60h640v70H0Z" opacity=".4" />
          <path d="M0 130h640v70H0Z" opacity=".22" />
          <path d="M0 200h640v70H0Z" opacity=".09" />
        </g>
        <path d="M430 20c36 90 84 180 150 274" stroke="currentColor" strokeDasharray="2 6" />
        <g fill="currentColor">
          <circle cx="448" cy="60" r="3" />
          <circle cx="482" cy="130" r="3" />
          <circle cx="522" cy="200" r="3" />
          <circle cx="566" cy="270" r="3" />
        </g>
        <g>
          <text x="12" y="46">
            sunset
          </text>
          <text x="12" y="102">
            civil twilight
          </text>
          <text x="12" y="172">
            nautical twilight
          </text>
          <text x="12" y="242">
            astronomical twilight
          </text>
          <text x="12" y="291">
            night
          </text>
          <text x="500" y="126">
            −6°
          </text>
          <text x="542" y="196">
            −12°
          </text>
          <text x="586" y="266">
            −18°
          </text>
        </g>
      </Plate>
      <h2>The law prefers the clock</h2>
      <p>
        Few drivers carry an inclinometer, so laws translate. In Britain headlamps are compulsory in the
        “hours of darkness”, from half an hour after sunset to half an hour before sunrise. American air law
        lets night begin with the end of civil twilight. Both rules lean on an almanac, and both forget the
        weather: under a thunderhead it may be darker at four in the afternoon than on a clear evening at the
        legal moment.
      </p>
      <p>
        Latitude stretches everything. On the equator the sun dives straight down and civil twilight lasts
        some twenty minutes. Farther north it leaves at a slant. Beyond about 60½ degrees, which is just north
        of Helsinki and Oslo, the midsummer sun never gets six degrees down, and civil twilight joins dusk to
        dawn. Paris, at not quite 49 degrees, lies just far enough north that for a fortnight and more around
        midsummer it never becomes astronomically dark at all.
      </p>
      <PullQuote>
        A street lamp does not know where the sun is. It knows only how much light falls on its head.
      </PullQuote>
      <h2>A small eye on each lamp</h2>
      <p>
        A city would rather not pay for light that nobody needs, nor be blamed for a dark pavement. Gas
        companies in the nineteenth century worked from a table, and on nights when the almanac promised a
        good moon many towns left the lamps unlit, cloud or no cloud. Their successors gave every lamp a
        photocell: a small eye, often facing away from the street, that closes a circuit when the sky falls
        below a certain illuminance.
      </p>
      <p>
        What illuminance? For decades a common British setting was 70 lux, which is far from dark: about the
        light of a dim corridor. The reason was the lamp, not the eye. Sodium lamps need several minutes to
        run up to full output, so they had to be started early. Electronic gear and then light-emitting diodes
        took away the excuse, and the usual threshold came down by half and then nearly by half again. A clear
        sky gives three or four lux at the end of civil twilight, so most lamps still come on while there is
        colour in the west.
      </p>
      <SideNote title="Why lamps do not flicker at dusk">
        A photocell switches off at another level than it switches on, and waits before it does either.
        Without that gap, a passing cloud, or the glow of the lamp itself, would set the whole street
        blinking.
      </SideNote>
      <p>
        Newer systems go back to the almanac. A controller that knows its latitude, its longitude and the date
        works out sunset to the minute and corrects it by a few rooftop sensors. It is cheaper than ten
        thousand little eyes, and it lets a city dim its streets after midnight. It also returns the decision
        to where it began: a table of the sun, an opinion about how much light is enough, and somebody whose
        job it is to say that night has come.
        <End />
      </p>
    </>
  )
}
