import { type FormEvent, useState } from 'react'
import { useText } from '../../../../shared/i18n/language'
import { Button, notify, TextField } from '../../../../shared/ui/kit'
import { call, queries } from '../../app/api'
import { useSubmit } from '../../app/useSubmit'
import { useMe } from '../../data/session'
import { Card } from './Card'
import { words } from './words'

/** Another password, by whoever knows the present one. */
export function Password() {
  const text = useText(words)
  const me = useMe()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const { busy, problem, submit } = useSubmit()
  const save = (event: FormEvent) => {
    event.preventDefault()
    void submit(async () => {
      await call('change_my_password', { body: { current_password: current, new_password: next } })
      setCurrent('')
      setNext('')
      notify({ title: text.passwordChanged })
      await queries.invalidateQueries({ queryKey: ['profile'] })
    })
  }
  return (
    <Card title={text.password}>
      <form onSubmit={save} className="flex flex-col gap-4">
        <input type="email" autoComplete="username" value={me.email} readOnly hidden />
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            label={text.currentPassword}
            type="password"
            autoComplete="current-password"
            value={current}
            onChange={event => setCurrent(event.target.value)}
          />
          <TextField
            label={text.newPassword}
            help={text.newPasswordHelp}
            type="password"
            autoComplete="new-password"
            value={next}
            onChange={event => setNext(event.target.value)}
          />
        </div>
        {problem && (
          <p role="alert" className="rounded-md bg-bad-soft px-3 py-2 text-bad-fg">
            {problem}
          </p>
        )}
        <div>
          <Button type="submit" disabled={current === '' || next === ''} aria-disabled={busy}>
            {text.passwordChange}
          </Button>
        </div>
      </form>
    </Card>
  )
}
