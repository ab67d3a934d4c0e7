import { setLanguage, useLanguage, useText } from '../../../../shared/i18n/language'
import { SelectField, Switch } from '../../../../shared/ui/kit'
import { type Preferences, prefer, usePreferences } from '../../app/preferences'
import { words as appWords } from '../../app/words'
import { Card } from './Card'
import { words } from './words'

/** Language, appearance and keys: kept on this device, and in force at once. */
export function Device() {
  const text = useText(words)
  const app = useText(appWords)
  const language = useLanguage()
  const theme = usePreferences(all => all.theme)
  const singleKeys = usePreferences(all => all.singleKeys)
  const themes: Record<Preferences['theme'], string> = {
    system: text.themeSystem,
    light: text.themeLight,
    dark: text.themeDark,
  }
  return (
    <Card title={text.device}>
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField
          label={text.language}
          value={language}
          onChange={event => setLanguage(event.target.value === 'de' ? 'de' : 'en')}
          options={[
            { value: 'en', label: app.english },
            { value: 'de', label: app.german },
          ]}
        />
        <SelectField
          label={text.theme}
          value={theme}
          onChange={event => prefer({ theme: event.target.value as Preferences['theme'] })}
          options={Object.entries(themes).map(([value, label]) => ({ value, label }))}
        />
      </div>
      <Switch
        label={text.keyboard}
        help={text.keyboardHelp}
        checked={singleKeys}
        onChange={next => prefer({ singleKeys: next })}
      />
    </Card>
  )
}
