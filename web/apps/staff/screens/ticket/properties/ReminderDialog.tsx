import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { IfCustomerReplies, ReminderOut, TicketOut } from '../../../../../shared/api/staff'
import { moment } from '../../../../../shared/i18n/formats'
import { textOf, useText } from '../../../../../shared/i18n/language'
import { Button, Dialog, notify, SelectField, Skeleton, TextField } from '../../../../../shared/ui/kit'
import { call, queries } from '../../../app/api'
import { problemText } from '../../../app/problems'
import { reminderQuery } from '../../../data/properties'
import { HelpLink } from '../../help/HelpLink'
import { asField, inAWeek, inHours, isFuture, nextMonday, tomorrow } from './moments'
import { closePicker } from './open'
import { words } from './words'

/** When a ticket shall come back to oneself. */
export function ReminderDialog({ ticket }: { ticket: TicketOut }) {
  const text = useText(words)
  const { data, isPending } = useQuery(reminderQuery(ticket.number))
  return (
    <Dialog open onClose={closePicker} title={text.remind} help={<HelpLink topic="reminders" />}>
      {isPending ? <Skeleton className="h-40" /> : <Form number={ticket.number} before={data ?? null} />}
    </Dialog>
  )
}

function Form({ number, before }: { number: number; before: ReminderOut | null }) {
  const text = useText(words)
  const [at, setAt] = useState(asField(before ? new Date(before.at) : tomorrow()))
  const [what, setWhat] = useState(before?.text ?? '')
  const [ifReplies, setIfReplies] = useState<IfCustomerReplies>(before?.if_customer_replies ?? 'cancel')
  const [wrong, setWrong] = useState<string>()
  const presets = [
    { name: text.remindLater, at: inHours(3) },
    { name: text.remindTomorrow, at: tomorrow() },
    { name: text.remindMonday, at: nextMonday() },
    { name: text.remindWeek, at: inAWeek() },
  ]
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const when = new Date(at)
    if (Number.isNaN(when.getTime()) || !isFuture(when)) return setWrong(text.remindInvalid)
    try {
      const body = { at: when.toISOString(), text: what, if_customer_replies: ifReplies }
      const reminder = await call('set_reminder', { path: { number }, body })
      closePicker()
      told(number, reminder)
      notify({ title: text.reminderSet(moment(reminder.at)), undo: () => void putBack(number, before) })
    } catch (error) {
      setWrong(problemText(error))
    }
  }
  return (
    <form onSubmit={event => void submit(event)} className="flex flex-col gap-4">
      <div className="flex flex-wrap gap-1.5">
        {presets.map(preset => (
          <Button
            key={preset.name}
            size="sm"
            aria-pressed={asField(preset.at) === at}
            className="aria-pressed:bg-accent-soft! aria-pressed:text-accent-fg"
            onClick={() => setAt(asField(preset.at))}
          >
            {preset.name}
          </Button>
        ))}
      </div>
      <TextField
        label={text.remindAt}
        type="datetime-local"
        value={at}
        error={wrong}
        onChange={event => {
          setAt(event.target.value)
          setWrong(undefined)
        }}
      />
      <TextField label={text.remindText} optional value={what} onChange={event => setWhat(event.target.value)} />
      <SelectField
        label={text.ifReplies}
        value={ifReplies}
        options={[
          { value: 'cancel', label: text.ifRepliesCancel },
          { value: 'keep', label: text.ifRepliesKeep },
        ]}
        onChange={event => setIfReplies(event.target.value === 'keep' ? 'keep' : 'cancel')}
      />
      <div className="flex justify-end gap-2">
        {before && (
          <Button look="danger" onClick={() => void remove(number, before)}>
            {text.cancelReminder}
          </Button>
        )}
        <Button look="primary" type="submit">
          {text.setReminder}
        </Button>
      </div>
    </form>
  )
}

function told(number: number, reminder: ReminderOut | null) {
  queries.setQueryData(reminderQuery(number).queryKey, reminder)
  for (const key of ['tickets', 'counters']) void queries.invalidateQueries({ queryKey: [key] })
}

async function remove(number: number, before: ReminderOut) {
  closePicker()
  try {
    await call('remove_reminder', { path: { number } })
    told(number, null)
    notify({ title: textOf(words).reminderRemoved, undo: () => void putBack(number, before) })
  } catch (error) {
    notify({ title: problemText(error), tone: 'error' })
  }
}

async function putBack(number: number, before: ReminderOut | null) {
  try {
    if (before) {
      const { at, text, if_customer_replies } = before
      told(number, await call('set_reminder', { path: { number }, body: { at, text, if_customer_replies } }))
    } else {
      await call('remove_reminder', { path: { number } })
      told(number, null)
    }
  } catch (error) {
    notify({ title: problemText(error), tone: 'error' })
  }
}
