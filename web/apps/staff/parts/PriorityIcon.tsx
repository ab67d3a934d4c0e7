import { useQuery } from '@tanstack/react-query'
import { CircleAlert, SignalHigh } from 'lucide-react'
import { useLanguage } from '../../../shared/i18n/language'
import { prioritiesQuery } from '../data/desk'

const SHOWN = { urgent: { icon: CircleAlert, colour: 'text-bad-fg' }, high: { icon: SignalHigh, colour: 'text-fg-2' } }

/** Only what is more urgent than normal is shown: what everything has tells nothing. */
export function PriorityIcon({ priority, size = 13 }: { priority: string; size?: number }) {
  const language = useLanguage()
  const known = useQuery(prioritiesQuery).data?.find(each => each.key === priority)
  if (priority !== 'urgent' && priority !== 'high') return null
  const { icon: Icon, colour } = SHOWN[priority]
  return <Icon size={size} className={colour} role="img" aria-label={known?.name[language] ?? priority} />
}
