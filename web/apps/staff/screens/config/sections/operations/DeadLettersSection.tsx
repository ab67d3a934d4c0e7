import { useQueries } from '@tanstack/react-query'
import { RotateCcw } from 'lucide-react'
import { age, fullMoment } from '../../../../../../shared/i18n/formats'
import { useText } from '../../../../../../shared/i18n/language'
import { Badge, Button } from '../../../../../../shared/ui/kit'
import { problemText } from '../../../../app/problems'
import { deadLettersQuery, type Letter, retryDeadLetter, SERVICES } from '../../../../data/deadLetters'
import { act } from '../../parts/act'
import { Detail, useLead } from '../../parts/Detail'
import { Facts, Sheet } from '../../parts/Facts'
import { Group } from '../../parts/fields'
import { SplitPage } from '../../parts/SplitPage'
import type { SectionProps } from '../../sections'
import { words } from './words'

/** Dead letters of every service in one list, the newest first. A service that is away says so and hides no other. */
export function DeadLettersSection({ id }: SectionProps) {
  const text = useText(words)
  const lists = useQueries({ queries: SERVICES.map(deadLettersQuery) })
  const there = lists.some(list => list.data)
  const letters = lists
    .flatMap(list => list.data ?? [])
    .sort((one, other) => other.failed_at.localeCompare(one.failed_at))
  const silent = SERVICES.map((service, index) => ({ service, error: lists[index]?.error })).filter(each => each.error)
  const retryAll = () => {
    for (const list of lists) void list.refetch()
  }
  return (
    <SplitPage
      section="dead-letters"
      title={text.deadLetters}
      hint={letters.length === 0 && there ? text.deadNone : text.deadHint}
      selected={id}
      error={there ? null : (lists.find(list => list.error)?.error ?? null)}
      onRetry={retryAll}
      rows={
        there
          ? letters.map(letter => ({
              id: letter.id,
              name: letter.subject,
              sub: `${letter.error} · ${age(letter.failed_at)}`,
              mark: <Badge tone={letter.retry_asked_at ? 'warn' : 'bad'}>{letter.service}</Badge>,
            }))
          : undefined
      }
      below={
        there &&
        silent.map(({ service, error }) => (
          <p key={service} role="alert" className="px-2 py-1 text-bad-fg text-xs">
            {service}: {problemText(error)}
          </p>
        ))
      }
    >
      <Detail id={id} items={there ? letters : undefined} idOf={letter => letter.id} mayAdd={false}>
        {letter => letter && <DeadLetter letter={letter} />}
      </Detail>
    </SplitPage>
  )
}

function DeadLetter({ letter }: { letter: Letter }) {
  const text = useText(words)
  const lead = useLead('dead-letters')
  // Where it fails once more it comes back as another one.
  const retry = async () => {
    if (await act(text.retried, () => retryDeadLetter(letter))) await lead()
  }
  return (
    <Sheet
      title={letter.subject}
      actions={
        <Button look="primary" onClick={() => void retry()}>
          <RotateCcw size={14} aria-hidden />
          {text.retry}
        </Button>
      }
    >
      <Facts
        facts={[
          { name: text.service, value: letter.service },
          { name: text.error, value: letter.error },
          { name: text.tries, value: letter.tries },
          { name: text.at, value: fullMoment(letter.failed_at) },
          { name: text.retry, value: letter.retry_asked_at && `${text.asked}, ${fullMoment(letter.retry_asked_at)}` },
        ]}
      />
      <Group title={text.body}>
        <pre className="whitespace-pre-wrap break-all rounded-md bg-sunken p-3 font-mono text-xs">{letter.body}</pre>
      </Group>
    </Sheet>
  )
}
