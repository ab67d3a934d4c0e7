import { useQuery } from '@tanstack/react-query'
import { Copy } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import type { Permission } from '../../../../shared/api/staff'
import { moment } from '../../../../shared/i18n/formats'
import { useText } from '../../../../shared/i18n/language'
import { Button, ErrorState, notify, Skeleton, TextField } from '../../../../shared/ui/kit'
import { call, queries } from '../../app/api'
import { useSubmit } from '../../app/useSubmit'
import { myTokensQuery } from '../../data/profile'
import { useMe } from '../../data/session'
import { AccessRow } from '../../parts/AccessRow'
import { Card } from './Card'
import { change } from './change'
import { permissionWords } from './permissionWords'
import { words } from './words'

/** Tokens with which programs act in one's name. */
export function Tokens() {
  const text = useText(words)
  const allows = useText(permissionWords)
  const tokens = useQuery(myTokensQuery)
  const [open, setOpen] = useState(false)
  const [fresh, setFresh] = useState<string | null>(null)
  const revoke = (id: string) =>
    change(text.revoked, ['profile'], () => call('delete_token', { path: { token_id: id } }))
  return (
    <Card title={text.tokens} text={text.tokensText}>
      {tokens.error && <ErrorState error={tokens.error} onRetry={() => void tokens.refetch()} />}
      {tokens.isPending && <Skeleton className="h-11 w-full" />}
      <ul className="flex flex-col gap-1">
        {tokens.data?.map(token => (
          <AccessRow
            key={token.id}
            name={token.name}
            about={`${token.scopes.map(scope => allows[scope]).join(', ')} · ${text.expires(moment(token.expires_at))}`}
            action={text.revoke}
            onAction={() => void revoke(token.id)}
          />
        ))}
      </ul>
      {fresh && <FreshToken token={fresh} />}
      {open ? (
        <NewToken
          onCreated={token => {
            setFresh(token)
            setOpen(false)
          }}
        />
      ) : (
        <div>
          <Button onClick={() => setOpen(true)}>{text.newToken}</Button>
        </div>
      )}
    </Card>
  )
}

/** The one moment in which a token can be read. */
function FreshToken({ token }: { token: string }) {
  const text = useText(words)
  const copy = async () => {
    await navigator.clipboard.writeText(token)
    notify({ title: text.copied })
  }
  return (
    <div role="status" className="flex flex-col gap-2 rounded-md bg-warn-soft p-3 text-warn-fg">
      <p>{text.tokenOnce}</p>
      <div className="flex items-center gap-2">
        <code className="min-w-0 flex-1 break-all rounded-md bg-surface px-2 py-1 text-fg">{token}</code>
        {navigator.clipboard && (
          <Button size="sm" onClick={() => void copy()}>
            <Copy size={13} aria-hidden />
            {text.copy}
          </Button>
        )}
      </div>
    </div>
  )
}

const USUAL_DAYS = 90

function NewToken({ onCreated }: { onCreated: (token: string) => void }) {
  const text = useText(words)
  const allows = useText(permissionWords)
  const { permissions } = useMe()
  const [name, setName] = useState('')
  const [scopes, setScopes] = useState<Permission[]>([])
  const [days, setDays] = useState(USUAL_DAYS)
  const { busy, problem, submit } = useSubmit()
  const create = (event: FormEvent) => {
    event.preventDefault()
    void submit(async () => {
      const made = await call('create_token', { body: { name, scopes, expires_in_days: days } })
      await queries.invalidateQueries({ queryKey: ['profile'] })
      onCreated(made.token)
    })
  }
  const tick = (scope: Permission, on: boolean) =>
    setScopes(permissions.filter(each => (each === scope ? on : scopes.includes(each))))
  return (
    <form onSubmit={create} className="flex flex-col gap-4 rounded-md border border-line p-4">
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField label={text.tokenName} value={name} onChange={event => setName(event.target.value)} />
        <TextField
          label={text.days}
          type="number"
          min={1}
          max={365}
          value={String(days)}
          onChange={event => setDays(Number(event.target.value))}
        />
      </div>
      <fieldset>
        <legend className="mb-1.5 font-medium">{text.scopes}</legend>
        <div className="grid gap-1 sm:grid-cols-2">
          {permissions.map(scope => (
            <label key={scope} className="flex min-h-7 items-center gap-2">
              <input
                type="checkbox"
                checked={scopes.includes(scope)}
                onChange={event => tick(scope, event.target.checked)}
                className="size-4 accent-(--accent)"
              />
              <span>
                {allows[scope]} <code className="text-2xs text-fg-3">{scope}</code>
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      {problem && (
        <p role="alert" className="rounded-md bg-bad-soft px-3 py-2 text-bad-fg">
          {problem}
        </p>
      )}
      <div>
        <Button type="submit" look="primary" disabled={name.trim() === '' || scopes.length === 0} aria-disabled={busy}>
          {text.tokenCreate}
        </Button>
      </div>
    </form>
  )
}
