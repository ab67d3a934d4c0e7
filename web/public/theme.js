// Runs before the first paint, so that nobody in the dark sees a white flash. A file, because the policy forbids inline scripts.
const chosen = localStorage.getItem('theme')
const dark = matchMedia('(prefers-color-scheme: dark)').matches
document.documentElement.dataset.theme = chosen === 'light' || chosen === 'dark' ? chosen : dark ? 'dark' : 'light'
document.documentElement.lang = localStorage.getItem('language') ?? (navigator.language.startsWith('de') ? 'de' : 'en')
