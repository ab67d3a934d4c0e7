import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useText } from '../../../../shared/i18n/language'
import { TextField } from '../../../../shared/ui/kit'
import { call } from '../../app/api'
import { Door, DoorForm, LINK } from '../../app/Door'
import { useSubmit } from '../../app/useSubmit'
import { words } from './words'

export function ForgotScreen() {
  const text = useText(words)
  const [email, setEmail] = useState('')
  const [sent, setSent] = useState(false)
  const { busy, problem, setProblem, submit } = useSubmit()
  const ask = () => {
    if (!email.trim()) return setProblem(text.enterEmail)
    return submit(async () => {
      await call('ask_for_password_reset', { body: { email: email.trim() } })
      setSent(true)
    })
  }
  const back = (
    <Link to="/sign-in" search={{}} className={LINK}>
      {text.toSignIn}
    </Link>
  )
  if (sent) {
    return (
      <Door title={text.sentTitle} text={<p role="status">{text.sentText(email.trim())}</p>}>
        {back}
      </Door>
    )
  }
  return (
    <Door title={text.forgotTitle} text={text.forgotText} below={back}>
      <DoorForm onSubmit={ask} action={text.ask} busy={busy} problem={problem}>
        <TextField
          label={text.email}
          type="email"
          autoComplete="username"
          autoFocus
          height="lg"
          value={email}
          onChange={event => setEmail(event.target.value)}
        />
      </DoorForm>
    </Door>
  )
}
