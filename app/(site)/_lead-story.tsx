import Link from 'next/link'
import { type Article, dateline } from '#app/(site)/_articles/article.ts'
import { DuskStreet } from '#app/(site)/_dusk-street.tsx'

export function LeadStory({ article }: { article: Article }) {
  return (
    <article className="lead">
      <div className="lead-picture">
        <DuskStreet />
      </div>
      <div className="lead-text">
        <p className="eyebrow">{article.subject}</p>
        <h1>
          <Link href={`/articles/${article.slug}`}>{article.title}</Link>
        </h1>
        <p className="standfirst">{article.standfirst}</p>
        <p className="meta">
          <time dateTime={article.published}>{dateline(article.published)}</time>, {article.minutes} minutes
        </p>
      </div>
    </article>
  )
}
