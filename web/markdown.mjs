// Turns a help page (Markdown) into data at build time, so that no HTML and no parser is in the app.
// What stands outside of our small Markdown, or leads to a page that is not there, ends the build.
import fs from 'node:fs'
import path from 'node:path'

const TITLE_ONLY = '?title'

/** Vite: `import page from './pages/en/basics.md'` gives a `HelpPage`, with `?title` only its title. */
export const helpPages = () => ({
  name: 'help-pages',
  load(id) {
    const [file] = id.split('?')
    if (!file.endsWith('.md')) return null
    this.addWatchFile(file)
    const page = read(fs.readFileSync(file, 'utf8'), file)
    return { code: `export default ${JSON.stringify(id.endsWith(TITLE_ONLY) ? page.title : page)}`, moduleType: 'js' }
  },
})

/** The page: its title, its first paragraph, and its sections; the one before the first heading has none. */
function read(source, file) {
  const [first, lead, ...rest] = source.trim().split(/\n{2,}/)
  const title = /^# (.+)$/.exec(first)?.[1]
  if (!title || !lead || isBlock(lead)) throw new Error(`${file} must begin with '# Title' and a paragraph`)
  const sections = [{ id: '', heading: '', blocks: [] }]
  for (const part of rest) {
    const heading = /^## (.+)$/.exec(part)?.[1]
    if (heading) sections.push({ id: anchor(heading), heading, blocks: [] })
    else sections.at(-1).blocks.push(block(part, file))
  }
  const filled = sections.filter(section => section.blocks.length > 0)
  return { topic: path.basename(file, '.md'), title, lead: inline(lead, file), sections: filled }
}

const isBlock = part => /^(#|- |\d+\. |\||>|!|```)/.test(part)

function block(part, file) {
  const lines = part.split('\n')
  if (lines.every(line => line.startsWith('|'))) return table(lines, file)
  if (lines[0].startsWith('- ')) return { kind: 'list', items: items(lines, /^- /, file) }
  if (/^\d+\. /.test(lines[0])) return { kind: 'steps', items: items(lines, /^\d+\. /, file) }
  if (isBlock(part)) throw new Error(`${file}: help pages have no such Markdown: ${part.slice(0, 60)}`)
  return { kind: 'text', text: inline(part, file) }
}

/** A line that begins with blanks goes on with the item before it. */
function items(lines, mark, file) {
  const found = []
  for (const line of lines) {
    if (mark.test(line)) found.push(line.replace(mark, ''))
    else if (line.startsWith('  ')) found[found.length - 1] += `\n${line.trim()}`
    else throw new Error(`${file}: '${line}' is in a list and no item`)
  }
  return found.map(item => inline(item, file))
}

function table(lines, file) {
  const rows = lines.map(line =>
    line
      .slice(1, line.lastIndexOf('|'))
      .split('|')
      .map(cell => inline(cell.trim(), file)),
  )
  if (!/^\|[-| ]+\|$/.test(lines[1] ?? '')) throw new Error(`${file}: a table needs a line of dashes below its head`)
  return { kind: 'table', head: rows[0], rows: rows.slice(2) }
}

const INLINE = /\*\*(.+?)\*\*|`(.+?)`|\[(.+?)\]\((.+?)\)/g

/** Bold, keys, links; everything else is text. A link to another page is `page.md`, one into the app begins with `/`. */
function inline(source, file) {
  const text = source.replaceAll('\n', ' ')
  const parts = []
  let end = 0
  for (const found of text.matchAll(INLINE)) {
    if (found.index > end) parts.push(text.slice(end, found.index))
    const [, bold, keys, label, target] = found
    if (bold) parts.push({ kind: 'bold', text: bold })
    else if (keys) parts.push({ kind: 'keys', text: keys })
    else parts.push({ kind: 'link', text: label, to: destination(target, file) })
    end = found.index + found[0].length
  }
  if (end < text.length) parts.push(text.slice(end))
  return parts
}

function destination(target, file) {
  if (target.startsWith('/')) return target
  const name = /^([a-z-]+)\.md$/.exec(target)?.[1]
  if (!name || !fs.existsSync(path.join(path.dirname(file), target))) {
    throw new Error(`${file} links to '${target}', which is no page beside it and no path of the app`)
  }
  return `/help/${name}`
}

const anchor = heading =>
  heading
    .toLowerCase()
    .normalize('NFD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
