/** The secret of a one-time link: it stands behind `#token=`, which browsers send to nobody. */
export const linkToken = (): string => new URLSearchParams(location.hash.slice(1)).get('token') ?? ''
