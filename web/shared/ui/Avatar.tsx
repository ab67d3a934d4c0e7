/** Hues of avatars; white text passes on each of them at this lightness. */
const HUES = [272, 200, 152, 75, 25, 320, 235]

const initials = (name: string) =>
  name
    .split(/\s+/)
    .map(word => word[0] ?? '')
    .slice(0, 2)
    .join('')
    .toUpperCase()

type AvatarProps = { name: string | null | undefined; size?: number; ring?: boolean }

/** Initials in the colour of the name; a dashed circle for nobody. It is decoration: put the name beside it. */
export function Avatar({ name, size = 20, ring = false }: AvatarProps) {
  const shape = { width: size, height: size }
  if (!name)
    return (
      <span
        aria-hidden
        className="inline-flex shrink-0 rounded-full border border-control border-dashed"
        style={shape}
      />
    )
  const sum = [...name].reduce((total, letter) => total + letter.charCodeAt(0), 0)
  const background = `oklch(0.5 0.13 ${HUES[sum % HUES.length]})`
  return (
    <span
      aria-hidden
      className={`inline-flex shrink-0 select-none items-center justify-center rounded-full font-semibold text-white ${ring ? 'ring-2 ring-warn' : ''}`}
      style={{ ...shape, fontSize: size * 0.4, background }}
    >
      {initials(name)}
    </span>
  )
}
