import { Menu as MenuIcon } from 'lucide-react'
import { useText } from '../../../../shared/i18n/language'
import { Avatar, IconButton } from '../../../../shared/ui/kit'
import { chrome } from '../../app/chrome'
import { words as appWords } from '../../app/words'
import { useMay, useMe } from '../../data/session'
import { HelpLink } from '../help/HelpLink'
import { Absence } from './Absence'
import { Device } from './Device'
import { Notifications } from './Notifications'
import { Password } from './Password'
import { Sessions } from './Sessions'
import { Tokens } from './Tokens'
import { Writing } from './Writing'
import { words } from './words'

/** Everything that an agent sets up for themselves. */
export function ProfileScreen() {
  const text = useText(words)
  const app = useText(appWords)
  const me = useMe()
  const writes = useMay('notes:write')
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <header className="flex h-12 items-center gap-2 border-line border-b bg-surface px-4 md:hidden">
        <IconButton label={app.openNavigation} onClick={() => chrome.set({ navigation: true })}>
          <MenuIcon size={16} />
        </IconButton>
      </header>
      <div className="mx-auto flex max-w-3xl flex-col gap-4 p-6 max-md:p-4">
        <div className="flex items-center gap-3 pb-2">
          <Avatar name={me.name} size={44} />
          <div className="min-w-0 flex-1">
            <h1 className="font-semibold text-xl">{text.profile}</h1>
            <p className="truncate text-fg-2">
              {me.name} · {me.email}
            </p>
          </div>
          <HelpLink topic="basics" />
        </div>
        <Device />
        {writes && <Writing />}
        <Notifications />
        <Absence />
        <Password />
        <Sessions />
        <Tokens />
      </div>
    </div>
  )
}
