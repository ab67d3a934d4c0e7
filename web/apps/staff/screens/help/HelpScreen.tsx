import { Link, useLocation, useParams } from '@tanstack/react-router'
import { Menu as MenuIcon, Search, SearchX } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useLanguage, useText } from '../../../../shared/i18n/language'
import { classes } from '../../../../shared/lib/classes'
import { EmptyState, IconButton } from '../../../../shared/ui/kit'
import { chrome } from '../../app/chrome'
import { words as appWords } from '../../app/words'
import { find } from './finding'
import { HelpArticle } from './HelpArticle'
import { type HelpPage, pagesOf, plain } from './pages'
import { words } from './words'

/** Help (TC-20): all pages with a search, or the one that the address names. */
export function HelpScreen() {
  const text = useText(words)
  const app = useText(appWords)
  const language = useLanguage()
  const { topic } = useParams({ from: '/shell/help/{-$topic}' })
  const pages = pagesOf(language)
  const page = pages.find(each => each.topic === topic)
  useHash(page)
  return (
    <div className="flex min-w-0 flex-1 flex-col">
      <header className="flex h-12 shrink-0 items-center border-line border-b bg-surface px-4 md:hidden">
        <IconButton label={app.openNavigation} onClick={() => chrome.set({ navigation: true })}>
          <MenuIcon size={16} />
        </IconButton>
      </header>
      <div className="flex min-h-0 flex-1">
        <Pages pages={pages} topic={topic} />
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a page may hold nothing that takes the focus, and is scrolled by keys */}
        <section aria-label={text.help} tabIndex={0} className="min-w-0 flex-1 overflow-y-auto">
          <div key={topic} className="mx-auto max-w-3xl p-6 max-md:p-4">
            {topic !== undefined && (
              <p className="mb-3 lg:hidden">
                <Link to="/help/{-$topic}" params={{ topic: undefined }} className="text-accent-fg underline">
                  {text.allPages}
                </Link>
              </p>
            )}
            {page && <HelpArticle page={page} />}
            {topic === undefined && <Index pages={pages} />}
            {topic !== undefined && !page && (
              <EmptyState heading icon={<SearchX size={28} aria-hidden />} title={text.notThere} />
            )}
          </div>
        </section>
      </div>
    </div>
  )
}

/** All pages beside the one that is read, where there is room. */
function Pages({ pages, topic }: { pages: readonly HelpPage[]; topic: string | undefined }) {
  const text = useText(words)
  return (
    <nav
      aria-label={text.pages}
      className="w-[224px] shrink-0 overflow-y-auto border-line border-r bg-sunken px-2 py-3 max-lg:hidden"
    >
      <ul className="flex flex-col gap-px">
        {[{ topic: undefined, title: text.allPages }, ...pages].map(each => (
          <li key={each.title}>
            <Link
              to="/help/{-$topic}"
              params={{ topic: each.topic }}
              activeOptions={{ exact: true }}
              aria-current={each.topic === topic ? 'page' : undefined}
              className={classes(
                'flex min-h-7 items-center rounded-md px-2 py-1 hover:bg-hover',
                each.topic === topic ? 'bg-selected font-medium' : 'text-fg-2',
              )}
            >
              {each.title}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function Index({ pages }: { pages: readonly HelpPage[] }) {
  const text = useText(words)
  const [typed, setTyped] = useState('')
  const found = find(pages, typed)
  return (
    <div className="flex flex-col gap-4">
      <div>
        <h1 className="font-semibold text-xl">{text.help}</h1>
        <p className="text-fg-2">{text.index}</p>
      </div>
      <label className="flex h-10 items-center gap-2 rounded-md border border-control bg-surface px-3 focus-within:border-accent">
        <Search size={15} className="text-fg-3" aria-hidden />
        <span className="sr-only">{text.search}</span>
        <input
          type="text"
          enterKeyHint="search"
          value={typed}
          placeholder={text.search}
          onChange={event => setTyped(event.target.value)}
          className="min-w-0 flex-1 bg-transparent text-base outline-none placeholder:text-fg-3"
        />
      </label>
      {typed.trim() === '' ? (
        <Entries
          entries={pages.map(page => ({ topic: page.topic, hash: '', title: page.title, text: plain(page.lead) }))}
        />
      ) : (
        <Entries
          entries={found.map(({ page, section, excerpt }) => ({
            topic: page.topic,
            hash: section.id,
            title: section.heading ? `${page.title}: ${section.heading}` : page.title,
            text: excerpt,
          }))}
        />
      )}
      {typed.trim() !== '' && found.length === 0 && <p role="status">{text.noMatch}</p>}
    </div>
  )
}

type Entry = { topic: string; hash: string; title: string; text: string }

const Entries = ({ entries }: { entries: readonly Entry[] }) => (
  <ul className="flex flex-col gap-2">
    {entries.map(each => (
      <li key={`${each.topic}#${each.hash}`} className="rounded-lg border border-line bg-surface p-4">
        <Link
          to="/help/{-$topic}"
          params={{ topic: each.topic }}
          hash={each.hash}
          className="font-medium text-accent-fg underline underline-offset-2"
        >
          {each.title}
        </Link>
        <p className="text-fg-2">{each.text}</p>
      </li>
    ))}
  </ul>
)

/** Shows the section that the address names; it is there only once the page is. */
function useHash(page: HelpPage | undefined) {
  const hash = useLocation({ select: location => location.hash })
  useEffect(() => {
    if (page && hash) document.getElementById(hash)?.scrollIntoView()
  }, [page, hash])
}
