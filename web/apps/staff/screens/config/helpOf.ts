import type { Topic } from '../help/topics'

const PAGES: Record<string, Topic> = { channels: 'channels', staff: 'visibility', groups: 'visibility' }

/** The help page of a section of the configuration. */
export const helpOf = (section: string): Topic => PAGES[section] ?? 'configuration'
