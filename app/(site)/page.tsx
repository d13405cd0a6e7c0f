import { AdSlot } from '#app/_ads/ad-slot.tsx'
import { AdStack } from '#app/_ads/ad-stack.tsx'
import { StatusLine } from '#app/_ads/status-line.tsx'
import { Almanac } from '#app/(site)/_almanac.tsx'
import { articles } from '#app/(site)/_articles/index.ts'
import { LeadStory } from '#app/(site)/_lead-story.tsx'
import { StoryList } from '#app/(site)/_story-list.tsx'

export default function FrontPage() {
  const [lead, ...others] = articles
  return (
    <AdStack>
      <StatusLine />
      <main id="content" className="page">
        <LeadStory article={lead} />
        <AdSlot id="front-lead" size="billboard" />
        <div className="front-columns">
          <section aria-labelledby="earlier">
            <h2 id="earlier" className="section-title">
              Earlier this autumn
            </h2>
            <StoryList articles={others} />
          </section>
          <div className="front-rail">
            <Almanac />
            <AdSlot id="front-side" size="rectangle" />
          </div>
        </div>
      </main>
    </AdStack>
  )
}
