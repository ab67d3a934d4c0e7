import type { Language } from '../../../../shared/i18n/dictionary'
import { TOPICS } from './topics'

export type Inline = string | { kind: 'bold' | 'keys'; text: string } | { kind: 'link'; text: string; to: string }
export type Block =
  | { kind: 'text'; text: Inline[] }
  | { kind: 'list' | 'steps'; items: Inline[][] }
  | { kind: 'table'; head: Inline[][]; rows: Inline[][][] }
export type Section = { id: string; heading: string; blocks: Block[] }
export type HelpPage = { topic: string; title: string; lead: Inline[]; sections: Section[] }

const files = import.meta.glob<HelpPage>('./pages/*/*.md', { eager: true, import: 'default' })

/** All pages of a language. */
export const pagesOf = (language: Language): HelpPage[] =>
  TOPICS.map(topic => files[`./pages/${language}/${topic}.md`]).filter(page => page !== undefined)

export const plain = (text: readonly Inline[]): string =>
  text.map(part => (typeof part === 'string' ? part : part.text)).join('')

/** The words of a block, for the search. */
export function wordsOf(block: Block): string {
  switch (block.kind) {
    case 'text':
      return plain(block.text)
    case 'list':
    case 'steps':
      return block.items.map(plain).join(' · ')
    case 'table':
      return block.rows.map(row => row.map(plain).join(': ')).join(' · ')
  }
}
