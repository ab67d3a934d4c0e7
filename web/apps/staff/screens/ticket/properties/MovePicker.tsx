import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ChannelOut, MovePreviewOut, TicketOut } from '../../../../../shared/api/staff'
import { useText } from '../../../../../shared/i18n/language'
import { Button, Dialog, ErrorState, Skeleton } from '../../../../../shared/ui/kit'
import { ChannelMark } from '../../../app/Navigation'
import { channelsQuery, statusesQuery } from '../../../data/desk'
import { movePreviewQuery } from '../../../data/properties'
import { PickDialog } from '../PickDialog'
import { change } from './changes'
import { closePicker } from './open'
import { words } from './words'

/** Into another channel: first what would come of it, where anything would be lost. */
export function MovePicker({ ticket }: { ticket: TicketOut }) {
  const text = useText(words)
  const [target, setTarget] = useState<ChannelOut | null>(null)
  const channels = useQuery(channelsQuery).data
  if (target) return <MovePreview ticket={ticket} target={target} />
  const picks = channels
    ?.filter(each => each.active && each.key !== ticket.channel.key)
    .map(each => ({
      id: each.key,
      name: each.name,
      icon: <ChannelMark channel={each.key} />,
      run: () => setTarget(each),
    }))
  return <PickDialog stay title={text.moveTo} picks={picks} onClose={closePicker} />
}

function MovePreview({ ticket, target }: { ticket: TicketOut; target: ChannelOut }) {
  const text = useText(words)
  const preview = useQuery(movePreviewQuery(ticket.number, target.key))
  const statuses = useQuery(statusesQuery).data ?? []
  const { data } = preview
  const move = () => {
    closePicker()
    void change(ticket, {
      patch: { channel: target.key },
      shown: { channel: { key: target.key, name: target.name } },
      title: text.moved(target.name),
      ...(data?.changeable_after && { back: { channel: ticket.channel.key } }),
    })
  }
  const status = statuses.find(each => each.key === data?.status_after && each.workflow === target.workflow)
  return (
    <Dialog
      open
      onClose={closePicker}
      title={text.moveAction(target.name)}
      actions={
        <Button look="primary" aria-disabled={!data} onClick={() => data && move()}>
          {text.moveAction(target.name)}
        </Button>
      }
    >
      <div>
        {preview.error && <ErrorState error={preview.error} onRetry={() => void preview.refetch()} />}
        {data ? <Consequences data={data} status={status?.name ?? data.status_after} /> : <Skeleton className="h-10" />}
      </div>
    </Dialog>
  )
}

function Consequences({ data, status }: { data: MovePreviewOut; status: string }) {
  const text = useText(words)
  const told = [
    data.visible_after ? '' : text.moveInvisible,
    data.visible_after && !data.changeable_after ? text.moveUnchangeable : '',
    data.status_changes ? text.moveStatus(status) : '',
    data.owner_released ? text.moveOwner : '',
    data.responsible_released ? text.moveResponsible : '',
    data.watchers_left_out > 0 ? text.moveWatchers(data.watchers_left_out) : '',
  ].filter(Boolean)
  return (
    <ul className="flex list-disc flex-col gap-1 pl-5 text-fg-2 empty:hidden">
      {told.map(each => (
        <li key={each}>{each}</li>
      ))}
    </ul>
  )
}
