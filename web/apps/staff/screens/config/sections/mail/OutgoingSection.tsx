import { useInfiniteQuery } from '@tanstack/react-query'
import { RotateCcw } from 'lucide-react'
import { useState } from 'react'
import type { OutgoingMailOut, SendState } from '../../../../../../shared/api/staff'
import { age, fullMoment } from '../../../../../../shared/i18n/formats'
import { useText } from '../../../../../../shared/i18n/language'
import { Badge, Button } from '../../../../../../shared/ui/kit'
import { call } from '../../../../app/api'
import { outgoingQuery } from '../../../../data/config'
import { useMay } from '../../../../data/session'
import { act } from '../../parts/act'
import { Detail } from '../../parts/Detail'
import { Facts, Sheet } from '../../parts/Facts'
import { Choice, Group } from '../../parts/fields'
import { MoreButton } from '../../parts/MoreButton'
import { SplitPage } from '../../parts/SplitPage'
import type { SectionProps } from '../../sections'
import { words } from './words'

const STATES: readonly SendState[] = ['queued', 'accepted', 'failed']
const TONES = { queued: 'warn', accepted: 'plain', failed: 'bad' } as const

function StateBadge({ state }: { state: SendState }) {
  const text = useText(words)
  return <Badge tone={TONES[state]}>{text[`send_${state}`]}</Badge>
}

/** Mail on its way out (MT-08), with what the mail server said. */
export function OutgoingSection({ id }: SectionProps) {
  const text = useText(words)
  const [state, setState] = useState<SendState | ''>('')
  const mails = useInfiniteQuery(outgoingQuery(state || null))
  return (
    <SplitPage
      section="outgoing"
      title={text.outgoing}
      hint={text.outgoingHint}
      selected={id}
      error={mails.error}
      onRetry={() => void mails.refetch()}
      above={
        <Choice<SendState | ''>
          label={text.state}
          value={state}
          onChange={setState}
          options={[
            { value: '', label: text.every },
            ...STATES.map(value => ({ value, label: text[`send_${value}`] })),
          ]}
        />
      }
      rows={mails.data?.map(mail => ({
        id: mail.id,
        name: mail.subject || text.noSubject,
        sub: `${mail.recipients.map(each => each.address).join(', ')} · ${age(mail.queued_at)}`,
        mark: mail.state !== 'accepted' && <StateBadge state={mail.state} />,
      }))}
      below={<MoreButton pages={mails} />}
    >
      <Detail id={id} items={mails.data} idOf={mail => mail.id} mayAdd={false}>
        {mail => mail && <Outgoing mail={mail} />}
      </Detail>
    </SplitPage>
  )
}

function Outgoing({ mail }: { mail: OutgoingMailOut }) {
  const text = useText(words)
  const mayRetry = useMay('mail:manage')
  const retry = () => act(text.retried, () => call('retry_outgoing_mail', { path: { outgoing_id: mail.id } }))
  return (
    <Sheet
      title={mail.subject || text.noSubject}
      actions={
        mayRetry &&
        mail.state === 'failed' && (
          <Button look="primary" onClick={() => void retry()}>
            <RotateCcw size={14} aria-hidden />
            {text.retry}
          </Button>
        )
      }
    >
      <Facts
        facts={[
          { name: text.state, value: <StateBadge state={mail.state} /> },
          { name: text.error, value: mail.last_error },
          { name: text.account, value: mail.account },
          { name: text.queued, value: fullMoment(mail.queued_at) },
          { name: text.nextTry, value: mail.next_try_at && fullMoment(mail.next_try_at) },
          { name: text.attempts, value: mail.tries },
          { name: 'Message-ID', value: <code className="text-xs">{mail.message_id}</code> },
        ]}
      />
      <Group title={text.recipients}>
        <ul className="flex flex-col gap-2">
          {mail.recipients.map(recipient => (
            <li key={recipient.address}>
              <span className="flex flex-wrap items-center gap-2">
                {recipient.address}
                <StateBadge state={recipient.state} />
              </span>
              {recipient.reason && <span className="block break-words text-fg-3 text-xs">{recipient.reason}</span>}
            </li>
          ))}
        </ul>
      </Group>
    </Sheet>
  )
}
