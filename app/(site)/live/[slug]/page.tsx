import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { AdStack } from '#app/_ads/ad-stack.tsx'
import { StatusLine } from '#app/_ads/status-line.tsx'
import { ArticlePage } from '#app/(site)/_article-page.tsx'
import { adsBeside, findArticle } from '#app/(site)/_articles/index.ts'
import { readPublicIdentity } from '#lib/site/page-data.ts'

interface Props {
  params: Promise<{ slug: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const article = findArticle((await params).slug)
  if (!article) return {}
  return {
    title: article.title,
    description: article.standfirst,
    alternates: { canonical: `/articles/${article.slug}` },
    robots: { index: false },
  }
}

/** The dynamic twin of `articles/[slug]`: rendered for one reader, with the identity inline. */
export default async function LiveArticle({ params }: Props) {
  const article = findArticle((await params).slug)
  if (!article) notFound()
  const ads = adsBeside(article)
  return (
    <AdStack ads={ads} {...(ads === 'all' && { initial: await readPublicIdentity() })}>
      <StatusLine />
      <ArticlePage article={article} />
    </AdStack>
  )
}
