import { Inbox, Plus, Trash2 } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { Problem, Unreachable } from '../../../../shared/api/problem'
import {
  Avatar,
  Badge,
  Button,
  Checkbox,
  Chip,
  ColourDot,
  Confirm,
  Dialog,
  EmptyState,
  ErrorState,
  IconButton,
  Kbd,
  Menu,
  MenuCheckItem,
  MenuGroup,
  MenuItem,
  MenuSeparator,
  notify,
  Skeleton,
  Switch,
  Tabs,
} from '../../../../shared/ui/kit'
import { toggleTheme } from '../../app/preferences'
import { Fields } from './Fields'

const LOOKS = ['primary', 'outline', 'ghost', 'danger', 'note'] as const
const TONES = ['plain', 'accent', 'ok', 'warn', 'bad', 'note'] as const
const TOKENS = [
  'canvas',
  'surface',
  'raised',
  'sunken',
  'hover',
  'selected',
  'accent',
  'ok',
  'warn',
  'bad',
  'note',
  'out',
] as const

/** Every component of shared/ui in every state. Texts are English only: nobody but developers sees this. */
export function KitScreen() {
  return (
    <main className="h-full overflow-y-auto p-6">
      <div className="mx-auto flex max-w-[900px] flex-col gap-8">
        <header className="flex items-center justify-between">
          <h1 className="font-semibold text-xl">Kit</h1>
          <Button onClick={toggleTheme}>Light or dark</Button>
        </header>
        <Part name="Tokens">
          {TOKENS.map(token => (
            <span key={token} className="flex flex-col items-center gap-1 text-xs">
              <span className="size-12 rounded-md border border-line" style={{ background: `var(--${token})` }} />
              {token}
            </span>
          ))}
        </Part>
        <Buttons />
        <Part name="Badges, chips, marks">
          {TONES.map(tone => (
            <Badge key={tone} tone={tone}>
              {tone}
            </Badge>
          ))}
          <Chip onRemove={() => undefined} removeLabel="Remove filter">
            Status is <b>New</b>
          </Chip>
          <ColourDot colour="#0b84d8" />
          <Avatar name="Tom Kraus" />
          <Avatar name="Anna Müller" size={24} ring />
          <Avatar name={null} size={24} />
          <Kbd keys="mod+k" />
          <Kbd keys="g a" />
        </Part>
        <Fields />
        <Overlays />
        <Choices />
        <States />
      </div>
    </main>
  )
}

export function Part({ name, children }: { name: string; children: ReactNode }) {
  return (
    <section>
      <h2 className="mb-3 font-semibold text-lg">{name}</h2>
      <div className="flex flex-wrap items-center gap-3">{children}</div>
    </section>
  )
}

function Buttons() {
  return (
    <Part name="Buttons">
      {LOOKS.map(look => (
        <Button key={look} look={look}>
          {look}
        </Button>
      ))}
      <Button look="primary" size="sm">
        small
      </Button>
      <Button look="primary" size="lg">
        large
      </Button>
      <Button disabled>disabled</Button>
      <IconButton label="New ticket" keys="c">
        <Plus size={15} />
      </IconButton>
    </Part>
  )
}

function Overlays() {
  const [dialog, setDialog] = useState(false)
  const [asked, setAsked] = useState(false)
  const [wide, setWide] = useState(true)
  return (
    <Part name="Menus, dialogs, notices">
      <Menu trigger={<Button>Menu</Button>}>
        <MenuGroup label="Group">
          <MenuItem keys="e" onClick={() => undefined}>
            Close
          </MenuItem>
          <MenuItem disabled onClick={() => undefined}>
            Not now
          </MenuItem>
        </MenuGroup>
        <MenuSeparator />
        <MenuCheckItem checked={wide} onChange={setWide}>
          Wide
        </MenuCheckItem>
      </Menu>
      <Button onClick={() => setDialog(true)}>Dialog</Button>
      <Dialog open={dialog} onClose={() => setDialog(false)} title="A dialog">
        <p>What stands in it.</p>
      </Dialog>
      <Button look="danger" onClick={() => setAsked(true)}>
        <Trash2 size={14} /> Delete for good
      </Button>
      <Confirm
        open={asked}
        onClose={() => setAsked(false)}
        title="Delete for good?"
        text="This cannot be undone."
        action="Delete"
        onConfirm={() => notify({ title: 'Deleted' })}
      />
      <Button
        onClick={() =>
          notify({ title: 'Closed', description: 'DS-10042 The printer is on fire', undo: () => undefined })
        }
      >
        Notice with undo
      </Button>
      <Button onClick={() => notify({ title: 'This could not be saved', tone: 'error' })}>Error</Button>
    </Part>
  )
}

function Choices() {
  const [ticked, setTicked] = useState(true)
  const [on, setOn] = useState(false)
  const [tab, setTab] = useState('one')
  return (
    <Part name="Choices">
      <Checkbox checked={ticked} onChange={setTicked} label="Select DS-10042" />
      <Switch checked={on} onChange={setOn} label="Single keys" help="J, K, E and others without Ctrl." />
      <div className="w-full rounded-lg border border-line">
        <Tabs
          label="Parts of a ticket"
          selected={tab}
          onSelect={setTab}
          tabs={[
            { id: 'one', label: 'Activities', count: 6, panel: <p className="p-4">First panel</p> },
            { id: 'two', label: 'Master data', panel: <p className="p-4">Second panel</p> },
          ]}
        />
      </div>
    </Part>
  )
}

function States() {
  const refused = new Problem(409, { code: 'stale_version', detail: 'Somebody else has changed this meanwhile.' })
  return (
    <Part name="Empty, loading, failed">
      <EmptyState
        icon={<Inbox size={28} aria-hidden />}
        title="All done here"
        text="New tickets appear here by themselves."
      />
      <div className="flex w-60 flex-col gap-2">
        <Skeleton className="h-3 w-2/5" />
        <Skeleton className="h-3 w-4/5" />
      </div>
      <ErrorState error={refused} onRetry={() => undefined} />
      <ErrorState error={new Unreachable(null)} />
    </Part>
  )
}
