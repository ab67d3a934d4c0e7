/** The pages in the order in which one learns; each is a file in `pages/en` and `pages/de`. */
export const TOPICS = [
  'basics',
  'how-to',
  'create-tickets',
  'work-with-tickets',
  'lists-and-views',
  'reminders',
  'visibility',
  'channels',
  'configuration',
] as const

export type Topic = (typeof TOPICS)[number]
