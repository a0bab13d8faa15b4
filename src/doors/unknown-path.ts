const SHOWN_CHARACTERS_MAX = 80

/** What is said of a request that no door takes: most are a base address with a `/v1` too many or too few. */
export function unknownPath(
  method: string,
  path: string,
  answers: (method: string, path: string) => boolean,
): string {
  const asked = `${method} ${path.slice(0, SHOWN_CHARACTERS_MAX)}`
  const near = nearPaths(path).find((other) => answers(method, other))
  if (near !== undefined) return `there is no ${asked}; there is ${method} ${near}`
  const other = method === 'POST' ? 'GET' : 'POST'
  if (answers(other, path)) return `there is no ${asked}; there is ${other} ${path}`
  return `this gate does not carry ${asked}`
}

function nearPaths(path: string): readonly string[] {
  const bare = path.replace(/\/+$/, '')
  return [bare, `/v1${bare}`, bare.slice(Math.max(bare.lastIndexOf('/v1/'), 0))]
}
