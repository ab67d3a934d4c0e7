import { useState } from 'react'
import type { Ball, Category, WorkflowOut } from '../../../../../../shared/api/staff'
import { useText } from '../../../../../../shared/i18n/language'
import { Button, TextField } from '../../../../../../shared/ui/kit'
import { call } from '../../../../app/api'
import { act } from '../../parts/act'
import { Choice, KeyField, keyOfName } from '../../parts/fields'
import { words as shared } from '../../parts/words'
import { words } from './words'

const CATEGORIES: readonly Category[] = ['open', 'closed']
const BALLS: readonly Ball[] = ['us', 'customer', 'third_party', 'nobody']

/** A further status, in front of the first closed one; its place is changed afterwards like everything else of it. */
export function NewStatus({ workflow, onClose }: { workflow: WorkflowOut; onClose: () => void }) {
  const text = useText(words)
  const own = useText(shared)
  const [name, setName] = useState('')
  const [key, setKey] = useState('')
  const [category, setCategory] = useState<Category>('open')
  const [ball, setBall] = useState<Ball>('us')
  const add = async () => {
    const place = workflow.statuses.findIndex(status => status.category === 'closed')
    const body = {
      key: key || keyOfName(name),
      name,
      category,
      ball,
      position: category === 'open' && place > 0 ? place : null,
    }
    if (await act(own.created(name), () => call('add_status', { path: { key: workflow.key }, body }))) onClose()
  }
  return (
    <fieldset className="flex flex-col gap-4 rounded-md border border-line bg-surface p-3">
      <legend className="sr-only">{text.addStatus}</legend>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField label={own.name} value={name} onChange={event => setName(event.target.value)} />
        <KeyField value={key || keyOfName(name)} onChange={setKey} />
        <Choice
          label={text.category}
          value={category}
          onChange={setCategory}
          options={CATEGORIES.map(value => ({ value, label: text[value] }))}
        />
        <Choice
          label={text.ball}
          value={ball}
          onChange={setBall}
          options={BALLS.map(value => ({ value, label: text[`ball_${value}`] }))}
        />
      </div>
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{text.cancel}</Button>
        <Button look="primary" disabled={name.trim() === ''} onClick={() => void add()}>
          {own.create}
        </Button>
      </div>
    </fieldset>
  )
}
