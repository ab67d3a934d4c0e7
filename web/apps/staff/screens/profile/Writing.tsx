import { useQuery } from '@tanstack/react-query'
import { useText } from '../../../../shared/i18n/language'
import { ErrorState, SelectField } from '../../../../shared/ui/kit'
import { call } from '../../app/api'
import { type Preferences, prefer, usePreferences } from '../../app/preferences'
import { writingQuery } from '../../data/creation'
import { Card } from './Card'
import { change } from './change'
import { words } from './words'

const SECONDS = [0, 5, 10, 20, 30]
/** What the app takes where nobody has chosen. */
const USUAL = 10

/** What happens while and after one writes. */
export function Writing() {
  const text = useText(words)
  const afterSend = usePreferences(all => all.afterSend)
  const writing = useQuery(writingQuery)
  const seconds = writing.data?.undo_seconds ?? USUAL
  const choices: Record<Preferences['afterSend'], string> = {
    stay: text.afterSendStay,
    next: text.afterSendNext,
    list: text.afterSendList,
  }
  return (
    <Card title={text.writing}>
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField
          label={text.afterSend}
          value={afterSend}
          onChange={event => prefer({ afterSend: event.target.value as Preferences['afterSend'] })}
          options={Object.entries(choices).map(([value, label]) => ({ value, label }))}
        />
        {writing.error ? (
          <ErrorState error={writing.error} onRetry={() => void writing.refetch()} />
        ) : (
          <SelectField
            label={text.undo}
            disabled={!writing.data}
            value={String(seconds)}
            onChange={event =>
              void change(text.saved, ['preferences'], () =>
                call('set_writing_preferences', { body: { undo_seconds: Number(event.target.value) } }),
              )
            }
            options={[...new Set([...SECONDS, seconds])].map(value => ({
              value: String(value),
              label: value === 0 ? text.undoNever : text.undoSeconds(value),
            }))}
          />
        )}
      </div>
    </Card>
  )
}
