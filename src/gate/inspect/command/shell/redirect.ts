import type { Redirection as RedirectionNode } from 'unbash'
import type { Endpoint, Redirection } from './model.ts'
import type { Place, Scope } from './scope.ts'
import { textOf, textOfParts, type WordScope } from './words.ts'

export type Redirected = {
  readonly place: Place
  /** Descriptors from 3 up that these redirections opened. */
  readonly opened: readonly (readonly [descriptor: number, endpoint: Endpoint])[]
}

/** Descriptors the shell chooses itself for `{name}<>file` start here. */
const CHOSEN_DESCRIPTOR_MIN = 60

/** The place of a command after its redirections, read left to right as the shell does. */
export function redirect(
  nodes: readonly RedirectionNode[],
  before: Place,
  scope: Scope,
  words: WordScope,
): Redirected {
  if (nodes.length === 0) return { place: before, opened: [] }
  const table = new Map<number, Endpoint>([
    [0, before.streams.stdin],
    [1, before.streams.stdout],
    [2, before.streams.stderr],
  ])
  const opened: [number, Endpoint][] = []
  const redirections: Redirection[] = [...before.redirections]
  let input = before.input
  const lookup = (descriptor: number) => table.get(descriptor) ?? scope.descriptors.get(descriptor)
  const set = (descriptor: number, endpoint: Endpoint) => {
    table.set(descriptor, endpoint)
    if (descriptor > 2) opened.push([descriptor, endpoint])
  }
  for (const node of nodes) {
    if (node.type !== 'Redirect') {
      const text = hereText(node, words)
      const into = descriptorOf(node.descriptor, 0, scope)
      set(into, { kind: 'text', text })
      if (into === 0) input = text
      continue
    }
    const target = node.target === undefined ? '' : textOf(node.target, words)
    const isRead = node.operator === '<' || node.operator === '<>' || node.operator === '<&'
    const descriptor = descriptorOf(node.descriptor, isRead ? 0 : 1, scope)
    const copied = node.operator.endsWith('&') ? copyOf(target) : undefined
    if (copied !== undefined) {
      const source = copied < 0 ? undefined : lookup(copied)
      if (source !== undefined) set(descriptor, source)
      if (source !== undefined && descriptor === 0) input = undefined
      continue
    }
    const endpoint = endpointOf(target)
    redirections.push({
      direction:
        isRead && node.operator !== '<>' ? 'read' : node.operator.endsWith('>>') ? 'append' : 'write',
      endpoint,
    })
    if (node.operator.startsWith('&') || (node.operator === '>&' && copied === undefined)) {
      set(1, endpoint)
      set(2, endpoint)
    } else set(descriptor, endpoint)
    if (descriptor === 0 && isRead) input = scope.files.get(target)
  }
  return {
    place: {
      ...before,
      input,
      redirections,
      streams: {
        stdin: table.get(0) ?? before.streams.stdin,
        stdout: table.get(1) ?? before.streams.stdout,
        stderr: table.get(2) ?? before.streams.stderr,
      },
    },
    opened,
  }
}

function hereText(node: Exclude<RedirectionNode, { type: 'Redirect' }>, words: WordScope): string {
  if (node.type === 'HereString') return node.target === undefined ? '' : textOf(node.target, words) + '\n'
  const isQuoted = node.delimiter?.quoted === true
  return isQuoted || node.body.parts === undefined ? node.body.text : textOfParts(node.body.parts, words)
}

function descriptorOf(
  node: { readonly type: string; readonly value?: number; readonly name?: string } | undefined,
  usual: number,
  scope: Scope,
): number {
  if (node === undefined) return usual
  if (node.value !== undefined) return node.value
  const known = Number(scope.variables.get(node.name ?? ''))
  if (Number.isInteger(known) && known > 2) return known
  const chosen = CHOSEN_DESCRIPTOR_MIN + scope.descriptors.size
  scope.variables.set(node.name ?? '', String(chosen))
  return chosen
}

/** The descriptor that `<&` copies, -1 for closing, undefined for `>& file`. */
function copyOf(target: string): number | undefined {
  if (target === '-') return -1
  const match = /^(\d+)-?$/.exec(target)
  if (match) return Number(match[1])
  return target.startsWith('$') ? -1 : undefined
}

export function endpointOf(path: string): Endpoint {
  const isSocket = /^\/dev\/(tcp|udp)\//.test(path)
  return isSocket ? { kind: 'socket', address: path } : { kind: 'file', path }
}
