import { Plus, X } from 'lucide-react'
import type { ChoiceIn } from '../../../../../../shared/api/staff'
import { useLanguage, useText } from '../../../../../../shared/i18n/language'
import { Button, IconButton } from '../../../../../../shared/ui/kit'
import { BothLanguages, Group, keyOfName, Tick } from '../../parts/fields'
import { words } from './words'

type Props = { choices: readonly ChoiceIn[]; error: string | undefined; onChange: (choices: ChoiceIn[]) => void }

/** The answers of a choice. A key follows from the name while an answer is new, and then stays. */
export function ChoicesEditor({ choices, error, onChange }: Props) {
  const text = useText(words)
  const language = useLanguage()
  const change = (index: number, part: Partial<ChoiceIn>) =>
    onChange(choices.map((choice, at) => (at === index ? { ...choice, ...part } : choice)))
  const add = () => onChange([...choices, { key: freeKey(choices), label: {}, active: true }])
  return (
    <Group title={text.choices} text={text.choicesText}>
      {choices.map((choice, index) => (
        <div key={choice.key} className="flex flex-wrap items-end gap-3">
          <div className="min-w-0 flex-1 max-sm:basis-full">
            <BothLanguages label={`${index + 1}`} value={choice.label} onChange={label => change(index, { label })} />
          </div>
          <div className="pb-1.5">
            <Tick
              label={text.stillActive}
              checked={choice.active ?? true}
              onChange={active => change(index, { active })}
            />
          </div>
          <IconButton
            label={text.removeChoice(choice.label[language] || `${index + 1}`)}
            onClick={() => onChange(choices.filter(other => other !== choice))}
          >
            <X size={14} />
          </IconButton>
        </div>
      ))}
      {error && (
        <p role="alert" className="text-bad-fg text-xs">
          {error}
        </p>
      )}
      <div>
        <Button size="sm" onClick={add}>
          <Plus size={13} aria-hidden />
          {text.addChoice}
        </Button>
      </div>
    </Group>
  )
}

function freeKey(choices: readonly ChoiceIn[]): string {
  const taken = new Set(choices.map(choice => choice.key))
  let number = choices.length + 1
  while (taken.has(keyOfName(`answer ${number}`))) number += 1
  return keyOfName(`answer ${number}`)
}
