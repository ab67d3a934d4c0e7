import { getRouteApi, Link, useRouter } from '@tanstack/react-router'
import { useState } from 'react'
import { useText } from '../../../../shared/i18n/language'
import { TextField } from '../../../../shared/ui/kit'
import { Door, DoorForm, LINK } from '../../app/Door'
import { useSubmit } from '../../app/useSubmit'
import { signIn } from '../../data/session'
import { words } from './words'

const route = getRouteApi('/sign-in')

export function SignInScreen() {
  const text = useText(words)
  const router = useRouter()
  const { to } = route.useSearch()
  const { busy, problem, setProblem, submit } = useSubmit()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const enter = () => {
    if (!email.trim() || !password) return setProblem(text.both)
    return submit(async () => {
      await signIn(email.trim(), password)
      router.history.push(to ?? '/')
    })
  }
  return (
    <Door title={text.title} text={to && text.continue}>
      <DoorForm onSubmit={enter} action={busy ? text.signingIn : text.signIn} busy={busy} problem={problem}>
        <TextField
          label={text.email}
          type="email"
          name="email"
          autoComplete="username"
          autoFocus
          height="lg"
          value={email}
          onChange={event => setEmail(event.target.value)}
        />
        <TextField
          label={text.password}
          type="password"
          name="password"
          autoComplete="current-password"
          height="lg"
          value={password}
          onChange={event => setPassword(event.target.value)}
        />
        <Link to="/forgot" className={`${LINK} self-start`}>
          {text.forgot}
        </Link>
      </DoorForm>
    </Door>
  )
}
