/**
 * HTML without style attributes. They have no effect here, and the browser reports a breach of the security policy for
 * each of them as soon as the HTML is parsed, even where it is never shown.
 */
export const withoutStyles = (html: string) =>
  html.replace(/<[a-z][^>]*>/gi, tag => tag.replace(/\sstyle\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)/gi, ''))
