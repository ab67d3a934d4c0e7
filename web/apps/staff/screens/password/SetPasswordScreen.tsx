import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useText } from '../../../../shared/i18n/language'
import { notify, TextField } from '../../../../shared/ui/kit'
import { call } from '../../app/api'
import { Door, DoorForm, LINK } from '../../app/Door'
import { linkToken } from '../../app/linkToken'
import { useSubmit } from '../../app/useSubmit'
import { words } from './words'

export function ResetScreen() {
  const text = useText(words)
  return <SetPassword title={text.resetTitle} intro={text.resetText} />
}

export function InvitationScreen() {
  const text = useText(words)
  return <SetPassword title={text.invitationTitle} intro={text.invitationText} />
}

function SetPassword({ title, intro }: { title: string; intro: string }) {
  const text = useText(words)
  const navigate = useNavigate()
  const [token] = useState(linkToken)
  const [password, setPassword] = useState('')
  const { busy, problem, setProblem, submit } = useSubmit()
  const save = () => {
    if (!password) return setProblem(text.enterPassword)
    return submit(async () => {
      await call('redeem_password_link', { body: { token, new_password: password } })
      notify({ title: text.saved })
      await navigate({ to: '/sign-in', search: {}, replace: true })
    })
  }
  if (!token) {
    return (
      <Door title={title} text={text.noToken}>
        <Link to="/forgot" className={LINK}>
          {text.askAnew}
        </Link>
      </Door>
    )
  }
  return (
    <Door title={title} text={intro}>
      <DoorForm onSubmit={save} action={text.save} busy={busy} problem={problem}>
        <TextField
          label={text.password}
          help={text.passwordHelp}
          type="password"
          autoComplete="new-password"
          autoFocus
          height="lg"
          value={password}
          onChange={event => setPassword(event.target.value)}
        />
      </DoorForm>
    </Door>
  )
}
