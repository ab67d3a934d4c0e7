import {
  FileText,
  Flag,
  Inbox,
  type LucideIcon,
  MailWarning,
  Palette,
  Rows3,
  ScrollText,
  Send,
  Settings2,
  Signpost,
  Tag,
  UserCog,
  Users,
  Waypoints,
  Workflow,
} from 'lucide-react'
import type { ComponentType } from 'react'
import type { Permission } from '../../../../shared/api/staff'
import { ChannelsSection } from './sections/channels/ChannelsSection'
import { LedgerSection } from './sections/mail/LedgerSection'
import { MailAccountsSection } from './sections/mail/MailAccountsSection'
import { OutgoingSection } from './sections/mail/OutgoingSection'
import { AuditSection } from './sections/operations/AuditSection'
import { DeadLettersSection } from './sections/operations/DeadLettersSection'
import { SettingsSection } from './sections/operations/SettingsSection'
import { GroupsSection } from './sections/people/GroupsSection'
import { StaffSection } from './sections/people/StaffSection'
import { FieldsSection } from './sections/properties/FieldsSection'
import { MarkersSection } from './sections/properties/MarkersSection'
import { PrioritiesSection } from './sections/properties/PrioritiesSection'
import { TagsSection } from './sections/properties/TagsSection'
import { TemplatesSection } from './sections/templates/TemplatesSection'
import { WorkflowsSection } from './sections/workflows/WorkflowsSection'
import type { words } from './words'

export const GROUPS = ['desk', 'people', 'mail', 'operations'] as const

export type SectionProps = {
  /** What of the section is open, as the address says. */
  id: string | undefined
}

export type Section = {
  /** Its part of the address. */
  key: string
  word: keyof (typeof words)['en']
  group: (typeof GROUPS)[number]
  icon: LucideIcon
  /** Whoever has it sees the section; what may be changed there is the section's matter. */
  permission: Permission
  component: ComponentType<SectionProps>
}

export const SECTIONS: readonly Section[] = [
  {
    key: 'channels',
    word: 'channels',
    group: 'desk',
    icon: Signpost,
    permission: 'tickets:read',
    component: ChannelsSection,
  },
  {
    key: 'workflows',
    word: 'workflows',
    group: 'desk',
    icon: Workflow,
    permission: 'tickets:read',
    component: WorkflowsSection,
  },
  {
    key: 'priorities',
    word: 'priorities',
    group: 'desk',
    icon: Flag,
    permission: 'tickets:read',
    component: PrioritiesSection,
  },
  {
    key: 'markers',
    word: 'markers',
    group: 'desk',
    icon: Palette,
    permission: 'tickets:read',
    component: MarkersSection,
  },
  { key: 'tags', word: 'tags', group: 'desk', icon: Tag, permission: 'staff:manage', component: TagsSection },
  { key: 'fields', word: 'fields', group: 'desk', icon: Rows3, permission: 'tickets:read', component: FieldsSection },
  {
    key: 'templates',
    word: 'templates',
    group: 'desk',
    icon: FileText,
    permission: 'tickets:read',
    component: TemplatesSection,
  },
  {
    key: 'settings',
    word: 'settings',
    group: 'desk',
    icon: Settings2,
    permission: 'tickets:read',
    component: SettingsSection,
  },
  { key: 'staff', word: 'staff', group: 'people', icon: UserCog, permission: 'staff:read', component: StaffSection },
  { key: 'groups', word: 'groups', group: 'people', icon: Users, permission: 'staff:read', component: GroupsSection },
  {
    key: 'mail-accounts',
    word: 'mailAccounts',
    group: 'mail',
    icon: Waypoints,
    permission: 'mail:manage',
    component: MailAccountsSection,
  },
  { key: 'mails', word: 'mails', group: 'mail', icon: Inbox, permission: 'mail:read', component: LedgerSection },
  { key: 'outgoing', word: 'outgoing', group: 'mail', icon: Send, permission: 'mail:read', component: OutgoingSection },
  {
    key: 'dead-letters',
    word: 'deadLetters',
    group: 'operations',
    icon: MailWarning,
    permission: 'operations:manage',
    component: DeadLettersSection,
  },
  {
    key: 'audit',
    word: 'audit',
    group: 'operations',
    icon: ScrollText,
    permission: 'audit:read',
    component: AuditSection,
  },
]
