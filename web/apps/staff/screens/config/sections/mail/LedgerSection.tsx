import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Download, RotateCcw } from 'lucide-react'
import { useState } from 'react'
import type { MailOut, MailState } from '../../../../../../shared/api/staff'
import { age, fileSize, fullMoment } from '../../../../../../shared/i18n/formats'
import { useText } from '../../../../../../shared/i18n/language'
import { Badge, Button, ErrorState } from '../../../../../../shared/ui/kit'
import { call } from '../../../../app/api'
import { LINK } from '../../../../app/Door'
import { mailQuery, mailsQuery } from '../../../../data/config'
import { useMay } from '../../../../data/session'
import { act } from '../../parts/act'
import { LoadingForm } from '../../parts/Detail'
import { Facts, Sheet } from '../../parts/Facts'
import { Choice } from '../../parts/fields'
import { MoreButton } from '../../parts/MoreButton'
import { SplitPage } from '../../parts/SplitPage'
import type { SectionProps } from '../../sections'
import { words } from './words'

const STATES: readonly MailState[] = ['stored', 'parsed', 'ticket', 'held', 'machine', 'duplicate', 'quarantine']
const TONES = { quarantine: 'bad', held: 'warn', stored: 'warn', parsed: 'warn' } as const

const StateBadge = ({ state }: { state: MailState }) => {
  const text = useText(words)
  return <Badge tone={state in TONES ? TONES[state as keyof typeof TONES] : 'plain'}>{text[`state_${state}`]}</Badge>
}

/** The ledger of received mail (MT-02): what became of each, and what waits for a person. */
export function LedgerSection({ id }: SectionProps) {
  const text = useText(words)
  const [state, setState] = useState<MailState | ''>('')
  const mails = useInfiniteQuery(mailsQuery(state || null))
  return (
    <SplitPage
      section="mails"
      title={text.ledger}
      hint={text.ledgerHint}
      selected={id}
      error={mails.error}
      onRetry={() => void mails.refetch()}
      above={
        <Choice<MailState | ''>
          label={text.state}
          value={state}
          onChange={setState}
          options={[
            { value: '', label: text.every },
            ...STATES.map(value => ({ value, label: text[`state_${value}`] })),
          ]}
        />
      }
      rows={mails.data?.map(mail => ({
        id: mail.id,
        name: mail.subject ?? (mail.parsed_at ? text.noSubject : text.notParsed),
        sub: `${mail.sender_address ?? mail.envelope_sender} · ${age(mail.received_at)}`,
        // What went well needs no badge; whoever looks for it reads it in the mail.
        mark: mail.state in TONES && <StateBadge state={mail.state} />,
      }))}
      below={<MoreButton pages={mails} />}
    >
      {id !== undefined && (
        <Loaded key={id} id={id} known={mails.data?.find(mail => mail.id === id)} waits={mails.isPending} />
      )}
    </SplitPage>
  )
}

type LoadedProps = { id: string; known: MailOut | undefined; waits: boolean }

/** A mail that the list holds, or that is fetched because an address names it. */
function Loaded({ id, known, waits }: LoadedProps) {
  const fetched = useQuery({ ...mailQuery(id), enabled: !known && !waits })
  const mail = known ?? fetched.data
  if (mail) return <Mail mail={mail} />
  if (fetched.error) return <ErrorState error={fetched.error} onRetry={() => void fetched.refetch()} />
  return <LoadingForm />
}

/** One mail of the ledger with everything that is known of it. */
function Mail({ mail }: { mail: MailOut }) {
  const text = useText(words)
  const mayRetry = useMay('mail:manage')
  const retry = () => act(text.retried, () => call('retry_mail', { path: { mail_id: mail.id } }))
  const stuck = mail.state === 'quarantine' || mail.state === 'stored'
  return (
    <Sheet
      title={mail.subject ?? (mail.parsed_at ? text.noSubject : text.notParsed)}
      actions={
        <>
          <a
            href={`/api/v1/mails/${mail.id}/raw`}
            download={`${mail.id}.eml`}
            className="inline-flex h-8 items-center gap-1.5 rounded-md border border-line bg-surface px-3 font-medium shadow-card hover:bg-hover"
          >
            <Download size={14} aria-hidden />
            {text.download}
          </a>
          {stuck && mayRetry && (
            <Button look="primary" onClick={() => void retry()}>
              <RotateCcw size={14} aria-hidden />
              {text.retry}
            </Button>
          )}
        </>
      }
    >
      <Facts
        facts={[
          { name: text.state, value: <StateBadge state={mail.state} /> },
          { name: text.reason, value: mail.reason },
          {
            name: text.ticket,
            value: mail.ticket_number && (
              <Link
                to="/t/$number"
                params={{ number: mail.ticket_number }}
                search={{ list: 'overview' }}
                className={LINK}
              >
                {text.openTicket(String(mail.ticket_number))}
              </Link>
            ),
          },
          { name: text.account, value: mail.account },
          { name: text.sender, value: [mail.sender_name, mail.sender_address].filter(Boolean).join(' · ') },
          { name: text.envelope, value: `${mail.envelope_sender || '<>'} → ${mail.envelope_recipients.join(', ')}` },
          { name: text.client, value: `${mail.client_name} (${mail.client_address})` },
          { name: text.received, value: fullMoment(mail.received_at) },
          { name: text.closed, value: mail.closed_at && fullMoment(mail.closed_at) },
          { name: text.attempts, value: mail.tries },
          { name: text.size, value: fileSize(mail.size) },
          { name: 'Message-ID', value: mail.message_id && <code className="text-xs">{mail.message_id}</code> },
          { name: 'SHA-256', value: <code className="break-all text-xs">{mail.raw_sha256}</code> },
        ]}
      />
    </Sheet>
  )
}
