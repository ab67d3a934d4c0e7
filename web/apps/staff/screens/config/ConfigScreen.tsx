import { Link, Navigate, useNavigate, useParams } from '@tanstack/react-router'
import { ChevronsUpDown, Lock, Menu as MenuIcon } from 'lucide-react'
import { useText } from '../../../../shared/i18n/language'
import { classes } from '../../../../shared/lib/classes'
import { Button, EmptyState, IconButton, Menu, MenuGroup, MenuItem } from '../../../../shared/ui/kit'
import { chrome } from '../../app/chrome'
import { words as appWords } from '../../app/words'
import { useMe } from '../../data/session'
import { GROUPS, SECTIONS, type Section } from './sections'
import { words } from './words'

/** Configuration: what can be set up on the left, and the section that is open. */
export function ConfigScreen() {
  const text = useText(words)
  const { section: key, id } = useParams({ from: '/shell/config/{-$section}/{-$id}' })
  const { permissions } = useMe()
  const mine = SECTIONS.filter(section => permissions.includes(section.permission))
  const section = SECTIONS.find(each => each.key === key)
  const first = mine[0]
  if (key === undefined && first) {
    return <Navigate to="/config/{-$section}/{-$id}" params={{ section: first.key, id: undefined }} replace />
  }
  return (
    <div className="flex min-w-0 flex-1 flex-col xl:flex-row">
      <SectionList sections={mine} current={section} />
      <SectionMenu sections={mine} current={section} />
      <div className="flex min-h-0 min-w-0 flex-1">
        {section && mine.includes(section) ? (
          <section.component key={section.key} id={id} />
        ) : (
          <EmptyState
            heading
            icon={<Lock size={28} aria-hidden />}
            title={section ? text.notYours : text.unknown}
            text={section ? text.notYoursText : text.unknownText}
          />
        )}
      </div>
    </div>
  )
}

type SectionsProps = { sections: readonly Section[]; current: Section | undefined }

/** The sections as a column, where there is room for one. */
function SectionList({ sections, current }: SectionsProps) {
  const text = useText(words)
  return (
    <nav
      aria-label={text.configuration}
      className="w-[196px] shrink-0 overflow-y-auto border-line border-r bg-sunken px-2 pb-3 max-xl:hidden"
    >
      {GROUPS.map(group => {
        const own = sections.filter(section => section.group === group)
        if (own.length === 0) return null
        return (
          <div key={group}>
            <h2 className="mt-4 mb-1 px-2 font-medium text-fg-3 text-xs">{text[group]}</h2>
            <ul className="flex flex-col gap-px">
              {own.map(section => (
                <li key={section.key}>
                  <Link
                    to="/config/{-$section}/{-$id}"
                    params={{ section: section.key, id: undefined }}
                    aria-current={section === current ? 'page' : undefined}
                    className={classes(
                      'flex h-7 items-center gap-2 rounded-md px-2 hover:bg-hover',
                      section === current ? 'bg-selected font-medium' : 'text-fg-2',
                    )}
                  >
                    <section.icon size={15} aria-hidden />
                    <span className="truncate">{text[section.word]}</span>
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        )
      })}
    </nav>
  )
}

/** The sections as a menu, where the column does not fit. */
function SectionMenu({ sections, current }: SectionsProps) {
  const text = useText(words)
  const app = useText(appWords)
  const navigate = useNavigate()
  return (
    <div className="flex h-12 shrink-0 items-center gap-2 border-line border-b bg-sunken px-3 xl:hidden">
      <IconButton label={app.openNavigation} className="md:hidden" onClick={() => chrome.set({ navigation: true })}>
        <MenuIcon size={16} />
      </IconButton>
      <Menu
        trigger={
          <Button>
            {text.configuration}
            {current && `: ${text[current.word]}`}
            <ChevronsUpDown size={13} aria-hidden />
          </Button>
        }
      >
        {GROUPS.map(group => {
          const own = sections.filter(section => section.group === group)
          if (own.length === 0) return null
          return (
            <MenuGroup key={group} label={text[group]}>
              {own.map(section => (
                <MenuItem
                  key={section.key}
                  icon={<section.icon size={15} aria-hidden />}
                  onClick={() =>
                    void navigate({ to: '/config/{-$section}/{-$id}', params: { section: section.key, id: undefined } })
                  }
                >
                  {text[section.word]}
                </MenuItem>
              ))}
            </MenuGroup>
          )
        })}
      </Menu>
    </div>
  )
}
