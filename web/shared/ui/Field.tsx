import { type ComponentProps, type ReactNode, useId } from 'react'
import { useText } from '../i18n/language'
import { classes } from '../lib/classes'
import { words } from './words'

export const CONTROL =
  'w-full rounded-md border border-control bg-surface px-2.5 text-fg placeholder:text-fg-3 focus:border-accent focus:outline-2 focus:-outline-offset-1 focus:outline-accent aria-invalid:border-bad disabled:opacity-60'

type FieldProps = { label: string; help?: ReactNode; error?: string | undefined; optional?: boolean }
type Described = { id: string; 'aria-invalid': true | undefined; 'aria-describedby': string | undefined }

/** A label, its control, and below it what is wrong or what helps. */
export function Field({
  label,
  help,
  error,
  optional = false,
  children,
}: FieldProps & { children: (described: Described) => ReactNode }) {
  const id = useId()
  const text = useText(words)
  const below = error ? `${id}-error` : help ? `${id}-help` : undefined
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="font-medium">
        {label}
        {optional && <span className="font-normal text-fg-3"> — {text.optional}</span>}
      </label>
      {children({ id, 'aria-invalid': error ? true : undefined, 'aria-describedby': below })}
      {error ? (
        <p id={below} role="alert" className="text-bad-fg text-xs">
          {error}
        </p>
      ) : (
        help && (
          <p id={below} className="text-fg-3 text-xs">
            {help}
          </p>
        )
      )}
    </div>
  )
}

const HEIGHTS = { md: 'h-8', lg: 'h-10 text-base' } as const
type Size = { height?: keyof typeof HEIGHTS }

export function TextField({
  label,
  help,
  error,
  optional,
  height = 'md',
  ...rest
}: FieldProps & Size & ComponentProps<'input'>) {
  return (
    <Field label={label} help={help} error={error} optional={optional}>
      {described => <input {...rest} {...described} className={classes(CONTROL, HEIGHTS[height])} />}
    </Field>
  )
}

export function TextArea({ label, help, error, optional, ...rest }: FieldProps & ComponentProps<'textarea'>) {
  return (
    <Field label={label} help={help} error={error} optional={optional}>
      {described => <textarea rows={5} {...rest} {...described} className={classes(CONTROL, 'py-1.5')} />}
    </Field>
  )
}

type SelectProps = FieldProps &
  Size &
  ComponentProps<'select'> & { options: readonly { value: string; label: string }[] }

/** One of a few values. For many, or those that are searched, take `Combobox`. */
export function SelectField({ label, help, error, optional, height = 'md', options, ...rest }: SelectProps) {
  return (
    <Field label={label} help={help} error={error} optional={optional}>
      {described => (
        <select {...rest} {...described} className={classes(CONTROL, HEIGHTS[height])}>
          {options.map(option => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}
