/** A text, or a function that makes one: `found: (count: number) => …`. */
type Entry = string | ((...given: never[]) => string)
type Entries = Record<string, Entry>

/** The same keys with the same parameters. */
type Translated<Texts extends Entries> = {
  [Key in keyof Texts]: Texts[Key] extends string ? string : Texts[Key]
}

export type Language = 'en' | 'de'
export type Dictionary<Texts extends Entries> = Record<Language, Translated<Texts>>

/** The texts of one screen in both languages; a text that is missing in one of them does not compile. */
export function dictionary<Texts extends Entries>(en: Texts, de: Translated<Texts>): Dictionary<Texts> {
  return { en: en as Translated<Texts>, de }
}
