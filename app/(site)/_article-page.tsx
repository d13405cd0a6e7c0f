import Link from 'next/link'
import { AdSlot } from '#app/_ads/ad-slot.tsx'
import { type Article, dateline } from '#app/(site)/_articles/article.ts'
import { adsBeside, readNext } from '#app/(site)/_articles/index.ts'
import { StoryList } from '#app/(site)/_story-list.tsx'

/** An article, on its static page and on its dynamic twin. */
export function ArticlePage({ article }: { article: Article }) {
  const { Body } = article
  const ads = adsBeside(article) === 'all'
  return (
    <main id="content" className="page">
      <article>
        <header className="article-head">
          <p className="eyebrow">{article.subject}</p>
          <h1>{article.title}</h1>
          <p className="standfirst">{article.standfirst}</p>
          <p className="meta">
            <time dateTime={article.published}>{dateline(article.published)}</time>, {article.minutes} minutes
          </p>
        </header>
        <div className="article-columns">
          <div className="prose">
            <Body />
          </div>
          {ads ? (
            <div className="article-rail">
              <AdSlot id="article-side" size="rectangle" />
            </div>
          ) : null}
        </div>
      </article>
      <section className="more" aria-labelledby="read-next">
        <h2 id="read-next" className="section-title">
          Read next
        </h2>
        <StoryList articles={readNext(article.slug)} />
        <p className="meta">
          <Link href="/">All pieces, on the front page</Link>
        </p>
      </section>
      {ads ? (
        <div className="article-end">
          <AdSlot id="article-end" size="leaderboard" />
        </div>
      ) : null}
    </main>
  )
}
