import { store } from '../lib/store'
import type { Dictionary, Language } from './dictionary'

const KEY = 'language'

const isLanguage = (value: string | null): value is Language => value === 'en' || value === 'de'

const chosen = localStorage.getItem(KEY)
const ofBrowser: Language = navigator.language.startsWith('de') ? 'de' : 'en'
const languages = store({ language: isLanguage(chosen) ? chosen : ofBrowser })

export const language = () => languages.get().language
export const useLanguage = () => languages.use(state => state.language)

/** Speak this language from now on, on this device. */
export function setLanguage(next: Language) {
  localStorage.setItem(KEY, next)
  document.documentElement.lang = next
  languages.set({ language: next })
}

/** Speak the language of the account, unless somebody chose one on this device. */
export function suggestLanguage(next: string) {
  if (isLanguage(next) && !isLanguage(localStorage.getItem(KEY))) {
    document.documentElement.lang = next
    languages.set({ language: next })
  }
}

/** The texts of a dictionary in the present language: `const text = useText(words)`. */
export function useText<Texts extends Record<string, string | ((...given: never[]) => string)>>(
  words: Dictionary<Texts>,
) {
  return words[useLanguage()]
}

/** The same outside of a component, for example in a toast. */
export const textOf = <Texts extends Record<string, string | ((...given: never[]) => string)>>(
  words: Dictionary<Texts>,
) => words[language()]
