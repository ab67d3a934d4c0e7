import { type HelpPage, plain, type Section, wordsOf } from './pages'

export type Found = { page: HelpPage; section: Section; excerpt: string }

const AROUND = 60
const MOST = 20

/** Sections that hold every word typed; those that have one in their heading first. */
export function find(pages: readonly HelpPage[], typed: string): Found[] {
  const wanted = typed.toLowerCase().split(/\s+/).filter(Boolean)
  if (wanted.length === 0) return []
  const found = pages.flatMap(page =>
    page.sections.flatMap(section => {
      const heading = `${page.title} ${section.heading}`.toLowerCase()
      const body = [...(section.id ? [] : [plain(page.lead)]), ...section.blocks.map(wordsOf)].join(' · ')
      const all = `${heading} ${body.toLowerCase()}`
      if (!wanted.every(word => all.includes(word))) return []
      return [
        { page, section, excerpt: excerptOf(body, wanted), inHeading: wanted.some(word => heading.includes(word)) },
      ]
    }),
  )
  return found.sort((one, other) => Number(other.inHeading) - Number(one.inHeading)).slice(0, MOST)
}

function excerptOf(body: string, wanted: readonly string[]): string {
  const places = wanted.map(word => body.toLowerCase().indexOf(word)).filter(place => place >= 0)
  const from = Math.max(0, Math.min(...places, body.length) - AROUND)
  const begin = places.length > 0 ? from : 0
  const text = body.slice(begin, begin + 3 * AROUND).trim()
  return `${begin > 0 ? '…' : ''}${text}${begin + 3 * AROUND < body.length ? '…' : ''}`
}
