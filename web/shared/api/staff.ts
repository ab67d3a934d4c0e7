// Written by web/generate_client.py from the Deskstream staff API. Do not edit.

/** An absence. Without `ends_at` it lasts until somebody ends it; the substitute acts in what they see anyway. */
export interface AbsenceIn {
  starts_at: string
  ends_at?: string | null
  /** An active agent: gets the notices of who is away. */
  substitute_id?: string | null
}

/** The present or the next absence of an agent. */
export interface AbsenceOut {
  starts_at: string
  ends_at: string | null
  substitute_id: string | null
}

/** A contact that may sign in by an external access. */
export interface AccessContactOut {
  contact_id: string
  added_at: string
}

/** A page of contacts that may sign in. */
export interface AccessContactsOut {
  items: AccessContactOut[]
  next: string | null
}

/** A new activity, and the ticket's version after it. Until `undo_until` its mail can be taken back. */
export interface ActivityAccepted {
  id: string
  ticket_number: number
  ticket_version: number
  kind: Kind
  undo_until?: string | null
}

/** An activity. What a mail brought is in `from` to `attachments`. */
export interface ActivityOut {
  id: string
  kind: Kind
  at: string
  author: AuthorOut
  subject: string | null
  text: string
  html: string | null
  truncated: boolean
  shown_outside: boolean
  from: MailboxOut | null
  to: MailboxOut[]
  cc: MailboxOut[]
  bcc: MailboxOut[]
  attachments: AttachmentOut[]
  changes: ChangeOut[]
  deliveries: DeliveryOut[]
  mail_id: string | null
  /** Tells a machine's mail from a person's. */
  mail_kind: string | null
  /** Why a mail is in this ticket (MT-04). */
  explanation: string | null
  hidden: HiddenOut | null
  /** When its author took the mail back. */
  withdrawn_at: string | null
  /** The activity that a change of visibility is about. */
  about: string | null
  /** Tells a letter or a solution from others of its kind. */
  form: Form | null
}

/** A page of activities; `next` is the cursor of the following page. */
export interface ActivityPage {
  items: ActivityOut[]
  next: string | null
}

/** An activity in a list over tickets (LF-08); `text` is its beginning, or where the words stand. */
export interface ActivityRow {
  id: string
  kind: Kind
  at: string
  author: AuthorOut
  shown_outside: boolean
  attachments: number
  text: PieceOut[]
  ticket: TicketHead
}

/** A page of activities; `next` is the cursor of the following page. */
export interface ActivityRows {
  items: ActivityRow[]
  next: string | null
}

/** Who sees an activity (CV-09): the customer too, agents only, or nobody until it is shown again. */
export type ActivityVisibility = 'outside' | 'inside' | 'hidden'

/** A new status and its place in the order; without one it is the last. */
export interface AddedStatusIn {
  key: string
  name: string
  /** What customers read; the name, if left out. */
  customer_name?: string | null
  category: Category
  ball: Ball
  /** Keys of the statuses that an agent may choose next; none means any. */
  moves?: string[]
  position?: number | null
}

/** A new agent. The password is set by a change: what is created with an Idempotency-Key holds no secret. */
export interface AgentIn {
  name: string
  email: string
  language?: string
  role?: Role
}

/** An agent. */
export interface AgentOut {
  id: string
  name: string
  email: string
  language: string
  role: Role
  active: boolean
  version: number
  created_at: string
  changed_at: string
}

/** What shall change; a field that is left out stays. Role, password and `active` end the agent's sessions. */
export interface AgentPatch {
  name?: string
  email?: string
  language?: string
  role?: Role
  active?: boolean
  password?: string
}

/** An agent by name. */
export interface AgentRef {
  id: string
  name: string
}

/** A page of agents in the order of their names. */
export interface AgentsOut {
  items: AgentOut[]
  next: string | null
}

/** A file; its bytes are at `/tickets/{number}/attachments/{sha256}`. */
export interface AttachmentOut {
  filename: string
  content_type: string
  size: number
  sha256: string
  inline: boolean
  content_id: string | null
}

/** Who did it; `name` as it was then. `credential` tells a browser's session from an API token. */
export interface AuditActorOut {
  kind: tickets__audit__rules__chain__ActorKind
  id: string | null
  name: string
  credential: string | null
}

/** An entry. `hash` is hexadecimal and covers the entry and `previous`, the hash before it. */
export interface AuditEntryOut {
  seq: number
  id: string
  at: string
  actor: AuditActorOut
  address: string
  user_agent: string
  action: string
  subject: string
  details: Record<string, unknown>
  previous: string
  hash: string
}

/** Entries, newest first. */
export interface AuditPageOut {
  items: AuditEntryOut[]
  next: string | null
}

/** Who an activity is from. */
export interface AuthorOut {
  kind: contracts__tickets__ActorKind
  id: string | null
  name: string
}

/** Whose turn it is (C10). */
export type Ball = 'us' | 'customer' | 'third_party' | 'nobody'

/** What an answer begins with. Send `activity_id` and `mode` along with it, so that it is threaded well. */
export interface Beginning {
  mode: Mode
  activity_id: string | null
  sender: BeginningFrom
  to: BeginningMailbox[]
  cc: BeginningMailbox[]
  subject: string
  quoted_html: string | null
  quoted_text: string | null
  signature_html: string | null
  signature_text: string | null
  shown_outside: boolean
}

/** Who the mail is from; `account` is the key of the mail account that it leaves from (OD-02). */
export interface BeginningFrom {
  channel: string
  name: string | null
  account?: string | null
}

/** A recipient. */
export interface BeginningMailbox {
  name: string
  address: string
}

/** Why an administrator must see this ticket. The ticket's people and the audit log get to read it. */
export interface BreakGlassIn {
  reason: string
  minutes?: number
}

/** An administrator opened a ticket, until `ends_at`. */
export interface BreakGlassOut {
  id: string
  ticket_number: number
  reference: string
  agent: AgentRef
  reason: string
  opened_at: string
  ends_at: string
}

/** A page, the newest first; `next` is the cursor of the following page. */
export interface BreakGlassPage {
  items: BreakGlassOut[]
  next: string | null
}

/** One action on the tickets with these `numbers`, or on all that a list with this `filter` would show. */
export interface BulkIn {
  numbers?: number[] | null
  filter?: Filters | null
  action: SetStatus | SetOwner | MoveTo | SetPriority | SetMarker | ChangeTags | Watch
  reason?: string
}

/** A bulk action and a page of its tickets, in the order of their numbers; `next` is the following page's cursor. */
export interface BulkOut {
  id: string
  at: string
  action: SetStatus | SetOwner | MoveTo | SetPriority | SetMarker | ChangeTags | Watch
  reason: string
  total: number
  counts: Record<string, number>
  finished: boolean
  undoable: boolean
  items: ItemOut[]
  next: string | null
}

/** Whether a status is one of open tickets or of closed ones. */
export type Category = 'open' | 'closed'

/** A change of what belongs to which ticket. */
export type Change = 'merge' | 'split'

/** A field that changed, in words; a priority by its key. The custom field `fields.<key>` has the */
export interface ChangeOut {
  field: string
  from: string | null
  to: string | null
  label?: Record<string, string>
}

/** Tags that every ticket gets, and tags that none keeps. */
export interface ChangeTags {
  kind: 'tags'
  add_tags?: string[]
  remove_tags?: string[]
}

/** Open tickets of a channel (LF-07). */
export interface ChannelCount {
  channel: string
  name: string
  open: number
}

/** The custom fields of a channel, and the JSON Schema (2020-12) of their values, for forms. */
export interface ChannelFields {
  items: FieldOut[]
  json_schema: Record<string, unknown>
}

/** A new channel. Its key is for ever: it is in addresses and in the subjects of the bus. */
export interface ChannelIn {
  key: string
  name: string
  parent?: string | null
  workflow?: string
  subject_number?: SubjectNumber
  informal_read_only?: boolean
  /** The name before the address of the channel's mails. */
  from_name?: string | null
  /** A reply to a ticket that was closed longer ago opens a new one; null: never (C8). Left out: as the settings of the desk say. */
  reopen_days?: number | null
  position?: number
  /** The owner's first activity that is no reply moves a new ticket on (C6). */
  owner_starts_work?: boolean
  told?: Told_Input
}

/** Every channel, in the installation's order. */
export interface ChannelList {
  items: ChannelOut[]
}

/** A channel; `subscription` is what ties the caller to it, null where nothing does. */
export interface ChannelOut {
  key: string
  name: string
  parent: string | null
  workflow: string
  subject_number: SubjectNumber
  informal_read_only: boolean
  from_name: string | null
  reopen_days: number | null
  position: number
  active: boolean
  owner_starts_work: boolean
  told: Told_Output
  version: number
  subscription: Subscribed | null
}

/** Changes of a channel; a field that is left out stays as it is. */
export interface ChannelPatch {
  name?: string | null
  parent?: string | null
  /** Tickets keep a status that exists there; the others get the first of the same category. */
  workflow?: string | null
  subject_number?: SubjectNumber | null
  informal_read_only?: boolean | null
  from_name?: string | null
  reopen_days?: number | null
  position?: number | null
  /** A channel that is not active takes no new tickets. */
  active?: boolean | null
  owner_starts_work?: boolean | null
  /** Occasions that are left out stay as they are. */
  told?: Told_Input | null
}

/** A channel by name. */
export interface ChannelRef {
  key: string
  name: string
}

/** What a customer may do in a channel; one that is not named is not theirs. */
export type ChannelUse = 'use' | 'read'

/** One answer of a choice. */
export interface ChoiceIn {
  key: string
  label: LabelIn
  active?: boolean
}

/** One answer of a choice. */
export interface ChoiceOut {
  key: string
  label: LabelOut
  active: boolean
}

/** Why a way is not open. `UNKNOWN_NOW`: the mail service could not be asked, so nobody knows. */
export type Closed = 'no_permission' | 'no_channel' | 'no_mail_account' | 'mail_account_inactive' | 'mail_account_without_channel' | 'mail_account_not_yours' | 'unknown_now'

/** A page of companies in the order of their names. */
export interface CompaniesOut {
  items: CompanyOut[]
  next: string | null
}

/** A new company. */
export interface CompanyIn {
  name: string
}

/** A company. */
export interface CompanyOut {
  id: string
  name: string
  version: number
  created_at: string
  changed_at: string
}

/** What shall change. */
export interface CompanyPatch {
  name: string
}

/** A new contact. The first address is the preferred one; the language is ISO 639-1, `de` or `de-AT`. */
export interface ContactIn {
  name: string
  addresses?: string[]
  phones?: string[]
  language?: string
  company_id?: string | null
}

/** A contact, the preferred address first. */
export interface ContactOut {
  id: string
  name: string
  addresses: string[]
  phones: string[]
  language: string
  company_id: string | null
  company_name: string | null
  version: number
  created_at: string
  changed_at: string
}

/** What shall change; a field that is left out stays. Lists are replaced as a whole. */
export interface ContactPatch {
  name?: string
  addresses?: string[]
  phones?: string[]
  language?: string
  /** null: no company any more. */
  company_id?: string | null
}

/** The customer of a ticket: a known contact, or only the address that wrote. */
export interface ContactRef {
  id: string | null
  name: string | null
  address: string | null
  company_id: string | null
  company_name: string | null
}

/** A page of contacts in the order of their names. */
export interface ContactsOut {
  items: ContactOut[]
  next: string | null
}

/** Numbers of tickets that the agent may see. */
export interface Counters {
  new: number
  mine: number
  open: number
  action_required: number
  no_owner: number
  handled_today: number
  handled_yesterday: number
  channels: ChannelCount[]
}

/** An event that was given up. `error` is why, `body` its beginning. */
export interface DeadLetterOut {
  id: string
  subject: string
  error: string
  tries: number
  failed_at: string
  retry_asked_at: string | null
  body: string
}

/** The open dead letters of a service, newest first. */
export interface DeadLettersOut {
  dead_letters: DeadLetterOut[]
}

/** How far a mail is on its way to one recipient (MT-08). */
export type Delivery = 'queued' | 'accepted' | 'failed' | 'bounced'

/** How far a mail is on its way to one recipient (MT-08); `reason` is the mail server's text. */
export interface DeliveryOut {
  address: string
  state: Delivery
  reason: string | null
  changed_at: string
}

/** What is written so far: nothing is required, and what is there is bounded like the finished thing. */
export interface DraftContent {
  text?: string | null
  html?: string | null
  attachments?: string[] | null
  to?: DraftMailbox[] | null
  cc?: DraftMailbox[] | null
  bcc?: DraftMailbox[] | null
  subject?: string | null
  channel?: string | null
  status?: string | null
  priority?: string | null
  owner_id?: string | null
  responsible_id?: string | null
  contact_id?: string | null
  shown_outside?: boolean | null
  activity_id?: string | null
  mode?: Mode | null
  last_seen_activity?: string | null
  then?: ThenIn | null
  undo_seconds?: number | null
  signature?: boolean | null
  from_account?: string | null
}

/** A new draft; `ticket` is the number of the ticket that it is for, for all kinds that do not open one. */
export interface DraftIn {
  kind: DraftKind
  ticket?: number | null
  content?: DraftContent
}

/** What becomes of a draft when it is sent (DR-01). */
export type DraftKind = 'reply' | 'follow_up' | 'note' | 'call' | 'new_email' | 'new_enquiry' | 'new_internal'

/** A recipient as far as it is typed. */
export interface DraftMailbox {
  name?: string
  address?: string
}

/** A draft. One that is `recovered` came back from a mail that was withdrawn. */
export interface DraftOut {
  id: string
  kind: DraftKind
  version: number
  recovered: boolean
  ticket: DraftTicket | null
  content: DraftContent
  created_at: string
  changed_at: string
}

/** A page of drafts, the one that was changed last first. */
export interface DraftPage {
  items: DraftOut[]
  next: string | null
}

/** What became of a draft: an activity of a ticket, which may be new. Until `undo_until` it can be taken back. */
export interface DraftSent {
  ticket_number: number
  ticket_version: number
  activity_id: string
  undo_until: string | null
}

/** The ticket of a draft; one that the agent cannot see any more has no subject. */
export interface DraftTicket {
  number: number
  reference: string
  subject: string | null
  visible: boolean
}

/** What counts for an agent: the stronger of their own subscription and those of their `groups`. */
export interface EffectiveSubscriptionOut {
  agent_id: string
  kind: Subscribed
  direct: Subscribed | null
  groups: string[]
}

/** A new external access. `channels`: by key, whether customers may write there or only read. */
export interface ExternalAccessIn {
  name: string
  active?: boolean
  sections?: Section[]
  visibility?: Visibility
  channels?: Record<string, unknown>
}

/** An external access. */
export interface ExternalAccessOut {
  id: string
  name: string
  active: boolean
  sections: Section[]
  visibility: Visibility
  channels: Record<string, ChannelUse>
  version: number
  created_at: string
  changed_at: string
}

/** What shall change; a field that is left out stays. `channels` and `sections` are replaced as a whole. */
export interface ExternalAccessPatch {
  name?: string
  active?: boolean
  sections?: Section[]
  visibility?: Visibility
  channels?: Record<string, unknown>
}

/** A page of external accesses by name. */
export interface ExternalAccessesOut {
  items: ExternalAccessOut[]
  next: string | null
}

/** What is wrong with one field. */
export interface FieldError {
  /** Where it is: body.subject, query.limit, header.If-Match … */
  field: string
  detail: string
}

/** A new custom field. Its key and its type are for ever: tickets hold values of it (TS-04). */
export interface FieldIn {
  key: string
  label: LabelIn
  help?: HelpIn | null
  type: FieldType
  /** The channels that have it; null: all. */
  channels?: string[] | null
  /** An agent cannot open a ticket without it; a mail can. */
  required?: boolean
  /** What a form begins with. */
  default?: boolean | number | string | string[] | null
  /** For the types choice and multi_choice. */
  choices?: ChoiceIn[]
  position?: number
  active?: boolean
}

/** Custom fields, in order. */
export interface FieldList {
  items: FieldOut[]
}

/** A custom field; `channels` is null where all channels have it. */
export interface FieldOut {
  key: string
  label: LabelOut
  help: LabelOut | null
  type: FieldType
  channels: string[] | null
  required: boolean
  default: string | boolean | number | string[] | null
  choices: ChoiceOut[]
  position: number
  active: boolean
  version: number
}

/** Changes of a custom field. `choices` replace those that there are; tickets keep what they have. */
export interface FieldPatch {
  label?: LabelIn | null
  help?: HelpIn | null
  channels?: string[] | null
  required?: boolean | null
  default?: boolean | number | string | string[] | null
  choices?: ChoiceIn[] | null
  position?: number | null
  active?: boolean | null
}

/** What a custom field holds (TS-04). */
export type FieldType = 'text' | 'long_text' | 'number' | 'date' | 'boolean' | 'choice' | 'multi_choice' | 'url'

/** A page of a list. */
export interface Filters {
  list?: ListName
  prefilter?: Prefilter | null
  channel?: string[]
  status?: string[]
  /** Open or closed statuses only. */
  category?: Category | null
  /** Agents' ids, `me`, or `none`. */
  owner?: (string | 'me' | 'none')[]
  watcher?: 'me' | null
  contact_id?: string[]
  company_id?: string[]
  origin?: Origin[]
  priority?: string[]
  /** Colour markers. */
  marker?: string[]
  /** Tags; it must have them all. */
  tag?: string[]
  /** A custom field and its value: `key:value`. Of several choices one is enough. */
  field?: string | null
  opened_from?: string | null
  /** Before this moment. */
  opened_until?: string | null
  changed_from?: string | null
  /** Before this moment. */
  changed_until?: string | null
  /** A ticket's number or how it begins; or words, `"phrases"`, `begin*`, `-without`. A search for words comes in the order of its newest matches. */
  q?: string
  sort?: Sort
  cursor?: string | null
  limit?: number
}

/** The ticket that this one possibly belongs to, if the agent may see it (MT-05). */
export interface FollowUpRef {
  number: number
  reference: string
  subject: string
}

/** What sets an activity apart from others of its kind: a letter (AT-12), a state of the solution (AT-11). */
export type Form = 'letter' | 'solution'

/** The activity that a ticket was found by. `files` are the names of attachments that match. */
export interface FoundActivity {
  id: string
  kind: Kind
  at: string
  author_name: string
  text: PieceOut[]
  files: PieceOut[][]
}

/** A mail account that the caller may send from. */
export interface FromOut {
  key: string
  name: string
  address: string
  from_name: string
  channel: string
  is_default: boolean
}

/** A new group of agents. */
export interface GroupIn {
  name: string
  members?: string[]
}

/** A group with its members and the channels that it subscribes to. */
export interface GroupOut {
  id: string
  name: string
  version: number
  members: string[]
  subscriptions: GroupSubscriptionOut[]
}

/** What shall change; a field that is left out stays. `members` are all members from then on. */
export interface GroupPatch {
  name?: string
  members?: string[]
}

/** A group in the list. */
export interface GroupRowOut {
  id: string
  name: string
  version: number
  member_count: number
}

/** A channel that a group subscribes to. */
export interface GroupSubscriptionOut {
  channel: string
  kind: Subscribed
}

/** A group of agents and how its members subscribe. */
export interface GroupSubscriptionShape {
  group_id: string
  kind: Subscribed
}

/** A page of groups in the order of their names. */
export interface GroupsOut {
  items: GroupRowOut[]
  next: string | null
}

/** How an account is: mails that wait for parsing, for the ticket core, for a person, and for the relay. */
export interface HealthOut {
  last_received_at: string | null
  stored: number
  parsed: number
  held: number
  quarantine: number
  outgoing: number
}

/** A help text in English, in German, or in both. */
export interface HelpIn {
  en?: string | null
  de?: string | null
}

/** Who hid an activity, and when. Whoever may change the ticket can show it again (CV-09). */
export interface HiddenOut {
  by: AgentRef
  at: string
}

/** What becomes of a reminder when the customer writes before it is due (DR-02). */
export type IfCustomerReplies = 'keep' | 'cancel'

/** How one ticket fared. `code` and `detail` say why it was refused or not undone. */
export interface ItemOut {
  number: number
  state: ItemState
  code: string | null
  detail: string | null
}

/** How far a ticket is in a bulk action, and in its undo. */
export type ItemState = 'waiting' | 'done' | 'unchanged' | 'refused' | 'undo_waiting' | 'undone' | 'not_undone'

/** What an activity is (TC-10). */
export type Kind = 'incoming' | 'outgoing' | 'note' | 'call' | 'status_change'

/** A name in English, in German, or in both. */
export interface LabelIn {
  en?: string | null
  de?: string | null
}

/** A text by language. */
export interface LabelOut {
  en: string
  de: string
}

/** A letter. `text` and `subject` that are left out come from a template of the kind `letter`. */
export interface LetterIn {
  text?: string | null
  subject?: string | null
  template_id?: string | null
  language?: string | null
  recipient?: string | null
  /** Whether the customer finds it in the portal (CV-09). */
  shown_outside?: boolean
  /** The newest activity that the agent has seen; a newer one of somebody else refuses the request. */
  last_seen_activity?: string | null
  then?: ThenIn | null
}

/** What this ticket is to another one: "it is a `child_of` number 10042" (TS-05). */
export interface LinkIn {
  relation: 'relates_to' | 'child_of' | 'parent_of' | 'duplicate_of' | 'duplicated_by'
  number: number
}

/** What this ticket is to another one (TS-05). One that comes from a merge has no id: undo removes it. */
export interface LinkOut {
  id: string | null
  relation: Relation
  ticket: TicketRef
}

/** The links of a ticket to tickets that the agent may see; how many others there are is not told. */
export interface Links {
  items: LinkOut[]
}

/** `mine` is *My tickets* (LF-02), `overview` everything that the agent may see (LF-03). */
export type ListName = 'mine' | 'overview'

/** `notification`: the agent was told something about a ticket. */
export interface LiveNotification {
  id: string
  ticket_number: number
  kind: string
  reasons: Reason[]
}

/** `notifications_read`: the agent has read this notification, and with `older` all before it. */
export interface LiveNotificationsRead {
  id: string
  older: boolean
}

/** `ready`: from here on nothing is missed. `resumed`: what was missed meanwhile follows. */
export interface LiveReady {
  resumed: boolean
  heartbeat_seconds: number
}

/** `resync`: something was or may have been missed; what `of` names is to be read anew. */
export interface LiveResync {
  reason: 'gap' | 'slow' | 'access' | 'bus'
  of: ('tickets' | 'notifications' | 'presence')[]
}

/** `ticket`: a ticket that the agent may see changed; the state is that of this moment. */
export interface LiveTicket {
  id: string
  number: number
  version: number
  changed: string[]
  channel: string
  status: string
  closed: boolean
  owner_id: string | null
  responsible_id: string | null
}

/** `ticket_left`: a ticket moved out of the agent's sight. Where to is not theirs to know. */
export interface LiveTicketLeft {
  number: number
}

/** A new mail account. */
export interface MailAccountIn {
  /** Short and lasting, for programs. */
  key: string
  /** What agents see. */
  name: string
  address: string
  /** The sender's name in outgoing mail. */
  from_name: string
  /** The key of the channel that its tickets go to. */
  channel: string
  /** An account that is not active refuses mail and sends none. */
  active?: boolean
  /** Mail of channels without an account leaves from here. */
  is_default?: boolean
}

/** A mail account. */
export interface MailAccountOut {
  id: string
  key: string
  name: string
  address: string
  from_name: string
  channel: string
  kind: string
  active: boolean
  is_default: boolean
  version: number
  health: HealthOut
}

/** What shall change; fields that are left out stay. */
export interface MailAccountPatch {
  name?: string | null
  address?: string | null
  from_name?: string | null
  channel?: string | null
  active?: boolean | null
  is_default?: boolean | null
}

/** A page of mail accounts, by key. */
export interface MailAccountsOut {
  items: MailAccountOut[]
  /** Cursor of the following page; null at the end. */
  next: string | null
}

/** What sort of mail it is (RFC 3834, RFC 3464, RFC 2369); only a human's mail is ever answered automatically. */
export type MailKind = 'human' | 'auto_reply' | 'auto_generated' | 'bulk' | 'bounce'

/** A row of the ledger. Sender, subject, kind and Message-ID are known once the mail was parsed. */
export interface MailOut {
  id: string
  account: string
  state: MailState
  /** Why the mail is in quarantine, or of which mail it is a duplicate. */
  reason: string | null
  received_at: string
  parsed_at: string | null
  closed_at: string | null
  /** The IP address that the mail came from. */
  client_address: string
  /** How that client called itself; anybody can claim anything. */
  client_name: string
  /** Empty for bounces. */
  envelope_sender: string
  envelope_recipients: string[]
  sender_name: string | null
  sender_address: string | null
  subject: string | null
  kind: MailKind | null
  message_id: string | null
  /** Bytes. */
  size: number
  raw_sha256: string
  /** How often parsing was begun. */
  tries: number
  ticket_id: string | null
  ticket_number: number | null
}

/** Where a received mail is (MT-02). `stored` and `parsed` are on the way, the others are ends. */
export type MailState = 'stored' | 'parsed' | 'ticket' | 'held' | 'machine' | 'duplicate' | 'quarantine'

/** A recipient. */
export interface MailboxIn {
  name?: string
  address: string
}

/** A name and an address of a mail. */
export interface MailboxOut {
  name: string
  address: string
}

/** A page of the ledger, newest first. */
export interface MailsOut {
  items: MailOut[]
  /** Cursor of the following page; null at the end. */
  next: string | null
}

/** A new colour marker (CF-03). */
export interface MarkerIn {
  name: string
  /** Any colour, as #rrggbb. */
  colour: string
  position?: number
  active?: boolean
}

/** Every colour marker, in order. */
export interface MarkerList {
  items: MarkerOut[]
}

/** A colour marker; one that is not active stays on tickets and cannot be given any more. */
export interface MarkerOut {
  id: string
  name: string
  colour: string
  position: number
  active: boolean
  version: number
}

/** Changes of a colour marker. */
export interface MarkerPatch {
  name?: string | null
  colour?: string | null
  position?: number | null
  active?: boolean | null
}

/** A colour marker; `colour` is #rrggbb. */
export interface MarkerRef {
  id: string
  name: string
  colour: string
}

/** The agent who is signed in; `permissions` are cut down to the scopes where an API token speaks. */
export interface MeOut {
  id: string
  name: string
  email: string
  language: string
  role: Role
  permissions: Permission[]
}

/** What a merge would do. `refusal` is the reason why it cannot be; `warnings` do not stop it. */
export interface MergePreview {
  source: MergeSide
  into: MergeSide
  activities: number
  files: number
  watchers: AgentRef[]
  watchers_left: AgentRef[]
  status_after: StatusRef
  owner_after: AgentRef | null
  warnings: ('other_contact' | 'other_company' | 'other_channel' | 'no_contact')[]
  refusal: string | null
}

/** One of the two tickets of a merge. */
export interface MergeSide {
  ticket: TicketRef
  version: number
  channel: string
  status: StatusRef
  owner: AgentRef | null
  contact: ContactRef | null
}

/** How a mail is answered: its sender, everyone in it (AT-02), or a further mail behind our own (AT-03). */
export type Mode = 'reply' | 'reply_all' | 'follow_up'

/** What a move would do. `visible_after`: whether the caller would still see the ticket; if not, warn first. */
export interface MovePreviewOut {
  channel: string
  visible_after: boolean
  changeable_after: boolean
  owner_released: boolean
  responsible_released: boolean
  watchers_left_out: number
  status_after: string
  status_changes: boolean
}

/** Into another channel. */
export interface MoveTo {
  kind: 'channel'
  channel: string
}

/** What tickets must be like: one of the values of each filter, and all filters that are given (LF-06). */
export interface Narrowing {
  list?: ListName
  prefilter?: Prefilter | null
  channel?: string[]
  status?: string[]
  /** Open or closed statuses only. */
  category?: Category | null
  /** Agents' ids, `me`, or `none`. */
  owner?: (string | 'me' | 'none')[]
  watcher?: 'me' | null
  contact_id?: string[]
  company_id?: string[]
  origin?: Origin[]
  priority?: string[]
  /** Colour markers. */
  marker?: string[]
  /** Tags; it must have them all. */
  tag?: string[]
  /** A custom field and its value: `key:value`. Of several choices one is enough. */
  field?: string | null
  opened_from?: string | null
  /** Before this moment. */
  opened_until?: string | null
  changed_from?: string | null
  /** Before this moment. */
  changed_until?: string | null
  /** A ticket's number or how it begins; or words, `"phrases"`, `begin*`, `-without`. A search for words comes in the order of its newest matches. */
  q?: string
  sort?: Sort
}

/** A channel in which the caller may open tickets; `account` is what its mails leave from, unless one chooses. */
export interface NewChannelOut {
  key: string
  name: string
  account: string | null
}

/** What a dialog for a new ticket can offer. `accounts` is null where the mail service could not be asked. */
export interface NewOptionsOut {
  ways: WayOut[]
  channels: NewChannelOut[]
  /** Where a ticket goes that names no channel, if the caller may. */
  default_channel: string | null
  accounts: FromOut[] | null
}

/** A new API token. `token` is shown this once; send it as `Authorization: Bearer ds_…`. */
export interface NewTokenOut {
  id: string
  name: string
  scopes: Permission[]
  created_at: string
  expires_at: string
  last_used_at: string | null
  token: string
}

/** Something that stays inside, unless `shown_outside` releases it to the customer (CV-09). */
export interface NoteIn {
  text: string
  html?: string | null
  /** Ids of uploads; one that the HTML names as `cid:<id>` is inline. */
  attachments?: string[]
  shown_outside?: boolean
  /** The newest activity that the agent has seen; a newer one of somebody else refuses the request. */
  last_seen_activity?: string | null
  then?: ThenIn | null
}

/** What a notice is about, the most telling first: of several in one version, the first is told. */
export type NoticeKind = 'reminder' | 'opened' | 'entered' | 'assigned' | 'incoming' | 'outgoing' | 'call' | 'note' | 'status_change' | 'changed'

/** Unread notifications on tickets that I may see; `capped` when there are more than were counted. */
export interface NotificationCountersOut {
  unread: number
  capped: boolean
}

/** Something that happened on a ticket, and every reason why I am told (CV-07). */
export interface NotificationOut {
  id: string
  kind: NoticeKind
  reasons: Reason[]
  at: string
  read_at: string | null
  ticket: NotifiedTicketOut
}

/** A page, newest first. It may hold fewer than asked for: what I may no longer see is left out. */
export interface NotificationPageOut {
  items: NotificationOut[]
  next: string | null
}

/** The ways on which I am told. */
export interface NotificationPreferences {
  in_app: boolean
  mail: boolean
}

/** The ticket of a notification, as I may see it now. */
export interface NotifiedTicketOut {
  ticket_id: string
  number: number
  reference: string
  subject: string
  channel: string
  channel_name: string
  status: string
}

/** How a ticket came into being (CW-01). */
export type Origin = 'email' | 'enquiry' | 'internal' | 'webservice' | 'portal'

/** A mail on its way out. `last_error` is why it still waits, `next_try_at` until when. */
export interface OutgoingMailOut {
  id: string
  account: string
  reference_kind: string
  reference_id: string
  message_id: string
  subject: string
  state: SendState
  tries: number
  next_try_at: string | null
  last_error: string | null
  queued_at: string
  recipients: RecipientOut[]
}

/** A page of outgoing mails, newest first. */
export interface OutgoingMailsOut {
  items: OutgoingMailOut[]
  /** Cursor of the following page; null at the end. */
  next: string | null
}

/** The present password and the new one. */
export interface PasswordIn {
  current_password: string
  new_password: string
}

/** What a role or an API token can allow. Each route of the staff API names one (TS-12). */
export type Permission = 'tickets:read' | 'tickets:write' | 'notes:write' | 'contacts:read' | 'contacts:write' | 'notifications:read' | 'mail:read' | 'mail:manage' | 'portal:manage' | 'staff:read' | 'staff:manage' | 'audit:read' | 'operations:manage'

/** A part of a snippet, as plain text; `hit` where it is what was searched for. */
export interface PieceOut {
  text: string
  hit: boolean
}

/** The ready-made filters of the home page and the sidebar (LF-01, LF-05). */
export type Prefilter = 'action_required' | 'no_owner' | 'new' | 'handled_today' | 'handled_yesterday'

/** What I do in the ticket. */
export interface PresenceIn {
  state: Present
}

/** The tickets among those asked for in which somebody is, and that the agent may see. */
export interface PresenceList {
  items: TicketPresence[]
}

/** Who is in a ticket. Say again within `refresh_seconds` that you are still there; `until` is when it ends. */
export interface PresenceOut {
  number: number
  agents: PresentAgent[]
  until: string
  refresh_seconds: number
}

/** What an agent does in a ticket right now. */
export type Present = 'viewing' | 'writing'

/** An agent who is in a ticket right now. */
export interface PresentAgent {
  id: string
  name: string
  state: Present
}

/** A new priority. Its key is for ever: tickets carry it (CF-05). */
export interface PriorityIn {
  key: string
  name: LabelIn
  /** Its place among the others; a higher one is more urgent. */
  position: number
  active?: boolean
  /** New tickets get it; the default until now is none any more. */
  is_default?: boolean
}

/** Every priority, the least urgent first. */
export interface PriorityList {
  items: PriorityOut[]
}

/** A priority; one that is not active stays on tickets and cannot be given any more. */
export interface PriorityOut {
  key: string
  name: LabelOut
  position: number
  active: boolean
  is_default: boolean
  version: number
}

/** Changes of a priority. The default changes by making another one the default. */
export interface PriorityPatch {
  name?: LabelIn | null
  position?: number | null
  active?: boolean | null
  is_default?: true | null
}

/** RFC 9457 §3.1; `code` is stable and for programs. */
export interface ProblemDetails {
  type?: string
  title: string
  status: number
  code: string
  detail: string
  correlation_id: string
  errors?: FieldError[]
  /** For a conflict: the state as it is now. */
  current?: unknown
}

/** How far was read: `last_activity_at` of the ticket as it was shown. Left out: all that there is now. */
export interface ReadIn {
  until?: string | null
}

/** Which notification is the newest that I have seen. */
export interface ReadUpToIn {
  /** This notification and all older ones become read. */
  up_to: string
}

/** Why an agent is told (CV-07): each agent is named once, with every reason that holds. */
export type Reason = 'owner' | 'responsible' | 'watcher' | 'subscriber'

/** A recipient. `reason` holds the last words of the mail server, once it has decided. */
export interface RecipientOut {
  address: string
  state: SendState
  reason: string | null
  decided_at: string | null
}

/** The token of a link and the new password. */
export interface RedemptionIn {
  /** What stands behind `#token=` in the link. */
  token: string
  new_password: string
}

/** What a ticket is to another one, in the word that fits its side. */
export type Relation = 'relates_to' | 'child_of' | 'parent_of' | 'duplicate_of' | 'duplicated_by' | 'split_from' | 'split_into' | 'merged_from'

/** When the ticket shows itself again, to the agent who asks for it (DR-02). */
export interface ReminderIn {
  /** In the future, within ten years. */
  at: string
  text?: string
  /** Before it is due: `cancel` ends the reminder, so the ticket is back at once; `keep` waits. */
  if_customer_replies?: IfCustomerReplies
}

/** A reminder with its ticket. */
export interface ReminderOfTicket {
  at: string
  text: string
  if_customer_replies: IfCustomerReplies
  set_at: string
  due: boolean
  number: number
  reference: string
  subject: string
}

/** A reminder; `due` says that its time has come and the ticket is in *Action required* because of it. */
export interface ReminderOut {
  at: string
  text: string
  if_customer_replies: IfCustomerReplies
  set_at: string
  due: boolean
}

/** A page of reminders; `next` is the cursor of the following page. */
export interface ReminderPage {
  items: ReminderOfTicket[]
  next: string | null
}

/** For which ticket, and in which language; default: the agent's own. */
export interface RenderIn {
  ticket: number
  language?: string | null
}

/** A template with everything filled in. */
export interface Rendered {
  language: string
  subject: string
  html: string
  text: string
}

/** A mail to the customer. Without recipients it goes to everyone of the last incoming mail (MT-09). */
export interface ReplyIn {
  text: string
  html?: string | null
  /** Ids of uploads; one that the HTML names as `cid:<id>` is inline. */
  attachments?: string[]
  /** How long the mail can be taken back. Default: what the agent prefers, else 0: it leaves at once. */
  undo_seconds?: number | null
  signature?: boolean
  /** Key of the mail account to send from: one of the channel, or the default one. Default: theirs. */
  from_account?: string | null
  activity_id?: string | null
  mode?: Mode | null
  /** The newest activity that the agent has seen; a newer one of somebody else refuses the request. */
  last_seen_activity?: string | null
  then?: ThenIn | null
  to?: MailboxIn[] | null
  cc?: MailboxIn[] | null
  bcc?: MailboxIn[]
  shown_outside?: boolean
}

/** The address of the account whose password was forgotten. */
export interface ResetIn {
  email: string
}

/** What an agent is to the desk. A light agent reads and writes notes, and never writes to a customer. */
export type Role = 'admin' | 'agent' | 'light_agent'

/** A ticket that was found; `activity` is null where it was found by its number. */
export interface SearchHit {
  ticket: TicketRow
  subject: PieceOut[]
  activity: FoundActivity | null
}

/** The best of the newest matches; `older_matches`: there are more, name another word or use a list. */
export interface SearchPage {
  items: SearchHit[]
  next: string | null
  older_matches: boolean
}

/** A part of the portal that an access can show. */
export type Section = 'tickets'

/** What became of an outgoing mail for one recipient (MT-08), or for all of them together. */
export type SendState = 'queued' | 'accepted' | 'failed'

/** A session of an agent. `current` is the one that asks; it ends at `ends_at` if it is not used. */
export interface SessionOut {
  id: string
  current: boolean
  created_at: string
  seen_at: string
  ends_at: string
  user_agent: string
  address: string
}

/** Sessions, newest first; at most 100, so there is no further page. */
export interface SessionsOut {
  items: SessionOut[]
  next?: null
}

/** Another colour marker, or none. */
export interface SetMarker {
  kind: 'marker'
  marker_id: string | null
}

/** Another owner, or nobody. */
export interface SetOwner {
  kind: 'owner'
  owner_id: string | null
}

/** Another priority. */
export interface SetPriority {
  kind: 'priority'
  priority: string
}

/** Another status; a ticket whose workflow does not have it is refused. */
export interface SetStatus {
  kind: 'status'
  status: string
}

/** What holds for the whole desk (CF-06). Ticket prefix and time zone are set by the operator, not here. */
export interface SettingsOut {
  /** Where mails and portal tickets go that name no channel that exists; null: the first in order. */
  default_channel: string | null
  /** Of a new channel: a reply to a ticket closed longer ago opens a new one; null: never. */
  reopen_days: number | null
  ticket_prefix: string
  /** Where 'today' begins at midnight. */
  time_zone: string
  version: number
}

/** Changes of the settings; one that is left out stays as it is, null takes it back. */
export interface SettingsPatch {
  default_channel?: string | null
  reopen_days?: number | null
}

/** The token of the link, and who the first administrator is. */
export interface SetupIn {
  /** What stands behind `#token=` in the link. */
  token: string
  name: string
  email: string
  password: string
  language?: string
}

/** Who can use a view besides its owner. */
export type SharedWith = 'nobody' | 'channel' | 'everybody'

/** Address and password of an agent. */
export interface SignInIn {
  email: string
  password: string
}

/** What stands below the mails of a channel, as HTML by language; nothing: no signature. */
export interface SignatureIn {
  variants: Record<string, unknown>
}

/** The signature of a channel. */
export interface SignatureOut {
  variants: Record<string, string>
  version: number
}

/** The newest change (opening, activity) first, the highest number first, or the most urgent first. */
export type Sort = 'changed_at' | 'opened_at' | 'last_activity_at' | 'number' | 'priority'

/** Split an activity off. What is left out comes from the activity, then from its ticket. */
export interface SplitIn {
  subject?: string | null
  channel?: string | null
  owner_id?: string | null
  reason?: string
}

/** A new status. Key, category and ball are for ever; whoever wants another one makes it and deletes this one. */
export interface StatusIn {
  key: string
  name: string
  /** What customers read; the name, if left out. */
  customer_name?: string | null
  category: Category
  ball: Ball
  /** Keys of the statuses that an agent may choose next; none means any. */
  moves?: string[]
}

/** Every status, workflow by workflow, in order. */
export interface StatusList {
  items: StatusOut[]
}

/** A status of a workflow; the first of each workflow is where its tickets begin. */
export interface StatusOut {
  workflow: string
  key: string
  name: string
  customer_name: string
  category: Category
  ball: Ball
  position: number
  moves: string[]
}

/** Changes of a status; a field that is left out stays as it is. */
export interface StatusPatch {
  name?: string | null
  customer_name?: string | null
  moves?: string[] | null
  position?: number | null
}

/** A status, and whose turn it is. */
export interface StatusRef {
  key: string
  name: string
  category: Category
  ball: Ball
}

/** Where a channel's mails have the ticket's number in their subject (C1). */
export type SubjectNumber = 'prefix' | 'suffix' | 'off'

/** How an agent is tied to a channel: standard is responsible and told, informal may look in (CV-03, CV-04). */
export type Subscribed = 'standard' | 'informal'

/** A group that subscribes. */
export interface SubscribedGroupOut {
  group_id: string
  name: string
  kind: Subscribed
}

/** All subscriptions of a channel: `items` are agents themselves, `effective` is what follows for each agent. */
export interface SubscriptionList {
  items: SubscriptionShape[]
  groups: SubscribedGroupOut[]
  effective: EffectiveSubscriptionOut[]
}

/** An agent and how they subscribe. */
export interface SubscriptionShape {
  agent_id: string
  kind: Subscribed
}

/** All subscriptions of a channel; they replace those that there are. An agent or a group can be there once. */
export interface SubscriptionsIn {
  items: SubscriptionShape[]
  groups?: GroupSubscriptionShape[] | null
}

/** A tag, and how many tickets of the whole desk have it; `merging`: some of them are still to get it. */
export interface TagAdminOut {
  id: string
  name: string
  tickets: number
  merging: boolean
}

/** A page of all tags; `next` is the cursor of the following page. */
export interface TagAdminPage {
  items: TagAdminOut[]
  next: string | null
  capped_at?: number
}

/** A tag, and how many tickets that the agent may see have it; `capped_at` means so many or more. */
export interface TagOut {
  id: string
  name: string
  tickets: number
}

/** A page of tags; `next` is the cursor of the following page. */
export interface TagPage {
  items: TagOut[]
  next: string | null
  capped_at?: number
}

/** Another name for a tag. */
export interface TagPatch {
  name: string
}

/** A tag by name. */
export interface TagRef {
  id: string
  name: string
}

/** A new template. `shared` ones are everybody's and need `staff:manage`; others are one's own. */
export interface TemplateIn {
  name: string
  kind: 'reply' | 'note' | 'letter' | 'receipt'
  channel?: string | null
  shared?: boolean
  variants: Record<string, unknown>
}

/** A template. */
export interface TemplateOut {
  id: string
  name: string
  kind: 'reply' | 'note' | 'letter' | 'receipt'
  channel: string | null
  shared: boolean
  variants: Record<string, Variant>
  version: number
  changed_at: string
}

/** A page of templates, by name. */
export interface TemplatePage {
  items: TemplateOut[]
  next: string | null
}

/** Changes; a field that is left out stays as it is. `variants` replaces all of them. */
export interface TemplatePatch {
  name?: string | null
  kind?: 'reply' | 'note' | 'letter' | 'receipt' | null
  channel?: string | null
  variants?: Record<string, unknown> | null
}

/** What happens to the ticket together with an activity: both are one change, with one version (AT-06). */
export interface ThenIn {
  status?: string | null
  owner_id?: string | null
}

/** The ticket of an activity. */
export interface TicketHead {
  number: number
  reference: string
  subject: string
  channel: string
}

/** A new ticket, of one of three kinds. */
export interface TicketIn {
  text: string
  html?: string | null
  /** Ids of uploads; one that the HTML names as `cid:<id>` is inline. */
  attachments?: string[]
  /** How long the mail can be taken back. Default: what the agent prefers, else 0: it leaves at once. */
  undo_seconds?: number | null
  signature?: boolean
  /** Key of the mail account to send from: one of the channel, or the default one. Default: theirs. */
  from_account?: string | null
  kind: 'email' | 'enquiry' | 'internal'
  /** Default: the installation's default channel, if it has one. */
  channel?: string | null
  subject: string
  /** Default: the first status of the channel's workflow. */
  status?: string | null
  /** Default: the default priority. */
  priority?: string | null
  marker_id?: string | null
  tags?: string[]
  /** Values of the channel's custom fields by key. */
  fields?: Record<string, unknown>
  owner_id?: string | null
  responsible_id?: string | null
  watchers?: string[]
  contact_id?: string | null
  to?: MailboxIn[]
  cc?: MailboxIn[]
  bcc?: MailboxIn[]
}

/** A ticket with everything that it carries (TC-08); `activities` is the first page, the newest first. */
export interface TicketOut {
  id: string
  number: number
  reference: string
  version: number
  subject: string
  origin: Origin
  channel: ChannelRef
  status: StatusRef
  priority: string
  owner: AgentRef | null
  responsible: AgentRef | null
  contact: ContactRef | null
  opened_at: string
  changed_at: string
  last_activity_at: string
  marker: MarkerRef | null
  tags: string[]
  unread: boolean
  links: LinkOut[]
  undoable: UndoableOut[]
  fields: Record<string, string | boolean | number | string[]>
  watchers: AgentRef[]
  presence: PresentAgent[]
  activities: ActivityPage
  possible_follow_up_of: FollowUpRef | null
  contact_candidates: string[]
  next_statuses: StatusRef[]
}

/** A page of tickets; `next` is the cursor of the following page. */
export interface TicketPage {
  items: TicketRow[]
  next: string | null
}

/** Changes; a field that is left out stays as it is. `reason` is kept with the change (AT-07). */
export interface TicketPatch {
  status?: string | null
  channel?: string | null
  owner_id?: string | null
  responsible_id?: string | null
  priority?: string | null
  marker_id?: string | null
  /** All tags; not together with add_tags or remove_tags. */
  tags?: string[] | null
  add_tags?: string[]
  remove_tags?: string[]
  /** Values of the channel's custom fields by key; null takes one away. */
  fields?: Record<string, unknown>
  subject?: string | null
  contact_id?: string | null
  reason?: string
  /** The newest activity that the agent has seen; a newer one of somebody else refuses the request. */
  last_seen_activity?: string | null
}

/** Who is in a ticket. */
export interface TicketPresence {
  number: number
  agents: PresentAgent[]
}

/** Another ticket, by name. */
export interface TicketRef {
  number: number
  reference: string
  subject: string
}

/** A ticket in a list. `reference` is the number as people see it, `priority` a key of the priorities. */
export interface TicketRow {
  id: string
  number: number
  reference: string
  version: number
  subject: string
  origin: Origin
  channel: ChannelRef
  status: StatusRef
  priority: string
  owner: AgentRef | null
  responsible: AgentRef | null
  contact: ContactRef | null
  opened_at: string
  changed_at: string
  last_activity_at: string
  marker: MarkerRef | null
  tags: string[]
  unread: boolean
}

/** A new API token; its scopes are among one's own permissions. */
export interface TokenIn {
  name: string
  scopes: Permission[]
  expires_in_days?: number
}

/** An API token. What it allows is what both its scopes and its agent's role allow at the moment of use. */
export interface TokenOut {
  id: string
  name: string
  scopes: Permission[]
  created_at: string
  expires_at: string
  last_used_at: string | null
}

/** API tokens, newest first; at most 50, so there is no further page. */
export interface TokensOut {
  items: TokenOut[]
  next?: null
}

/** Who is told of what in a channel: for each occasion the roles (CV-08). */
export interface Told_Input {
  opened?: Reason[]
  customer_wrote?: Reason[]
  activity?: Reason[]
  status_changed?: Reason[]
  assigned?: Reason[]
  moved?: Reason[]
}

/** Who is told of what in a channel: for each occasion the roles (CV-08). */
export interface Told_Output {
  opened?: Reason[]
  customer_wrote?: Reason[]
  activity?: Reason[]
  status_changed?: Reason[]
  assigned?: Reason[]
  moved?: Reason[]
}

/** Take a merge or a split back. */
export interface UndoIn {
  change_id: string
  reason?: string
}

/** A merge or a split that can be taken back. */
export interface UndoableOut {
  id: string
  kind: Change
  at: string
  by: AgentRef
  other: TicketRef
}

/** A file that waits for an activity. Name it in `attachments`; in HTML, `cid:<id>` shows an image inside. */
export interface UploadOut {
  id: string
  filename: string
  content_type: string
  size: number
  sha256: string
  expires_at: string
}

/** A template in one language. */
export interface Variant {
  subject?: string
  html: string
}

/** How many tickets a view has for the caller; a `count` of `up_to` means so many or more. */
export interface ViewCount {
  count: number
  up_to: number
}

/** A new view. `channel` says whose subscribers can use it, where it is shared with a channel. */
export interface ViewIn {
  name: string
  filters?: Narrowing
  shared_with?: SharedWith
  channel?: string | null
  position?: number
}

/** A view; `mine` tells whether the caller may change it. In `filters`, `me` is whoever uses the view. */
export interface ViewOut {
  id: string
  name: string
  owner_id: string
  mine: boolean
  shared_with: SharedWith
  channel: string | null
  filters: Narrowing
  position: number
  version: number
}

/** Views by position and name; `next` is the cursor of the following page. */
export interface ViewPage {
  items: ViewOut[]
  next: string | null
}

/** Changes of a view; a field that is left out stays as it is. `channel` comes and goes with `shared_with`. */
export interface ViewPatch {
  name?: string | null
  filters?: Narrowing | null
  shared_with?: SharedWith | null
  channel?: string | null
  position?: number | null
}

/** Whose tickets a customer sees: their own, or those of everybody in their company. */
export type Visibility = 'own' | 'company'

/** Who sees an activity from now on, and why. */
export interface VisibilityPatch {
  visibility: ActivityVisibility
  reason?: string
}

/** One more watcher; without `agent_id` the agent who asks. */
export interface Watch {
  kind: 'watch'
  agent_id?: string | null
}

/** How an agent creates a ticket; `desk.shapes.TicketIn` calls it the kind. */
export type Way = 'email' | 'enquiry' | 'internal'

/** A way to create a ticket. `open` is null where nobody can tell now; `link` is where the reason is mended. */
export interface WayOut {
  kind: Way
  open: boolean | null
  code: Closed | null
  reason: string | null
  link: string | null
}

/** A mail that was taken back is a draft again. */
export interface Withdrawn {
  ticket_number: number
  ticket_version: number
  draft: DraftOut
}

/** A new workflow with its statuses in their order: the first one is open, and at least one is closed. */
export interface WorkflowIn {
  key: string
  name: string
  statuses: StatusIn[]
}

/** Every workflow, by key. */
export interface WorkflowList {
  items: WorkflowOut[]
}

/** A workflow with its statuses, and the keys of the channels that use it. */
export interface WorkflowOut {
  key: string
  name: string
  version: number
  statuses: StatusOut[]
  channels: string[]
}

/** Changes of a workflow. */
export interface WorkflowPatch {
  name: string
}

/** What an agent prefers while writing. Without `undo_seconds` a mail leaves at once unless a request says so. */
export interface WritingPreferences {
  undo_seconds?: number | null
}

/** What an agent writes. `html` is what the editor made, `text` the same without markup. */
export interface Written {
  text: string
  html?: string | null
  /** Ids of uploads; one that the HTML names as `cid:<id>` is inline. */
  attachments?: string[]
}

/** Who can cause a change. */
export type contracts__tickets__ActorKind = 'agent' | 'contact' | 'system'

/** Who did it: an agent, an operator at the command line, somebody not signed in, or the desk by itself. */
export type tickets__audit__rules__chain__ActorKind = 'agent' | 'operator' | 'anonymous' | 'system'

/** The tag that the other one becomes. */
export interface tickets__desk__api_tags__MergeIn {
  into: string
}

/** Merge a ticket into another one. `into_version` is the version of that one which the decision is based on. */
export interface tickets__desk__structure__shapes__MergeIn {
  into: number
  into_version: number
  reason?: string
}

export interface LiveEvents {
  ready: LiveReady
  ticket: LiveTicket
  ticket_left: LiveTicketLeft
  presence: TicketPresence
  notification: LiveNotification
  notifications_read: LiveNotificationsRead
  resync: LiveResync
}

export interface Operations {
  list_all_activities: { input: { query?: {
      /** Words, `"phrases"`, `begin*`, `-without`. */
      q?: string
      kind?: Kind[]
      channel?: string[]
      /** An agent's or a contact's id, or `me`. */
      author?: string | 'me' | null
      at_from?: string | null
      /** Before this moment. */
      at_until?: string | null
      cursor?: string | null
      limit?: number
    } }; output: ActivityRows }
  list_agents: { input: { query?: {
      active?: boolean | null
      /** What the page before gave as `next`. */
      cursor?: string | null
      limit?: number
    } }; output: AgentsOut }
  create_agent: { input: { body: AgentIn }; output: AgentOut }
  get_my_absence: { input: Nothing; output: AbsenceOut }
  set_my_absence: { input: { body: AbsenceIn }; output: AbsenceOut }
  end_my_absence: { input: Nothing; output: void }
  change_my_password: { input: { body: PasswordIn }; output: void }
  get_agent: { input: { path: {
      agent_id: string
    } }; output: AgentOut }
  change_agent: { input: { path: {
      agent_id: string
    }; version: number; body: AgentPatch }; output: AgentOut }
  get_absence: { input: { path: {
      agent_id: string
    } }; output: AbsenceOut }
  set_absence: { input: { path: {
      agent_id: string
    }; body: AbsenceIn }; output: AbsenceOut }
  end_absence: { input: { path: {
      agent_id: string
    } }; output: void }
  invite_agent: { input: { path: {
      agent_id: string
    } }; output: void }
  list_sessions_of_agent: { input: { path: {
      agent_id: string
    } }; output: SessionsOut }
  end_sessions_of_agent: { input: { path: {
      agent_id: string
    } }; output: void }
  end_session_of_agent: { input: { path: {
      agent_id: string
      session_id: string
    } }; output: void }
  list_tokens_of_agent: { input: { path: {
      agent_id: string
    } }; output: TokensOut }
  delete_token_of_agent: { input: { path: {
      agent_id: string
      token_id: string
    } }; output: void }
  list_audit_entries: { input: { query?: {
      /** What this agent did. */
      actor?: string | null
      /** `agent.changed` … */
      action?: string | null
      /** Whom it was done to: `agent:<id>`. */
      subject?: string | null
      /** From this time on. */
      since?: string | null
      /** Before this time. */
      until?: string | null
      /** What the page before gave as `next`. */
      cursor?: string | null
      limit?: number
    } }; output: AuditPageOut }
  list_channels: { input: Nothing; output: ChannelList }
  create_channel: { input: { body: ChannelIn }; output: ChannelOut }
  get_channel: { input: { path: {
      /** The channel's key. */
      key: string
    } }; output: ChannelOut }
  change_channel: { input: { path: {
      /** The channel's key. */
      key: string
    }; version: number; body: ChannelPatch }; output: ChannelOut }
  get_channel_fields: { input: { path: {
      /** The channel's key. */
      key: string
    }; query?: {
      /** The language of the schema's titles. */
      language?: 'en' | 'de'
    } }; output: ChannelFields }
  get_signature: { input: { path: {
      /** The channel's key. */
      key: string
    } }; output: SignatureOut }
  set_signature: { input: { path: {
      /** The channel's key. */
      key: string
    }; version: number; body: SignatureIn }; output: SignatureOut }
  list_subscriptions: { input: { path: {
      /** The channel's key. */
      key: string
    } }; output: SubscriptionList }
  replace_subscriptions: { input: { path: {
      /** The channel's key. */
      key: string
    }; body: SubscriptionsIn }; output: SubscriptionList }
  list_colour_markers: { input: Nothing; output: MarkerList }
  create_colour_marker: { input: { body: MarkerIn }; output: MarkerOut }
  get_colour_marker: { input: { path: {
      marker_id: string
    } }; output: MarkerOut }
  change_colour_marker: { input: { path: {
      marker_id: string
    }; version: number; body: MarkerPatch }; output: MarkerOut }
  list_companies: { input: { query?: {
      /** Beginnings of words, all of which must be there. */
      q?: string | null
      /** What the page before gave as `next`. */
      cursor?: string | null
      limit?: number
    } }; output: CompaniesOut }
  create_company: { input: { body: CompanyIn }; output: CompanyOut }
  get_company: { input: { path: {
      company_id: string
    } }; output: CompanyOut }
  change_company: { input: { path: {
      company_id: string
    }; version: number; body: CompanyPatch }; output: CompanyOut }
  list_contacts: { input: { query?: {
      /** Beginnings of words, all of which must be there. */
      q?: string | null
      company_id?: string | null
      /** What the page before gave as `next`. */
      cursor?: string | null
      limit?: number
    } }; output: ContactsOut }
  create_contact: { input: { body: ContactIn }; output: ContactOut }
  get_contact: { input: { path: {
      contact_id: string
    } }; output: ContactOut }
  change_contact: { input: { path: {
      contact_id: string
    }; version: number; body: ContactPatch }; output: ContactOut }
  list_custom_fields: { input: Nothing; output: FieldList }
  create_custom_field: { input: { body: FieldIn }; output: FieldOut }
  get_custom_field: { input: { path: {
      /** The field's key. */
      key: string
    } }; output: FieldOut }
  change_custom_field: { input: { path: {
      /** The field's key. */
      key: string
    }; version: number; body: FieldPatch }; output: FieldOut }
  list_dead_letters_crm_match: { input: { query?: {
      limit?: number
    } }; output: DeadLettersOut }
  retry_dead_letter_crm_match: { input: { path: {
      letter_id: string
    } }; output: unknown }
  list_dead_letters_ingest: { input: { query?: {
      limit?: number
    } }; output: DeadLettersOut }
  retry_dead_letter_ingest: { input: { path: {
      letter_id: string
    } }; output: unknown }
  list_dead_letters_notify: { input: { query?: {
      limit?: number
    } }; output: DeadLettersOut }
  retry_dead_letter_notify: { input: { path: {
      letter_id: string
    } }; output: unknown }
  list_dead_letters_portal: { input: { query?: {
      limit?: number
    } }; output: DeadLettersOut }
  retry_dead_letter_portal: { input: { path: {
      letter_id: string
    } }; output: unknown }
  list_dead_letters_tickets: { input: { query?: {
      limit?: number
    } }; output: DeadLettersOut }
  retry_dead_letter_tickets: { input: { path: {
      letter_id: string
    } }; output: unknown }
  list_drafts: { input: { query?: {
      /** Only drafts for the ticket with this number. */
      ticket?: number | null
      /** What the page before gave as `next`. */
      cursor?: string | null
      limit?: number
    } }; output: DraftPage }
  create_draft: { input: { body: DraftIn }; output: DraftOut }
  get_draft: { input: { path: {
      /** The draft's id. */
      draft_id: string
    } }; output: DraftOut }
  save_draft: { input: { path: {
      /** The draft's id. */
      draft_id: string
    }; version: number; body: DraftContent }; output: DraftOut }
  discard_draft: { input: { path: {
      /** The draft's id. */
      draft_id: string
    }; version: number }; output: void }
  send_draft: { input: { path: {
      /** The draft's id. */
      draft_id: string
    }; version: number }; output: DraftSent }
  list_external_accesses: { input: { query?: {
      /** What the page before gave as `next`. */
      cursor?: string | null
      limit?: number
    } }; output: ExternalAccessesOut }
  create_external_access: { input: { body: ExternalAccessIn }; output: ExternalAccessOut }
  get_external_access: { input: { path: {
      access_id: string
    } }; output: ExternalAccessOut }
  change_external_access: { input: { path: {
      access_id: string
    }; version: number; body: ExternalAccessPatch }; output: ExternalAccessOut }
  list_access_contacts: { input: { path: {
      access_id: string
    }; query?: {
      /** What the page before gave as `next`. */
      cursor?: string | null
      limit?: number
    } }; output: AccessContactsOut }
  add_access_contact: { input: { path: {
      access_id: string
      contact_id: string
    } }; output: void }
  remove_access_contact: { input: { path: {
      access_id: string
      contact_id: string
    } }; output: void }
  list_groups: { input: { query?: {
      /** What the page before gave as `next`. */
      cursor?: string | null
      limit?: number
    } }; output: GroupsOut }
  create_group: { input: { body: GroupIn }; output: GroupOut }
  get_group: { input: { path: {
      group_id: string
    } }; output: GroupOut }
  change_group: { input: { path: {
      group_id: string
    }; version: number; body: GroupPatch }; output: GroupOut }
  delete_group: { input: { path: {
      group_id: string
    }; version: number }; output: void }
  follow_live: { input: Nothing; output: Blob }
  list_mail_accounts: { input: { query?: {
      cursor?: string | null
      limit?: number
    } }; output: MailAccountsOut }
  add_mail_account: { input: { body: MailAccountIn }; output: MailAccountOut }
  get_mail_account: { input: { path: {
      account_id: string
    } }; output: MailAccountOut }
  change_mail_account: { input: { path: {
      account_id: string
    }; version: number; body: MailAccountPatch }; output: MailAccountOut }
  list_mails: { input: { query?: {
      state?: MailState | null
      /** The key of a mail account. */
      account?: string | null
      cursor?: string | null
      limit?: number
    } }; output: MailsOut }
  get_mail: { input: { path: {
      mail_id: string
    } }; output: MailOut }
  download_raw_mail: { input: { path: {
      mail_id: string
    } }; output: Blob }
  retry_mail: { input: { path: {
      mail_id: string
    } }; output: MailOut }
  get_notification_preferences: { input: Nothing; output: NotificationPreferences }
  set_notification_preferences: { input: { body: NotificationPreferences }; output: NotificationPreferences }
  list_notifications: { input: { query?: {
      /** Only those that I have not read. */
      unread?: boolean
      cursor?: string | null
      limit?: number
    } }; output: NotificationPageOut }
  count_notifications: { input: Nothing; output: NotificationCountersOut }
  read_notifications_up_to: { input: { body: ReadUpToIn }; output: void }
  read_notification: { input: { path: {
      notification_id: string
    } }; output: void }
  list_outgoing_mails: { input: { query?: {
      state?: SendState | null
      cursor?: string | null
      limit?: number
    } }; output: OutgoingMailsOut }
  retry_outgoing_mail: { input: { path: {
      outgoing_id: string
    } }; output: OutgoingMailOut }
  ask_for_password_reset: { input: { body: ResetIn }; output: void }
  redeem_password_link: { input: { body: RedemptionIn }; output: void }
  list_priorities: { input: Nothing; output: PriorityList }
  create_priority: { input: { body: PriorityIn }; output: PriorityOut }
  get_priority: { input: { path: {
      /** The priority's key. */
      key: string
    } }; output: PriorityOut }
  change_priority: { input: { path: {
      /** The priority's key. */
      key: string
    }; version: number; body: PriorityPatch }; output: PriorityOut }
  list_reminders: { input: { query?: {
      /** What the page before gave as `next`. */
      cursor?: string | null
      limit?: number
    } }; output: ReminderPage }
  get_session: { input: Nothing; output: MeOut }
  sign_in: { input: { body: SignInIn }; output: MeOut }
  sign_out: { input: Nothing; output: void }
  list_my_sessions: { input: Nothing; output: SessionsOut }
  end_session: { input: { path: {
      session_id: string
    } }; output: void }
  get_settings: { input: Nothing; output: SettingsOut }
  change_settings: { input: { version: number; body: SettingsPatch }; output: SettingsOut }
  set_up: { input: { body: SetupIn }; output: AgentOut }
  list_statuses: { input: Nothing; output: StatusList }
  complete_tags: { input: { query?: {
      /** What the tag begins with. */
      q?: string
      /** What the page before gave as `next`. */
      cursor?: string | null
      limit?: number
    } }; output: TagPage }
  list_all_tags: { input: { query?: {
      /** What the tag begins with. */
      q?: string
      /** What the page before gave as `next`. */
      cursor?: string | null
      limit?: number
    } }; output: TagAdminPage }
  rename_tag: { input: { path: {
      tag_id: string
    }; body: TagPatch }; output: TagRef }
  delete_tag: { input: { path: {
      tag_id: string
    } }; output: void }
  merge_tags: { input: { path: {
      tag_id: string
    }; body: tickets__desk__api_tags__MergeIn }; output: TagRef }
  list_templates: { input: { query?: {
      kind?: 'reply' | 'note' | 'letter' | 'receipt' | null
      /** Only those that fit this channel. */
      channel?: string | null
      /** What the page before gave as `next`. */
      cursor?: string | null
      limit?: number
    } }; output: TemplatePage }
  create_template: { input: { body: TemplateIn }; output: TemplateOut }
  get_template: { input: { path: {
      /** The template's id. */
      template_id: string
    } }; output: TemplateOut }
  change_template: { input: { path: {
      /** The template's id. */
      template_id: string
    }; version: number; body: TemplatePatch }; output: TemplateOut }
  delete_template: { input: { path: {
      /** The template's id. */
      template_id: string
    }; version: number }; output: void }
  render_template: { input: { path: {
      /** The template's id. */
      template_id: string
    }; body: RenderIn }; output: Rendered }
  list_tickets: { input: { query?: {
      list?: ListName
      prefilter?: Prefilter | null
      channel?: string[]
      status?: string[]
      /** Open or closed statuses only. */
      category?: Category | null
      /** Agents' ids, `me`, or `none`. */
      owner?: (string | 'me' | 'none')[]
      watcher?: 'me' | null
      contact_id?: string[]
      company_id?: string[]
      origin?: Origin[]
      priority?: string[]
      /** Colour markers. */
      marker?: string[]
      /** Tags; it must have them all. */
      tag?: string[]
      /** A custom field and its value: `key:value`. Of several choices one is enough. */
      field?: string | null
      opened_from?: string | null
      /** Before this moment. */
      opened_until?: string | null
      changed_from?: string | null
      /** Before this moment. */
      changed_until?: string | null
      /** A ticket's number or how it begins; or words, `"phrases"`, `begin*`, `-without`. A search for words comes in the order of its newest matches. */
      q?: string
      sort?: Sort
      cursor?: string | null
      limit?: number
    } }; output: TicketPage }
  open_ticket: { input: { body: TicketIn }; output: TicketOut }
  list_break_glass: { input: { query?: {
      /** What the page before gave as `next`. */
      cursor?: string | null
      limit?: number
    } }; output: BreakGlassPage }
  start_bulk_action: { input: { body: BulkIn }; output: BulkOut }
  get_bulk_action: { input: { path: {
      bulk_id: string
    }; query?: {
      /** What the page before gave as `next`. */
      cursor?: string | null
      limit?: number
    } }; output: BulkOut }
  undo_bulk_action: { input: { path: {
      bulk_id: string
    } }; output: BulkOut }
  count_tickets: { input: Nothing; output: Counters }
  get_new_options: { input: Nothing; output: NewOptionsOut }
  list_presence: { input: { query: {
      /** Numbers of tickets; the parameter is repeated for each. */
      numbers: number[]
    } }; output: PresenceList }
  search_tickets: { input: { query: {
      /** A number or how it begins, words, `"phrases"`, `begin*`, `-without`. */
      q: string
      cursor?: string | null
      limit?: number
    } }; output: SearchPage }
  get_ticket: { input: { path: {
      /** The ticket's number, without its prefix. */
      number: number
    } }; output: TicketOut }
  change_ticket: { input: { path: {
      /** The ticket's number, without its prefix. */
      number: number
    }; version: number; body: TicketPatch }; output: TicketOut | null }
  list_activities: { input: { path: {
      /** The ticket's number, without its prefix. */
      number: number
    }; query?: {
      order?: 'newest' | 'oldest'
      /** What the page before gave as `next`. */
      cursor?: string | null
      limit?: number
    } }; output: ActivityPage }
  change_activity_visibility: { input: { path: {
      /** The ticket's number, without its prefix. */
      number: number
      /** The activity's id. */
      activity_id: string
    }; version: number; body: VisibilityPatch }; output: TicketOut }
  get_activity_body: { input: { path: {
      /** The ticket's number, without its prefix. */
      number: number
      /** The activity's id. */
      activity_id: string
    }; query?: {
      /** The ground of the page that shows it. */
      theme?: 'light' | 'dark'
    } }; output: Blob }
  split_activity: { input: { path: {
      /** The ticket's number, without its prefix. */
      number: number
      activity_id: string
    }; version: number; body: SplitIn }; output: TicketOut }
  withdraw_mail: { input: { path: {
      /** The ticket's number, without its prefix. */
      number: number
      /** The activity's id. */
      activity_id: string
    } }; output: Withdrawn }
  get_attachment: { input: { path: {
      /** The ticket's number, without its prefix. */
      number: number
      sha256: string
    } }; output: Blob }
  list_ticket_break_glass: { input: { path: {
      /** The ticket's number, without its prefix. */
      number: number
    }; query?: {
      /** What the page before gave as `next`. */
      cursor?: string | null
      limit?: number
    } }; output: BreakGlassPage }
  break_glass: { input: { path: {
      /** The ticket's number, without its prefix. */
      number: number
    }; body: BreakGlassIn }; output: BreakGlassOut }
  end_break_glass: { input: { path: {
      /** The ticket's number, without its prefix. */
      number: number
    } }; output: void }
  add_call: { input: { path: {
      /** The ticket's number, without its prefix. */
      number: number
    }; body: NoteIn }; output: ActivityAccepted }
  write_letter: { input: { path: {
      /** The ticket's number, without its prefix. */
      number: number
    }; body: LetterIn }; output: ActivityAccepted }
  list_links: { input: { path: {
      /** The ticket's number, without its prefix. */
      number: number
    } }; output: Links }
  link_ticket: { input: { path: {
      /** The ticket's number, without its prefix. */
      number: number
    }; body: LinkIn }; output: Links }
  unlink_ticket: { input: { path: {
      /** The ticket's number, without its prefix. */
      number: number
      link_id: string
    } }; output: void }
  merge_ticket: { input: { path: {
      /** The ticket's number, without its prefix. */
      number: number
    }; version: number; body: tickets__desk__structure__shapes__MergeIn }; output: TicketOut }
  preview_merge: { input: { path: {
      /** The ticket's number, without its prefix. */
      number: number
    }; query: {
      /** The number of the ticket that would go on. */
      into: number
    } }; output: MergePreview }
  preview_move: { input: { path: {
      /** The ticket's number, without its prefix. */
      number: number
    }; query: {
      /** Where it would go. */
      channel: string
    } }; output: MovePreviewOut }
  add_note: { input: { path: {
      /** The ticket's number, without its prefix. */
      number: number
    }; body: NoteIn }; output: ActivityAccepted }
  take_ownership: { input: { path: {
      /** The ticket's number, without its prefix. */
      number: number
    }; version: number }; output: TicketOut | null }
  set_presence: { input: { path: {
      /** The ticket's number, without its prefix. */
      number: number
    }; body: PresenceIn }; output: PresenceOut }
  end_presence: { input: { path: {
      /** The ticket's number, without its prefix. */
      number: number
    } }; output: void }
  print_ticket: { input: { path: {
      /** The ticket's number, without its prefix. */
      number: number
    }; query?: {
      /** Only this activity. */
      activity?: string | null
    } }; output: Blob }
  mark_ticket_read: { input: { path: {
      /** The ticket's number, without its prefix. */
      number: number
    }; body: ReadIn }; output: void }
  mark_ticket_unread: { input: { path: {
      /** The ticket's number, without its prefix. */
      number: number
    } }; output: void }
  get_reminder: { input: { path: {
      /** The ticket's number, without its prefix. */
      number: number
    } }; output: ReminderOut }
  set_reminder: { input: { path: {
      /** The ticket's number, without its prefix. */
      number: number
    }; body: ReminderIn }; output: ReminderOut }
  remove_reminder: { input: { path: {
      /** The ticket's number, without its prefix. */
      number: number
    } }; output: void }
  reply_to_ticket: { input: { path: {
      /** The ticket's number, without its prefix. */
      number: number
    }; body: ReplyIn }; output: ActivityAccepted }
  get_reply_template: { input: { path: {
      /** The ticket's number, without its prefix. */
      number: number
    }; query?: {
      /** Which one is answered; default: the last mail. */
      activity?: string | null
      mode?: Mode
    } }; output: Beginning }
  get_solution: { input: { path: {
      /** The ticket's number, without its prefix. */
      number: number
    } }; output: ActivityOut }
  write_solution: { input: { path: {
      /** The ticket's number, without its prefix. */
      number: number
    }; version: number; body: Written }; output: ActivityOut }
  undo_structural_change: { input: { path: {
      /** The ticket's number, without its prefix. */
      number: number
    }; version: number; body: UndoIn }; output: TicketOut }
  watch_ticket: { input: { path: {
      /** The ticket's number, without its prefix. */
      number: number
      /** The agent's id, or `me`. */
      agent_id: string
    } }; output: void }
  unwatch_ticket: { input: { path: {
      /** The ticket's number, without its prefix. */
      number: number
      /** The agent's id, or `me`. */
      agent_id: string
    } }; output: void }
  list_my_tokens: { input: Nothing; output: TokensOut }
  create_token: { input: { body: TokenIn }; output: NewTokenOut }
  delete_token: { input: { path: {
      token_id: string
    } }; output: void }
  upload_file: { input: { query: {
      /** What the file is called. */
      filename: string
    }; body: unknown }; output: UploadOut }
  get_upload: { input: { path: {
      /** The upload's id. */
      upload_id: string
    } }; output: UploadOut }
  discard_upload: { input: { path: {
      /** The upload's id. */
      upload_id: string
    } }; output: void }
  get_upload_content: { input: { path: {
      /** The upload's id. */
      upload_id: string
    } }; output: Blob }
  list_views: { input: { query?: {
      /** What the page before gave as `next`. */
      cursor?: string | null
      limit?: number
    } }; output: ViewPage }
  create_view: { input: { body: ViewIn }; output: ViewOut }
  get_view: { input: { path: {
      /** The view's id. */
      view_id: string
    } }; output: ViewOut }
  change_view: { input: { path: {
      /** The view's id. */
      view_id: string
    }; version: number; body: ViewPatch }; output: ViewOut }
  delete_view: { input: { path: {
      /** The view's id. */
      view_id: string
    }; version: number }; output: void }
  count_tickets_of_view: { input: { path: {
      /** The view's id. */
      view_id: string
    } }; output: ViewCount }
  list_tickets_of_view: { input: { path: {
      /** The view's id. */
      view_id: string
    }; query?: {
      /** What the page before gave as `next`. */
      cursor?: string | null
      limit?: number
    } }; output: TicketPage }
  list_workflows: { input: Nothing; output: WorkflowList }
  create_workflow: { input: { body: WorkflowIn }; output: WorkflowOut }
  get_workflow: { input: { path: {
      /** The workflow's key. */
      key: string
    } }; output: WorkflowOut }
  change_workflow: { input: { path: {
      /** The workflow's key. */
      key: string
    }; version: number; body: WorkflowPatch }; output: WorkflowOut }
  delete_workflow: { input: { path: {
      /** The workflow's key. */
      key: string
    }; version: number }; output: void }
  add_status: { input: { path: {
      /** The workflow's key. */
      key: string
    }; body: AddedStatusIn }; output: WorkflowOut }
  change_status: { input: { path: {
      /** The workflow's key. */
      key: string
      /** The status's key. */
      status: string
    }; version: number; body: StatusPatch }; output: WorkflowOut }
  delete_status: { input: { path: {
      /** The workflow's key. */
      key: string
      /** The status's key. */
      status: string
    }; query: {
      /** The status that its tickets get; of the same category. */
      successor: string
    }; version: number }; output: WorkflowOut }
  get_writing_preferences: { input: Nothing; output: WritingPreferences }
  set_writing_preferences: { input: { body: WritingPreferences }; output: WritingPreferences }
}

export type Nothing = Record<never, never>

export const operations = {
  list_all_activities: { method: 'GET', path: '/api/v1/activities', answer: 'json', body: 'json', sends: [] },
  list_agents: { method: 'GET', path: '/api/v1/agents', answer: 'json', body: 'json', sends: [] },
  create_agent: { method: 'POST', path: '/api/v1/agents', answer: 'json', body: 'json', sends: ['key'] },
  get_my_absence: { method: 'GET', path: '/api/v1/agents/me/absence', answer: 'json', body: 'json', sends: [] },
  set_my_absence: { method: 'PUT', path: '/api/v1/agents/me/absence', answer: 'json', body: 'json', sends: [] },
  end_my_absence: { method: 'DELETE', path: '/api/v1/agents/me/absence', answer: 'none', body: 'json', sends: [] },
  change_my_password: { method: 'PUT', path: '/api/v1/agents/me/password', answer: 'none', body: 'json', sends: [] },
  get_agent: { method: 'GET', path: '/api/v1/agents/{agent_id}', answer: 'json', body: 'json', sends: [] },
  change_agent: { method: 'PATCH', path: '/api/v1/agents/{agent_id}', answer: 'json', body: 'json', sends: ['version'] },
  get_absence: { method: 'GET', path: '/api/v1/agents/{agent_id}/absence', answer: 'json', body: 'json', sends: [] },
  set_absence: { method: 'PUT', path: '/api/v1/agents/{agent_id}/absence', answer: 'json', body: 'json', sends: [] },
  end_absence: { method: 'DELETE', path: '/api/v1/agents/{agent_id}/absence', answer: 'none', body: 'json', sends: [] },
  invite_agent: { method: 'POST', path: '/api/v1/agents/{agent_id}/invitation', answer: 'none', body: 'json', sends: [] },
  list_sessions_of_agent: { method: 'GET', path: '/api/v1/agents/{agent_id}/sessions', answer: 'json', body: 'json', sends: [] },
  end_sessions_of_agent: { method: 'DELETE', path: '/api/v1/agents/{agent_id}/sessions', answer: 'none', body: 'json', sends: [] },
  end_session_of_agent: { method: 'DELETE', path: '/api/v1/agents/{agent_id}/sessions/{session_id}', answer: 'none', body: 'json', sends: [] },
  list_tokens_of_agent: { method: 'GET', path: '/api/v1/agents/{agent_id}/tokens', answer: 'json', body: 'json', sends: [] },
  delete_token_of_agent: { method: 'DELETE', path: '/api/v1/agents/{agent_id}/tokens/{token_id}', answer: 'none', body: 'json', sends: [] },
  list_audit_entries: { method: 'GET', path: '/api/v1/audit', answer: 'json', body: 'json', sends: [] },
  list_channels: { method: 'GET', path: '/api/v1/channels', answer: 'json', body: 'json', sends: [] },
  create_channel: { method: 'POST', path: '/api/v1/channels', answer: 'json', body: 'json', sends: ['key'] },
  get_channel: { method: 'GET', path: '/api/v1/channels/{key}', answer: 'json', body: 'json', sends: [] },
  change_channel: { method: 'PATCH', path: '/api/v1/channels/{key}', answer: 'json', body: 'json', sends: ['version'] },
  get_channel_fields: { method: 'GET', path: '/api/v1/channels/{key}/fields', answer: 'json', body: 'json', sends: [] },
  get_signature: { method: 'GET', path: '/api/v1/channels/{key}/signature', answer: 'json', body: 'json', sends: [] },
  set_signature: { method: 'PUT', path: '/api/v1/channels/{key}/signature', answer: 'json', body: 'json', sends: ['version'] },
  list_subscriptions: { method: 'GET', path: '/api/v1/channels/{key}/subscriptions', answer: 'json', body: 'json', sends: [] },
  replace_subscriptions: { method: 'PUT', path: '/api/v1/channels/{key}/subscriptions', answer: 'json', body: 'json', sends: [] },
  list_colour_markers: { method: 'GET', path: '/api/v1/colour-markers', answer: 'json', body: 'json', sends: [] },
  create_colour_marker: { method: 'POST', path: '/api/v1/colour-markers', answer: 'json', body: 'json', sends: ['key'] },
  get_colour_marker: { method: 'GET', path: '/api/v1/colour-markers/{marker_id}', answer: 'json', body: 'json', sends: [] },
  change_colour_marker: { method: 'PATCH', path: '/api/v1/colour-markers/{marker_id}', answer: 'json', body: 'json', sends: ['version'] },
  list_companies: { method: 'GET', path: '/api/v1/companies', answer: 'json', body: 'json', sends: [] },
  create_company: { method: 'POST', path: '/api/v1/companies', answer: 'json', body: 'json', sends: ['key'] },
  get_company: { method: 'GET', path: '/api/v1/companies/{company_id}', answer: 'json', body: 'json', sends: [] },
  change_company: { method: 'PATCH', path: '/api/v1/companies/{company_id}', answer: 'json', body: 'json', sends: ['version'] },
  list_contacts: { method: 'GET', path: '/api/v1/contacts', answer: 'json', body: 'json', sends: [] },
  create_contact: { method: 'POST', path: '/api/v1/contacts', answer: 'json', body: 'json', sends: ['key'] },
  get_contact: { method: 'GET', path: '/api/v1/contacts/{contact_id}', answer: 'json', body: 'json', sends: [] },
  change_contact: { method: 'PATCH', path: '/api/v1/contacts/{contact_id}', answer: 'json', body: 'json', sends: ['version'] },
  list_custom_fields: { method: 'GET', path: '/api/v1/custom-fields', answer: 'json', body: 'json', sends: [] },
  create_custom_field: { method: 'POST', path: '/api/v1/custom-fields', answer: 'json', body: 'json', sends: ['key'] },
  get_custom_field: { method: 'GET', path: '/api/v1/custom-fields/{key}', answer: 'json', body: 'json', sends: [] },
  change_custom_field: { method: 'PATCH', path: '/api/v1/custom-fields/{key}', answer: 'json', body: 'json', sends: ['version'] },
  list_dead_letters_crm_match: { method: 'GET', path: '/api/v1/dead-letters/crm-match', answer: 'json', body: 'json', sends: [] },
  retry_dead_letter_crm_match: { method: 'POST', path: '/api/v1/dead-letters/crm-match/{letter_id}/retry', answer: 'json', body: 'json', sends: [] },
  list_dead_letters_ingest: { method: 'GET', path: '/api/v1/dead-letters/ingest', answer: 'json', body: 'json', sends: [] },
  retry_dead_letter_ingest: { method: 'POST', path: '/api/v1/dead-letters/ingest/{letter_id}/retry', answer: 'json', body: 'json', sends: [] },
  list_dead_letters_notify: { method: 'GET', path: '/api/v1/dead-letters/notify', answer: 'json', body: 'json', sends: [] },
  retry_dead_letter_notify: { method: 'POST', path: '/api/v1/dead-letters/notify/{letter_id}/retry', answer: 'json', body: 'json', sends: [] },
  list_dead_letters_portal: { method: 'GET', path: '/api/v1/dead-letters/portal', answer: 'json', body: 'json', sends: [] },
  retry_dead_letter_portal: { method: 'POST', path: '/api/v1/dead-letters/portal/{letter_id}/retry', answer: 'json', body: 'json', sends: [] },
  list_dead_letters_tickets: { method: 'GET', path: '/api/v1/dead-letters/tickets', answer: 'json', body: 'json', sends: [] },
  retry_dead_letter_tickets: { method: 'POST', path: '/api/v1/dead-letters/tickets/{letter_id}/retry', answer: 'json', body: 'json', sends: [] },
  list_drafts: { method: 'GET', path: '/api/v1/drafts', answer: 'json', body: 'json', sends: [] },
  create_draft: { method: 'POST', path: '/api/v1/drafts', answer: 'json', body: 'json', sends: ['key'] },
  get_draft: { method: 'GET', path: '/api/v1/drafts/{draft_id}', answer: 'json', body: 'json', sends: [] },
  save_draft: { method: 'PUT', path: '/api/v1/drafts/{draft_id}', answer: 'json', body: 'json', sends: ['version'] },
  discard_draft: { method: 'DELETE', path: '/api/v1/drafts/{draft_id}', answer: 'none', body: 'json', sends: ['version'] },
  send_draft: { method: 'POST', path: '/api/v1/drafts/{draft_id}/send', answer: 'json', body: 'json', sends: ['key', 'version'] },
  list_external_accesses: { method: 'GET', path: '/api/v1/external-accesses', answer: 'json', body: 'json', sends: [] },
  create_external_access: { method: 'POST', path: '/api/v1/external-accesses', answer: 'json', body: 'json', sends: ['key'] },
  get_external_access: { method: 'GET', path: '/api/v1/external-accesses/{access_id}', answer: 'json', body: 'json', sends: [] },
  change_external_access: { method: 'PATCH', path: '/api/v1/external-accesses/{access_id}', answer: 'json', body: 'json', sends: ['version'] },
  list_access_contacts: { method: 'GET', path: '/api/v1/external-accesses/{access_id}/contacts', answer: 'json', body: 'json', sends: [] },
  add_access_contact: { method: 'PUT', path: '/api/v1/external-accesses/{access_id}/contacts/{contact_id}', answer: 'none', body: 'json', sends: [] },
  remove_access_contact: { method: 'DELETE', path: '/api/v1/external-accesses/{access_id}/contacts/{contact_id}', answer: 'none', body: 'json', sends: [] },
  list_groups: { method: 'GET', path: '/api/v1/groups', answer: 'json', body: 'json', sends: [] },
  create_group: { method: 'POST', path: '/api/v1/groups', answer: 'json', body: 'json', sends: ['key'] },
  get_group: { method: 'GET', path: '/api/v1/groups/{group_id}', answer: 'json', body: 'json', sends: [] },
  change_group: { method: 'PATCH', path: '/api/v1/groups/{group_id}', answer: 'json', body: 'json', sends: ['version'] },
  delete_group: { method: 'DELETE', path: '/api/v1/groups/{group_id}', answer: 'none', body: 'json', sends: ['version'] },
  follow_live: { method: 'GET', path: '/api/v1/live', answer: 'blob', body: 'json', sends: [] },
  list_mail_accounts: { method: 'GET', path: '/api/v1/mail-accounts', answer: 'json', body: 'json', sends: [] },
  add_mail_account: { method: 'POST', path: '/api/v1/mail-accounts', answer: 'json', body: 'json', sends: ['key'] },
  get_mail_account: { method: 'GET', path: '/api/v1/mail-accounts/{account_id}', answer: 'json', body: 'json', sends: [] },
  change_mail_account: { method: 'PATCH', path: '/api/v1/mail-accounts/{account_id}', answer: 'json', body: 'json', sends: ['version'] },
  list_mails: { method: 'GET', path: '/api/v1/mails', answer: 'json', body: 'json', sends: [] },
  get_mail: { method: 'GET', path: '/api/v1/mails/{mail_id}', answer: 'json', body: 'json', sends: [] },
  download_raw_mail: { method: 'GET', path: '/api/v1/mails/{mail_id}/raw', answer: 'blob', body: 'json', sends: [] },
  retry_mail: { method: 'POST', path: '/api/v1/mails/{mail_id}/retry', answer: 'json', body: 'json', sends: [] },
  get_notification_preferences: { method: 'GET', path: '/api/v1/notification-preferences', answer: 'json', body: 'json', sends: [] },
  set_notification_preferences: { method: 'PUT', path: '/api/v1/notification-preferences', answer: 'json', body: 'json', sends: [] },
  list_notifications: { method: 'GET', path: '/api/v1/notifications', answer: 'json', body: 'json', sends: [] },
  count_notifications: { method: 'GET', path: '/api/v1/notifications/counters', answer: 'json', body: 'json', sends: [] },
  read_notifications_up_to: { method: 'POST', path: '/api/v1/notifications/read', answer: 'none', body: 'json', sends: [] },
  read_notification: { method: 'POST', path: '/api/v1/notifications/{notification_id}/read', answer: 'none', body: 'json', sends: [] },
  list_outgoing_mails: { method: 'GET', path: '/api/v1/outgoing-mails', answer: 'json', body: 'json', sends: [] },
  retry_outgoing_mail: { method: 'POST', path: '/api/v1/outgoing-mails/{outgoing_id}/retry', answer: 'json', body: 'json', sends: [] },
  ask_for_password_reset: { method: 'POST', path: '/api/v1/password-resets', answer: 'none', body: 'json', sends: [] },
  redeem_password_link: { method: 'POST', path: '/api/v1/password-resets/redemption', answer: 'none', body: 'json', sends: [] },
  list_priorities: { method: 'GET', path: '/api/v1/priorities', answer: 'json', body: 'json', sends: [] },
  create_priority: { method: 'POST', path: '/api/v1/priorities', answer: 'json', body: 'json', sends: ['key'] },
  get_priority: { method: 'GET', path: '/api/v1/priorities/{key}', answer: 'json', body: 'json', sends: [] },
  change_priority: { method: 'PATCH', path: '/api/v1/priorities/{key}', answer: 'json', body: 'json', sends: ['version'] },
  list_reminders: { method: 'GET', path: '/api/v1/reminders', answer: 'json', body: 'json', sends: [] },
  get_session: { method: 'GET', path: '/api/v1/session', answer: 'json', body: 'json', sends: [] },
  sign_in: { method: 'POST', path: '/api/v1/session', answer: 'json', body: 'json', sends: [] },
  sign_out: { method: 'DELETE', path: '/api/v1/session', answer: 'none', body: 'json', sends: [] },
  list_my_sessions: { method: 'GET', path: '/api/v1/sessions', answer: 'json', body: 'json', sends: [] },
  end_session: { method: 'DELETE', path: '/api/v1/sessions/{session_id}', answer: 'none', body: 'json', sends: [] },
  get_settings: { method: 'GET', path: '/api/v1/settings', answer: 'json', body: 'json', sends: [] },
  change_settings: { method: 'PATCH', path: '/api/v1/settings', answer: 'json', body: 'json', sends: ['version'] },
  set_up: { method: 'POST', path: '/api/v1/setup', answer: 'json', body: 'json', sends: [] },
  list_statuses: { method: 'GET', path: '/api/v1/statuses', answer: 'json', body: 'json', sends: [] },
  complete_tags: { method: 'GET', path: '/api/v1/tags', answer: 'json', body: 'json', sends: [] },
  list_all_tags: { method: 'GET', path: '/api/v1/tags/all', answer: 'json', body: 'json', sends: [] },
  rename_tag: { method: 'PATCH', path: '/api/v1/tags/{tag_id}', answer: 'json', body: 'json', sends: [] },
  delete_tag: { method: 'DELETE', path: '/api/v1/tags/{tag_id}', answer: 'none', body: 'json', sends: [] },
  merge_tags: { method: 'POST', path: '/api/v1/tags/{tag_id}/merge', answer: 'json', body: 'json', sends: [] },
  list_templates: { method: 'GET', path: '/api/v1/templates', answer: 'json', body: 'json', sends: [] },
  create_template: { method: 'POST', path: '/api/v1/templates', answer: 'json', body: 'json', sends: ['key'] },
  get_template: { method: 'GET', path: '/api/v1/templates/{template_id}', answer: 'json', body: 'json', sends: [] },
  change_template: { method: 'PATCH', path: '/api/v1/templates/{template_id}', answer: 'json', body: 'json', sends: ['version'] },
  delete_template: { method: 'DELETE', path: '/api/v1/templates/{template_id}', answer: 'none', body: 'json', sends: ['version'] },
  render_template: { method: 'POST', path: '/api/v1/templates/{template_id}/render', answer: 'json', body: 'json', sends: [] },
  list_tickets: { method: 'GET', path: '/api/v1/tickets', answer: 'json', body: 'json', sends: [] },
  open_ticket: { method: 'POST', path: '/api/v1/tickets', answer: 'json', body: 'json', sends: ['key'] },
  list_break_glass: { method: 'GET', path: '/api/v1/tickets/break-glass', answer: 'json', body: 'json', sends: [] },
  start_bulk_action: { method: 'POST', path: '/api/v1/tickets/bulk', answer: 'json', body: 'json', sends: ['key'] },
  get_bulk_action: { method: 'GET', path: '/api/v1/tickets/bulk/{bulk_id}', answer: 'json', body: 'json', sends: [] },
  undo_bulk_action: { method: 'POST', path: '/api/v1/tickets/bulk/{bulk_id}/undo', answer: 'json', body: 'json', sends: [] },
  count_tickets: { method: 'GET', path: '/api/v1/tickets/counters', answer: 'json', body: 'json', sends: [] },
  get_new_options: { method: 'GET', path: '/api/v1/tickets/new-options', answer: 'json', body: 'json', sends: [] },
  list_presence: { method: 'GET', path: '/api/v1/tickets/presence', answer: 'json', body: 'json', sends: [] },
  search_tickets: { method: 'GET', path: '/api/v1/tickets/search', answer: 'json', body: 'json', sends: [] },
  get_ticket: { method: 'GET', path: '/api/v1/tickets/{number}', answer: 'json', body: 'json', sends: [] },
  change_ticket: { method: 'PATCH', path: '/api/v1/tickets/{number}', answer: 'json', body: 'json', sends: ['version'] },
  list_activities: { method: 'GET', path: '/api/v1/tickets/{number}/activities', answer: 'json', body: 'json', sends: [] },
  change_activity_visibility: { method: 'PATCH', path: '/api/v1/tickets/{number}/activities/{activity_id}', answer: 'json', body: 'json', sends: ['version'] },
  get_activity_body: { method: 'GET', path: '/api/v1/tickets/{number}/activities/{activity_id}/body', answer: 'blob', body: 'json', sends: [] },
  split_activity: { method: 'POST', path: '/api/v1/tickets/{number}/activities/{activity_id}/split', answer: 'json', body: 'json', sends: ['key', 'version'] },
  withdraw_mail: { method: 'POST', path: '/api/v1/tickets/{number}/activities/{activity_id}/withdraw', answer: 'json', body: 'json', sends: [] },
  get_attachment: { method: 'GET', path: '/api/v1/tickets/{number}/attachments/{sha256}', answer: 'blob', body: 'json', sends: [] },
  list_ticket_break_glass: { method: 'GET', path: '/api/v1/tickets/{number}/break-glass', answer: 'json', body: 'json', sends: [] },
  break_glass: { method: 'POST', path: '/api/v1/tickets/{number}/break-glass', answer: 'json', body: 'json', sends: ['key'] },
  end_break_glass: { method: 'DELETE', path: '/api/v1/tickets/{number}/break-glass', answer: 'none', body: 'json', sends: [] },
  add_call: { method: 'POST', path: '/api/v1/tickets/{number}/calls', answer: 'json', body: 'json', sends: ['key'] },
  write_letter: { method: 'POST', path: '/api/v1/tickets/{number}/letters', answer: 'json', body: 'json', sends: ['key'] },
  list_links: { method: 'GET', path: '/api/v1/tickets/{number}/links', answer: 'json', body: 'json', sends: [] },
  link_ticket: { method: 'POST', path: '/api/v1/tickets/{number}/links', answer: 'json', body: 'json', sends: ['key'] },
  unlink_ticket: { method: 'DELETE', path: '/api/v1/tickets/{number}/links/{link_id}', answer: 'none', body: 'json', sends: [] },
  merge_ticket: { method: 'POST', path: '/api/v1/tickets/{number}/merge', answer: 'json', body: 'json', sends: ['version'] },
  preview_merge: { method: 'GET', path: '/api/v1/tickets/{number}/merge-preview', answer: 'json', body: 'json', sends: [] },
  preview_move: { method: 'GET', path: '/api/v1/tickets/{number}/move-preview', answer: 'json', body: 'json', sends: [] },
  add_note: { method: 'POST', path: '/api/v1/tickets/{number}/notes', answer: 'json', body: 'json', sends: ['key'] },
  take_ownership: { method: 'POST', path: '/api/v1/tickets/{number}/ownership', answer: 'json', body: 'json', sends: ['version'] },
  set_presence: { method: 'PUT', path: '/api/v1/tickets/{number}/presence', answer: 'json', body: 'json', sends: [] },
  end_presence: { method: 'DELETE', path: '/api/v1/tickets/{number}/presence', answer: 'none', body: 'json', sends: [] },
  print_ticket: { method: 'GET', path: '/api/v1/tickets/{number}/print', answer: 'blob', body: 'json', sends: [] },
  mark_ticket_read: { method: 'PUT', path: '/api/v1/tickets/{number}/read', answer: 'none', body: 'json', sends: [] },
  mark_ticket_unread: { method: 'DELETE', path: '/api/v1/tickets/{number}/read', answer: 'none', body: 'json', sends: [] },
  get_reminder: { method: 'GET', path: '/api/v1/tickets/{number}/reminder', answer: 'json', body: 'json', sends: [] },
  set_reminder: { method: 'PUT', path: '/api/v1/tickets/{number}/reminder', answer: 'json', body: 'json', sends: [] },
  remove_reminder: { method: 'DELETE', path: '/api/v1/tickets/{number}/reminder', answer: 'none', body: 'json', sends: [] },
  reply_to_ticket: { method: 'POST', path: '/api/v1/tickets/{number}/replies', answer: 'json', body: 'json', sends: ['key'] },
  get_reply_template: { method: 'GET', path: '/api/v1/tickets/{number}/reply-template', answer: 'json', body: 'json', sends: [] },
  get_solution: { method: 'GET', path: '/api/v1/tickets/{number}/solution', answer: 'json', body: 'json', sends: [] },
  write_solution: { method: 'PUT', path: '/api/v1/tickets/{number}/solution', answer: 'json', body: 'json', sends: ['version'] },
  undo_structural_change: { method: 'POST', path: '/api/v1/tickets/{number}/undo', answer: 'json', body: 'json', sends: ['version'] },
  watch_ticket: { method: 'PUT', path: '/api/v1/tickets/{number}/watchers/{agent_id}', answer: 'none', body: 'json', sends: [] },
  unwatch_ticket: { method: 'DELETE', path: '/api/v1/tickets/{number}/watchers/{agent_id}', answer: 'none', body: 'json', sends: [] },
  list_my_tokens: { method: 'GET', path: '/api/v1/tokens', answer: 'json', body: 'json', sends: [] },
  create_token: { method: 'POST', path: '/api/v1/tokens', answer: 'json', body: 'json', sends: [] },
  delete_token: { method: 'DELETE', path: '/api/v1/tokens/{token_id}', answer: 'none', body: 'json', sends: [] },
  upload_file: { method: 'POST', path: '/api/v1/uploads', answer: 'json', body: 'bytes', sends: [] },
  get_upload: { method: 'GET', path: '/api/v1/uploads/{upload_id}', answer: 'json', body: 'json', sends: [] },
  discard_upload: { method: 'DELETE', path: '/api/v1/uploads/{upload_id}', answer: 'none', body: 'json', sends: [] },
  get_upload_content: { method: 'GET', path: '/api/v1/uploads/{upload_id}/content', answer: 'blob', body: 'json', sends: [] },
  list_views: { method: 'GET', path: '/api/v1/views', answer: 'json', body: 'json', sends: [] },
  create_view: { method: 'POST', path: '/api/v1/views', answer: 'json', body: 'json', sends: ['key'] },
  get_view: { method: 'GET', path: '/api/v1/views/{view_id}', answer: 'json', body: 'json', sends: [] },
  change_view: { method: 'PATCH', path: '/api/v1/views/{view_id}', answer: 'json', body: 'json', sends: ['version'] },
  delete_view: { method: 'DELETE', path: '/api/v1/views/{view_id}', answer: 'none', body: 'json', sends: ['version'] },
  count_tickets_of_view: { method: 'GET', path: '/api/v1/views/{view_id}/count', answer: 'json', body: 'json', sends: [] },
  list_tickets_of_view: { method: 'GET', path: '/api/v1/views/{view_id}/tickets', answer: 'json', body: 'json', sends: [] },
  list_workflows: { method: 'GET', path: '/api/v1/workflows', answer: 'json', body: 'json', sends: [] },
  create_workflow: { method: 'POST', path: '/api/v1/workflows', answer: 'json', body: 'json', sends: ['key'] },
  get_workflow: { method: 'GET', path: '/api/v1/workflows/{key}', answer: 'json', body: 'json', sends: [] },
  change_workflow: { method: 'PATCH', path: '/api/v1/workflows/{key}', answer: 'json', body: 'json', sends: ['version'] },
  delete_workflow: { method: 'DELETE', path: '/api/v1/workflows/{key}', answer: 'none', body: 'json', sends: ['version'] },
  add_status: { method: 'POST', path: '/api/v1/workflows/{key}/statuses', answer: 'json', body: 'json', sends: ['key'] },
  change_status: { method: 'PATCH', path: '/api/v1/workflows/{key}/statuses/{status}', answer: 'json', body: 'json', sends: ['version'] },
  delete_status: { method: 'DELETE', path: '/api/v1/workflows/{key}/statuses/{status}', answer: 'json', body: 'json', sends: ['version'] },
  get_writing_preferences: { method: 'GET', path: '/api/v1/writing-preferences', answer: 'json', body: 'json', sends: [] },
  set_writing_preferences: { method: 'PUT', path: '/api/v1/writing-preferences', answer: 'json', body: 'json', sends: [] },
} as const
