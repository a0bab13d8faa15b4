// What a configuration may not say although each of its fields is as it has to be: a name twice, and what could only be meant
// otherwise. What is found here would else be found by a client.
import { isIP } from 'node:net'
import type { ConfigFile } from './schema.ts'

export type Complain = (
  code: 'field-missing' | 'field-invalid' | 'name-repeated',
  path: readonly (string | number)[],
  message: string,
) => void

export function checkConfig(file: ConfigFile, complain: Complain): void {
  checkNames(file, complain)
  checkUpstreams(file, complain)
  checkTrust(file, complain)
  checkConsole(file, complain)
  for (const [index, { accounts, labels, secrets }] of file.data.entries())
    if (accounts.length === 0 && labels.length === 0 && !secrets)
      complain('field-missing', ['data', index], 'say whose data: accounts, labels, or secrets: true')
  if (file.limits.bodyBytesMax > file.limits.bodiesBytesMax)
    complain('field-invalid', ['limits', 'bodiesBytesMax'], 'must be at least as much as bodyBytesMax')
  if (file.watch.standing === 'lesser' && file.watch.model === undefined)
    complain('field-missing', ['watch', 'model'], 'the standing lesser needs the model to use instead')
}

function checkNames(file: ConfigFile, complain: Complain): void {
  const seen = new Set<string>()
  const once = (value: string, path: readonly (string | number)[], message: string): void => {
    const name = `${path[0]} ${value}`
    if (seen.has(name)) complain('name-repeated', path, message)
    seen.add(name)
  }
  for (const [index, { name }] of file.upstreams.entries())
    once(name, ['upstreams', index, 'name'], `a second upstream is called ${name}`)
  for (const [index, { name }] of file.mcp.entries())
    once(name, ['mcp', index, 'name'], `a second MCP server is called ${name}`)
  for (const [index, { key }] of file.keys.entries())
    once(key, ['keys', index, 'key'], 'this key is listed twice')
  for (const [index, { issuer }] of file.identity.issuers.entries())
    once(
      issuer,
      ['identity', 'issuers', index, 'issuer'],
      'this issuer is listed twice; one can have several audiences',
    )
  const summariser = file.reasoning.summary?.upstream
  if (summariser !== undefined && !file.upstreams.some(({ name }) => name === summariser))
    complain('field-invalid', ['reasoning', 'summary', 'upstream'], `no upstream is called ${summariser}`)
}

/** A path of one request instead of what all of them begin with. */
const REQUEST_PATH = /\/(?:chat\/completions|completions|responses|embeddings|messages)\/?$/

function checkUpstreams({ upstreams, listen, console }: ConfigFile, complain: Complain): void {
  for (const [index, { url: text, key, tlsFingerprint }] of upstreams.entries()) {
    const url = new URL(text)
    const at = (field: string) => ['upstreams', index, field] as const
    const complainUrl = (message: string): void => complain('field-invalid', at('url'), message)
    if (REQUEST_PATH.test(url.pathname))
      complainUrl(`must be what all paths begin with, without ${REQUEST_PATH.exec(url.pathname)?.[0]}`)
    if (url.username !== '' || url.password !== '')
      complainUrl('must be without a name and password: the key goes into key')
    if (url.search !== '' || url.hash !== '')
      complainUrl('must be without ? and #: requests bring their own query')
    if ([listen, console].some((own) => own !== undefined && isOwn(url, own)))
      complainUrl('is the address of this gate itself')
    if (tlsFingerprint !== undefined && url.protocol !== 'https:')
      complain(
        'field-invalid',
        at('tlsFingerprint'),
        'pins a certificate, and this upstream has none: its url begins with http:',
      )
    if (key !== undefined && /^bearer /i.test(key))
      complain('field-invalid', at('key'), 'must be the key alone, without Bearer')
    else if (key !== undefined && !/^[\x21-\x7e]+$/.test(key))
      complain('field-invalid', at('key'), 'must be of letters, digits and signs that a header can carry')
  }
}

function isOwn({ hostname, port, protocol }: URL, own: string): boolean {
  const address = parseAddress(own)
  const host = hostname.replace(/^\[|\]$/g, '')
  const isThere =
    host === address.host || (isLoopback(host) && (isLoopback(address.host) || isEverywhere(address.host)))
  return isThere && Number(port || (protocol === 'https:' ? 443 : 80)) === address.port
}

function checkTrust({ trust }: ConfigFile, complain: Complain): void {
  if (trust.proxies.length === 0 && (trust.hops > 0 || Object.keys(trust.headers).length > 0))
    complain('field-missing', ['trust', 'proxies'], 'say which addresses are believed, or no header is')
  for (const [index, proxy] of trust.proxies.entries())
    if (!isNetwork(proxy))
      complain('field-invalid', ['trust', 'proxies', index], 'must be an address or a CIDR range')
}

function checkConsole({ oidc, console, consoleToken, listen }: ConfigFile, complain: Complain): void {
  if (oidc !== undefined && console === undefined)
    complain('field-missing', ['oidc'], 'there is no console to sign in to: say where it listens, in console')
  if (console === undefined) return
  if (console === listen && parseAddress(console).port !== 0)
    complain('field-invalid', ['console'], 'must be another address than listen')
  if (!isLoopback(parseAddress(console).host) && consoleToken === undefined)
    complain(
      'field-missing',
      ['console'],
      'a console that listens beyond this machine needs a consoleToken of 16 characters or more',
    )
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

function isEverywhere(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}

function isNetwork(text: string): boolean {
  const [address = '', bits] = text.split('/')
  const family = isIP(address)
  if (family === 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32))
}

export function parseAddress(text: string): { readonly host: string; readonly port: number } {
  const colon = text.lastIndexOf(':')
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) }
}
