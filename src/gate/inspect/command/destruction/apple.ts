import type { Finding } from '../../../finding.ts'
import { finding } from '../detector.ts'
import { unconcerned } from '../dispatch.ts'
import type { Invocation } from '../shell/model.ts'

const NAME = 'destruction'

type Loss = readonly [fact: string, what: string, severity?: Finding['severity']]
type Rule = (args: readonly string[], words: string) => Loss | undefined

/** What macOS alone keeps and calls by words of its own: settings, accounts of its directory, services, keychains. */
export function appleLoss({ name, args }: Invocation): readonly Finding[] {
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
  if (rule === undefined) return unconcerned
  const loss = rule(args, args.join(' '))
  return loss === undefined ? [] : [finding(NAME, loss[0], loss[2] ?? 'medium', loss[1])]
}

const says =
  (pattern: RegExp, ...loss: Loss): Rule =>
  (_, words) =>
    pattern.test(words) ? loss : undefined

/** A service of the system, by its label or its file; one's own agents are unloaded every day. */
const systems = /(?:^|\/|\s)com\.apple\.|\/System\/Library\/Launch/

const rules: Readonly<Record<string, Rule>> = {
  // A key of one program is set again; a whole domain is every setting that a person made there.
  defaults: (args) => {
    const words = args.filter((arg) => !/^-(?:currentHost|host)$/.test(arg))
    if (!/^(?:delete|delete-all|remove)$/.test(words[0] ?? '')) return undefined
    const isGlobal = /^(?:-g|NSGlobalDomain|-globalDomain)$/.test(words[1] ?? '')
    return words.length === 2 && (isGlobal || /^[\w-]+(?:\.[\w-]+)+$|^-app$/.test(words[1] ?? ''))
      ? ['destroy.personal', 'deletes every setting that a person made there']
      : undefined
  },
  dscl: (args) => {
    const path = args.find((arg) => /^\/(?:Local\/Default\/)?(?:Users|Groups|Computers)\/[^/]+$/.test(arg))
    if (!args.some((arg) => /^-?(?:delete|destroy)$/.test(arg)) || path === undefined) return undefined
    const property = args[args.indexOf(path) + 1]
    return property === undefined || /^(?:GroupMembership|UserShell|AuthenticationAuthority)$/.test(property)
      ? ['destroy.account', 'deletes an account or a group, or what makes it one']
      : undefined
  },
  dseditgroup: says(/(?:^| )-o delete\b/, 'destroy.account', 'deletes a group'),
  sysadminctl: says(/-deleteUser\b/, 'destroy.account', 'deletes an account and its files'),
  launchctl: (args, words) =>
    /^(?:remove|bootout|unload|disable|kill)$/.test(args[0] ?? '') && systems.test(words)
      ? ['destroy.boot', 'takes a service of the system away']
      : undefined,
  security: says(
    /^delete-keychain\b.*(?:login|system)\.keychain/i,
    'destroy.personal',
    'deletes a keychain or a key',
  ),
  profiles: says(/^-D\b|^(?:remove|-R)\b.*(?:-all|-F)/, 'destroy.boot', 'removes what manages this machine'),
  startosinstall: says(
    /--eraseinstall\b/,
    'destroy.device',
    'erases the disk that the system is on',
    'critical',
  ),
  asr: says(/(?:^| )--?erase\b/, 'destroy.device', 'asr writes an image over a volume', 'critical'),
  tccutil: says(/^reset All$/i, 'destroy.personal', 'deletes every permission that a person gave'),
  mas: says(/^(?:uninstall|reset)\b.*(?:--all|-a\b)/, 'destroy.packages', 'removes what a person installed'),
}

export const appleNames: readonly string[] = Object.keys(rules)
