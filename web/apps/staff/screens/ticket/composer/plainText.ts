import type { JSONContent } from '@tiptap/core'

/** What the editor holds as plain text, for readers without HTML: lists keep their signs, links their addresses. */
export function plainText(node: JSONContent, sign = ''): string {
  const children = node.content ?? []
  switch (node.type) {
    case 'text':
      return linked(node)
    case 'hardBreak':
      return '\n'
    case 'horizontalRule':
      return '---'
    case 'image':
      return node.attrs?.alt ? `[${node.attrs.alt}]` : ''
    case 'bulletList':
      return children.map(item => listItem(item, '- ')).join('\n')
    case 'orderedList':
      return children.map((item, index) => listItem(item, `${Number(node.attrs?.start ?? 1) + index}. `)).join('\n')
    case 'blockquote':
      return quoted(blocks(children))
    case 'doc':
    case 'listItem':
      return blocks(children, sign)
    default:
      return children.map(child => plainText(child)).join('')
  }
}

const blocks = (children: readonly JSONContent[], sign = '') =>
  children.map(child => plainText(child)).join(sign ? '\n' : '\n\n')

const listItem = (item: JSONContent, sign: string) =>
  sign +
  plainText(item, sign)
    .split('\n')
    .join(`\n${' '.repeat(sign.length)}`)

const quoted = (text: string) =>
  text
    .split('\n')
    .map(line => `> ${line}`)
    .join('\n')

function linked(node: JSONContent): string {
  const text = node.text ?? ''
  const href: unknown = node.marks?.find(mark => mark.type === 'link')?.attrs?.href
  return typeof href === 'string' && href !== text && href !== `mailto:${text}` ? `${text} <${href}>` : text
}
