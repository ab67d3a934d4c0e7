import DOMPurify from 'dompurify'

type Factory = { createPolicy: (name: string, rules: object) => unknown }

/**
 * The policy says `require-trusted-types-for 'script'`: every string that reaches an HTML sink comes through here first.
 * The editor is the one that needs it, it parses what is pasted. Import this before anything else.
 */
const factory = (window as { trustedTypes?: Factory }).trustedTypes
factory?.createPolicy('default', {
  createHTML: (html: string) => DOMPurify.sanitize(html),
  createScript: () => null,
  createScriptURL: (url: string) => (new URL(url, location.origin).origin === location.origin ? url : null),
})
