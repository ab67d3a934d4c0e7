import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { isProblem } from '../../../../shared/api/problem'
import { useLanguage, useText } from '../../../../shared/i18n/language'
import { TextField } from '../../../../shared/ui/kit'
import { call } from '../../app/api'
import { Door, DoorForm, LINK } from '../../app/Door'
import { linkToken } from '../../app/linkToken'
import { useSubmit } from '../../app/useSubmit'
import { signIn } from '../../data/session'
import { words } from './words'

/** Makes the first administrator, once. */
export function FirstRunScreen() {
  const text = useText(words)
  const language = useLanguage()
  const navigate = useNavigate()
  const [token] = useState(linkToken)
  const [done, setDone] = useState(false)
  const [who, setWho] = useState({ name: '', email: '', password: '' })
  const { busy, problem, setProblem, submit } = useSubmit()
  if (!token) return <WithoutLink />
  if (done) return <SetUpAlready />
  const create = () => {
    if (!who.name.trim() || !who.email.trim() || !who.password) return setProblem(text.all)
    return submit(async () => {
      try {
        await call('set_up', { body: { token, ...who, email: who.email.trim(), language } })
      } catch (error) {
        if (isProblem(error) && error.status === 404) return setDone(true)
        throw error
      }
      await signIn(who.email.trim(), who.password)
      await navigate({ to: '/', replace: true })
    })
  }
  return (
    <Door title={text.title} text={text.text}>
      <DoorForm onSubmit={create} action={text.create} busy={busy} problem={problem}>
        <TextField
          label={text.name}
          autoComplete="name"
          autoFocus
          height="lg"
          value={who.name}
          onChange={event => setWho({ ...who, name: event.target.value })}
        />
        <TextField
          label={text.email}
          type="email"
          autoComplete="username"
          height="lg"
          value={who.email}
          onChange={event => setWho({ ...who, email: event.target.value })}
        />
        <TextField
          label={text.password}
          help={text.passwordHelp}
          type="password"
          autoComplete="new-password"
          height="lg"
          value={who.password}
          onChange={event => setWho({ ...who, password: event.target.value })}
        />
      </DoorForm>
    </Door>
  )
}

function WithoutLink() {
  const text = useText(words)
  return (
    <Door title={text.title} text={text.noLink}>
      <pre className="overflow-x-auto rounded-md bg-sunken px-3 py-2 font-mono text-xs">tickets setup-link</pre>
      <p className="mt-4">
        <Link to="/sign-in" search={{}} className={LINK}>
          {text.toSignIn}
        </Link>
      </p>
    </Door>
  )
}

function SetUpAlready() {
  const text = useText(words)
  return (
    <Door title={text.doneTitle} text={text.doneText}>
      <Link to="/sign-in" search={{}} className={LINK}>
        {text.toSignIn}
      </Link>
    </Door>
  )
}
