import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ChannelOut } from '../../../../../../shared/api/staff'
import { useText } from '../../../../../../shared/i18n/language'
import { Tabs } from '../../../../../../shared/ui/kit'
import { ChannelMark } from '../../../../app/Navigation'
import { channelsQuery } from '../../../../data/desk'
import { useMay } from '../../../../data/session'
import { Detail, NEW } from '../../parts/Detail'
import { SplitPage } from '../../parts/SplitPage'
import { words as shared } from '../../parts/words'
import type { SectionProps } from '../../sections'
import { ChannelForm } from './ChannelForm'
import { SignatureForm } from './SignatureForm'
import { SubscriptionsForm } from './SubscriptionsForm'
import { words } from './words'

/** Channels (CF-01, CV-03 to CV-08): what they are, who subscribes, what stands below their mails. */
export function ChannelsSection({ id }: SectionProps) {
  const text = useText(words)
  const own = useText(shared)
  const may = useMay('staff:manage')
  const channels = useQuery(channelsQuery)
  return (
    <SplitPage
      section="channels"
      title={text.channels}
      hint={text.hint}
      selected={id}
      add={may ? text.add : undefined}
      error={channels.error}
      onRetry={() => void channels.refetch()}
      rows={channels.data?.map(channel => ({
        id: channel.key,
        name: channel.name,
        sub: channel.active ? channel.key : `${channel.key} · ${own.inactive}`,
        faded: !channel.active,
        mark: <ChannelMark channel={channel.key} />,
      }))}
    >
      <Detail id={id} items={channels.data} idOf={channel => channel.key} mayAdd={may}>
        {channel => <ChannelTabs key={channel?.key ?? NEW} channel={channel} may={may} />}
      </Detail>
    </SplitPage>
  )
}

/** A channel that is not there yet has only its general part; agents see who subscribes only if they may manage it. */
function ChannelTabs({ channel, may }: { channel: ChannelOut | null; may: boolean }) {
  const text = useText(words)
  const [tab, setTab] = useState('general')
  if (!channel) return <ChannelForm channel={null} readOnly={!may} />
  const tabs = [
    { id: 'general', label: text.general, panel: <ChannelForm channel={channel} readOnly={!may} /> },
    ...(may
      ? [{ id: 'subscriptions', label: text.subscriptions, panel: <SubscriptionsForm channel={channel} /> }]
      : []),
    { id: 'signature', label: text.signature, panel: <SignatureForm channel={channel} readOnly={!may} /> },
  ]
  return <Tabs label={channel.name} tabs={tabs} selected={tab} onSelect={setTab} />
}
