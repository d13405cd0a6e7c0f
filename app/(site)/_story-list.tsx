import Link from 'next/link'
import { type Article, dateline } from '#app/(site)/_articles/article.ts'

export function StoryList({ articles }: { articles: readonly Article[] }) {
  return (
    <ul className="stories">
      {articles.map((article) => (
        <li key={article.slug} className="story">
          <article.Emblem />
          <div>
            <h3 className="story-title">
              <Link href={`/articles/${article.slug}`}>{article.title}</Link>
            </h3>
            <p className="story-standfirst">{article.standfirst}</p>
            <p className="meta">
              <time dateTime={article.published}>{dateline(article.published)}</time>, {article.minutes}{' '}
              minutes
            </p>
          </div>
        </li>
      ))}
    </ul>
  )
}
