import type { ActivityOut } from '../../../../shared/api/staff'
import { fullMoment, moment } from '../../../../shared/i18n/formats'
import { useLanguage, useText } from '../../../../shared/i18n/language'
import { fieldWords, words } from './words'

/** A change of the ticket itself: one thin line. */
export function StatusLine({ activity }: { activity: ActivityOut }) {
  const text = useText(words)
  const fields: Record<string, string> = useText(fieldWords)
  const language = useLanguage()
  const changes = activity.changes.map(change =>
    text.changed(
      change.label?.[language] ?? fields[change.field] ?? change.field,
      change.from ?? text.cleared,
      change.to ?? text.cleared,
    ),
  )
  return (
    <p className="flex flex-wrap items-baseline justify-center gap-x-2 text-center text-fg-3 text-xs">
      <span>{activity.author.name || text.system}</span>
      <span className="text-fg-2">{changes.length > 0 ? changes.join(' · ') : activity.text}</span>
      <time dateTime={activity.at} title={fullMoment(activity.at)}>
        {moment(activity.at)}
      </time>
    </p>
  )
}
