import { useState } from 'react'
import { Avatar, Combobox, SelectField, TextArea, TextField } from '../../../../shared/ui/kit'
import { Part } from './KitScreen'

type Person = { id: string; name: string }
const PEOPLE: Person[] = [
  { id: 'tom', name: 'Tom Kraus' },
  { id: 'anna', name: 'Anna Müller' },
  { id: 'ada', name: 'Ada Admin' },
]
const OPTIONS = [
  { value: 'normal', label: 'Normal' },
  { value: 'high', label: 'High' },
]

/** The fields of forms. */
export function Fields() {
  const [owner, setOwner] = useState<Person | null>(null)
  return (
    <Part name="Fields">
      <div className="grid w-full grid-cols-2 gap-4 max-sm:grid-cols-1">
        <TextField label="Subject" placeholder="What is it about?" />
        <TextField label="E-mail address" error="This is no e-mail address." defaultValue="tom@" />
        <TextField label="Phone" optional help="With the code of the country." />
        <TextField label="Number" disabled defaultValue="DS-10042" />
        <SelectField label="Priority" options={OPTIONS} />
        <Combobox
          label="Owner"
          placeholder="Nobody"
          items={PEOPLE}
          value={owner}
          onChange={setOwner}
          keyOf={person => person.id}
          nameOf={person => person.name}
          show={person => (
            <span className="flex items-center gap-2">
              <Avatar name={person.name} /> {person.name}
            </span>
          )}
        />
        <TextArea label="Content" />
      </div>
    </Part>
  )
}
