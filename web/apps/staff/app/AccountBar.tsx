import { useNavigate } from '@tanstack/react-router'
import { Keyboard, Languages, LogOut, Moon, Sun, UserRound } from 'lucide-react'
import type { ReactNode } from 'react'
import { setLanguage, useLanguage, useText } from '../../../shared/i18n/language'
import {
  Avatar,
  IconButton,
  Menu,
  MenuCheckItem,
  MenuGroup,
  MenuItem,
  MenuSeparator,
  notify,
} from '../../../shared/ui/kit'
import { forgetSession, signOut, useMe } from '../data/session'
import { chrome } from './chrome'
import { prefer, toggleTheme, useIsDark, usePreferences } from './preferences'
import { problemText } from './problems'
import { words } from './words'

/** Who is signed in, with what one changes at any time: language, theme, keys. */
export function AccountBar() {
  const text = useText(words)
  const me = useMe()
  const dark = useIsDark()
  return (
    <div className="flex items-center gap-1 border-line border-t p-2">
      <AccountMenu>
        <Avatar name={me.name} size={24} />
        <span className="flex-1 truncate text-left font-medium">{me.name}</span>
      </AccountMenu>
      <IconButton
        label={text.shortcuts}
        keys="?"
        side="top"
        onClick={() => chrome.set({ help: true, navigation: false })}
      >
        <Keyboard size={15} />
      </IconButton>
      <IconButton label={dark ? text.lightMode : text.darkMode} keys="mod+." side="top" onClick={toggleTheme}>
        {dark ? <Sun size={15} /> : <Moon size={15} />}
      </IconButton>
    </div>
  )
}

function AccountMenu({ children }: { children: ReactNode }) {
  const text = useText(words)
  const language = useLanguage()
  const singleKeys = usePreferences(all => all.singleKeys)
  const navigate = useNavigate()
  const leave = async () => {
    try {
      await signOut()
      await navigate({ to: '/sign-in', search: {} })
      forgetSession()
    } catch (error) {
      notify({ title: problemText(error), tone: 'error' })
    }
  }
  const trigger = (
    <button type="button" className="flex h-8 min-w-0 flex-1 items-center gap-2 rounded-md px-1.5 hover:bg-hover">
      {children}
    </button>
  )
  return (
    <Menu trigger={trigger}>
      <MenuItem icon={<UserRound size={14} />} onClick={() => void navigate({ to: '/profile' })}>
        {text.profile}
      </MenuItem>
      <MenuSeparator />
      <MenuGroup label={text.language}>
        <MenuCheckItem checked={language === 'de'} onChange={() => setLanguage('de')} icon={<Languages size={14} />}>
          {text.german}
        </MenuCheckItem>
        <MenuCheckItem checked={language === 'en'} onChange={() => setLanguage('en')} icon={<Languages size={14} />}>
          {text.english}
        </MenuCheckItem>
      </MenuGroup>
      <MenuSeparator />
      <MenuItem icon={<Keyboard size={14} />} onClick={() => prefer({ singleKeys: !singleKeys })}>
        {singleKeys ? text.singleKeysOff : text.singleKeysOn}
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon={<LogOut size={14} />} onClick={() => void leave()}>
        {text.signOut}
      </MenuItem>
    </Menu>
  )
}
