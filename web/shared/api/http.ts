import { Problem, Unreachable } from './problem'

type Operation = {
  method: string
  path: string
  answer: 'json' | 'blob' | 'none'
  body: 'json' | 'bytes'
  sends: readonly ('key' | 'version')[]
}
type Input = { path?: object; query?: object; body?: unknown; version?: number }
/** `keepalive`: the request goes out even if the page closes. */
type Options = { signal?: AbortSignal; idempotencyKey?: string; keepalive?: boolean }

/** The address of an operation: path parameters put in, query parameters without those that are empty. */
export function address(path: string, input: Input): string {
  const values = { ...input.path } as Record<string, unknown>
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name])))
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(input.query ?? {})) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== null && each !== '') query.append(name, String(each))
    }
  }
  return query.size > 0 ? `${filled}?${query}` : filled
}

/**
 * A typed client over the published API: `call('get_ticket', { path: { number: 10042 } })`.
 *
 * Raises `Problem` for a refusal and `Unreachable` where nobody answers. An operation that creates something gets an
 * Idempotency-Key; who repeats a call after a lost connection hands the same one in.
 */
export function client<Operations extends { [Name in keyof Operations]: { input: object; output: unknown } }>(
  table: { [Name in keyof Operations]: Operation },
) {
  return async <Name extends keyof Operations>(
    name: Name,
    input: Operations[Name]['input'],
    options: Options = {},
  ): Promise<Operations[Name]['output']> => {
    const operation = table[name]
    const response = await send(operation, input as Input, options)
    if (!response.ok) throw await problemOf(response)
    return (await answerOf(operation, response)) as Operations[Name]['output']
  }
}

async function send(operation: Operation, input: Input, options: Options): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json', 'X-Deskstream-Client': 'web' }
  let body: BodyInit | null = null
  if (input.body !== undefined) {
    const bytes = operation.body === 'bytes'
    headers['Content-Type'] = bytes ? 'application/octet-stream' : 'application/json'
    body = bytes ? (input.body as Blob) : JSON.stringify(input.body)
  }
  if (operation.sends.includes('key')) headers['Idempotency-Key'] = options.idempotencyKey ?? randomId()
  if (operation.sends.includes('version')) headers['If-Match'] = `"${input.version}"`
  try {
    return await fetch(address(operation.path, input), {
      method: operation.method,
      headers,
      body,
      credentials: 'same-origin',
      keepalive: options.keepalive ?? false,
      signal: options.signal ?? null,
    })
  } catch (error) {
    if (options.signal?.aborted) throw error
    throw new Unreachable(error)
  }
}

async function problemOf(response: Response): Promise<Problem> {
  const details: unknown = await response.json().catch(() => null)
  return new Problem(response.status, details && typeof details === 'object' ? details : { title: response.statusText })
}

async function answerOf(operation: Operation, response: Response): Promise<unknown> {
  if (operation.answer === 'none' || response.status === 204 || response.status === 202) return undefined
  return operation.answer === 'blob' ? response.blob() : response.json()
}

/** `crypto.randomUUID` exists on secure origins only, and a desk may run without TLS inside a house. */
export function randomId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('')
}
