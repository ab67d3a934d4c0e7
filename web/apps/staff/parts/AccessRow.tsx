import { Badge, Button } from '../../../shared/ui/kit'

type AccessRowProps = { name: string; about: string; badge?: string; action?: string; onAction?: () => void }

/** A session or a token: what it is, and the button that ends it. */
export function AccessRow({ name, about, badge, action, onAction }: AccessRowProps) {
  return (
    <li className="flex min-h-11 items-center gap-3 rounded-md border border-line bg-surface px-3 py-1.5">
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium" title={name}>
          {name}
        </span>
        <span className="block truncate text-fg-3 text-xs" title={about}>
          {about}
        </span>
      </span>
      {badge && <Badge tone="accent">{badge}</Badge>}
      {action && onAction && (
        <Button size="sm" onClick={onAction} aria-label={`${action}: ${name}`}>
          {action}
        </Button>
      )}
    </li>
  )
}
