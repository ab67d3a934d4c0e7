/** Class names without those that are off. Two classes for one property have no order: choose with a ternary. */
export const classes = (...names: (string | false | null | undefined)[]) => names.filter(Boolean).join(' ')
