import type { Language } from '../../../../shared/i18n/dictionary'
import { TOPICS } from './topics'

const files = import.meta.glob<string>('./pages/*/*.md', { eager: true, import: 'default', query: '?title' })

/** What the pages are called, without the pages: for the command palette. */
export const titlesOf = (language: Language) =>
  TOPICS.map(topic => ({ topic, title: files[`./pages/${language}/${topic}.md`] ?? topic }))
