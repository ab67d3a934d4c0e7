import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Kbd } from '../../../../shared/ui/kit'
import type { Block, HelpPage, Inline } from './pages'

/** A page as people read it. It comes as data, so nothing here is HTML that somebody wrote. */
export function HelpArticle({ page }: { page: HelpPage }) {
  return (
    <article aria-label={page.title} className="reading flex flex-col gap-3">
      <h1 className="font-semibold text-xl">{page.title}</h1>
      <p className="text-fg-2">
        <Text parts={page.lead} />
      </p>
      {page.sections.map(section => (
        <section key={section.id} id={section.id || undefined} className="flex flex-col gap-2">
          {section.heading && <h2 className="mt-3 font-semibold text-lg">{section.heading}</h2>}
          {numbered(section.blocks).map(([index, block]) => (
            <Part key={index} block={block} />
          ))}
        </section>
      ))}
    </article>
  )
}

function Part({ block }: { block: Block }): ReactNode {
  switch (block.kind) {
    case 'text':
      return (
        <p>
          <Text parts={block.text} />
        </p>
      )
    case 'list':
      return <ul>{lines(block.items)}</ul>
    case 'steps':
      return <ol>{lines(block.items)}</ol>
    case 'table':
      return (
        <table className="w-full border-collapse">
          <thead>
            <tr className="border-line border-b text-left text-fg-2 text-xs">
              {numbered(block.head).map(([index, cell]) => (
                <th key={index} scope="col" className="py-1.5 pr-4 font-medium">
                  <Text parts={cell} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {numbered(block.rows).map(([index, row]) => (
              <tr key={index} className="border-line border-b align-top">
                {numbered(row).map(([place, cell]) => (
                  <td key={place} className="py-2 pr-4 first:w-2/5">
                    <Text parts={cell} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )
  }
}

const lines = (items: readonly Inline[][]) =>
  numbered(items).map(([index, item]) => (
    <li key={index}>
      <Text parts={item} />
    </li>
  ))

const Text = ({ parts }: { parts: readonly Inline[] }) => (
  <>
    {numbered(parts).map(([index, part]) => (
      <Word key={index} part={part} />
    ))}
  </>
)

function Word({ part }: { part: Inline }) {
  if (typeof part === 'string') return part
  if (part.kind === 'bold') return <strong>{part.text}</strong>
  if (part.kind === 'link') return <Link to={part.to}>{part.text}</Link>
  return (
    <span className="whitespace-nowrap">
      <span className="sr-only">{part.text}</span>
      <Kbd keys={part.text} />
    </span>
  )
}

/** The parts of a page never move, so their places identify them. */
const numbered = <Item,>(items: readonly Item[]): [number, Item][] => items.map((item, index) => [index, item])
