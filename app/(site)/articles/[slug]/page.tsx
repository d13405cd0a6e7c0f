import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { AdStack } from '#app/_ads/ad-stack.tsx'
import { StatusLine } from '#app/_ads/status-line.tsx'
import { ArticlePage } from '#app/(site)/_article-page.tsx'
import { adsBeside, articles, findArticle } from '#app/(site)/_articles/index.ts'

interface Props {
  params: Promise<{ slug: string }>
}

export const dynamicParams = false

export function generateStaticParams() {
  return articles.map(({ slug }) => ({ slug }))
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const article = findArticle((await params).slug)
  return article ? { title: article.title, description: article.standfirst } : {}
}

/** Static: the same bytes for all readers. The browser fetches the identity. */
export default async function StaticArticle({ params }: Props) {
  const article = findArticle((await params).slug)
  if (!article) notFound()
  return (
    <AdStack ads={adsBeside(article)}>
      <StatusLine />
      <ArticlePage article={article} />
    </AdStack>
  )
}
