import { dictionary } from '../../../shared/i18n/dictionary'

export const words = dictionary(
  { remove: (name: string) => `Remove ${name}` },
  { remove: (name: string) => `${name} entfernen` },
)
