/** An address without a name, this machine's left out. */
export const rawHost =
  /^(?:[a-z]+:\/\/)?(?:[^/@]*@)?(?!127\.|10\.0\.2\.|localhost)\d{1,3}(?:\.\d{1,3}){3}(?:[:/]|$)/i

/** A number that no private network uses. */
export const publicNumber =
  /^(?:[a-z]+:\/\/)?(?:[^/@]*@)?(?!(?:0|10|127|255|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.)\d{1,3}(?:\.\d{1,3}){3}(?:[:/]|$)/i

const nearHost =
  /^(?:127\.[\d.]+|0\.0\.0\.0|\[::1\]|[\w-]+|intranet\.[\w.-]+|[\w.-]+\.(?:internal|local|localhost|lan|corp|intranet|svc|test))$/i

/** This machine, or a name that only means something at home. */
export function isNear(address: string): boolean {
  const host = address.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '').replace(/^[^/@]*@/, '')
  return nearHost.test(/^(\[[^\]]*\]|[^:/?#]*)/.exec(host)?.[1] ?? '')
}
