import DOMPurify from 'dompurify'

/** Images of our own files only: any other one would tell somebody that it was looked at. */
const OWN_IMAGE = /^\/api\/v1\//

DOMPurify.addHook('uponSanitizeAttribute', (node, attribute) => {
  if (node.nodeName === 'IMG' && attribute.attrName === 'src' && !OWN_IMAGE.test(attribute.attrValue))
    attribute.keepAttr = false
})

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
