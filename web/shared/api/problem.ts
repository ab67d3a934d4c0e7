import type { ProblemDetails } from './staff'

/** A refusal of the server (RFC 9457): `code` is for programs, `detail` a sentence that says what to do next. */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly details: Partial<ProblemDetails>

  constructor(status: number, details: Partial<ProblemDetails>) {
    super(details.detail || details.title || `HTTP ${status}`)
    this.name = 'Problem'
    this.status = status
    this.code = details.code ?? 'unknown'
    this.detail = details.detail ?? ''
    this.details = details
  }

  /** What is wrong with single fields, by the field's name without `body.` before it. */
  get fields(): Record<string, string> {
    const errors = this.details.errors ?? []
    return Object.fromEntries(errors.map(error => [error.field.replace(/^body\./, ''), error.detail]))
  }
}

/** The server could not be reached at all: no network, or the desk does not run. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super('The desk cannot be reached.', { cause })
    this.name = 'Unreachable'
  }
}

export const isProblem = (error: unknown, ...codes: string[]): error is Problem =>
  error instanceof Problem && (codes.length === 0 || codes.includes(error.code))
