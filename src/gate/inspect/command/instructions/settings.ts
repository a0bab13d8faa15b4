import type { Severity } from '../../../finding.ts'
import { wideRule } from './permissions.ts'
import { type Setting, settingsIn } from './settings-tree.ts'

export type SettingFact = { readonly fact: string; readonly severity: Severity; readonly what: string }

/** More rules than this were not each thought about. One campaign ran with 156 of them (Gambit Security, 2026). */
const RULES_MAX = 100

/** What a settings file of a coding agent gives away, each kind once. */
export function settingFacts(path: string, text: string): readonly SettingFact[] {
  const settings = settingsIn(path, text)
  const facts = new Map<string, SettingFact>()
  const note = (fact: SettingFact | undefined): void => {
    const known = fact === undefined ? undefined : facts.get(fact.fact)
    if (fact !== undefined && known?.severity !== 'critical') facts.set(fact.fact, fact)
  }
  for (const setting of settings) for (const look of looks) note(look(setting, path))
  if (settings.filter(isAllowed).length > RULES_MAX)
    note(found('instruct.wide-permission', 'high', `allows by more than ${RULES_MAX} rules`))
  return [...facts.values()]
}

/** Rules of an allow-list that let too much through, with the reason. */
export function wideRules(path: string, text: string): readonly (readonly [rule: string, why: string])[] {
  return settingsIn(path, text).flatMap((setting) => {
    const why = isAllowed(setting) ? wideRule(String(setting.value)) : undefined
    return why === undefined ? [] : [[String(setting.value), why] as const]
  })
}

type Look = (setting: Setting, path: string) => SettingFact | undefined

function found(fact: string, severity: Severity, what: string): SettingFact {
  return { fact, severity, what }
}

function nameOf({ path }: Setting): string {
  return path.at(-1) ?? ''
}

function isAllowed({ path, value }: Setting): boolean {
  if (typeof value !== 'string') return false
  // Of a piece of a file only the nearest name is known, or none.
  const names = path.filter((name) => name !== '')
  return (
    names.length === 0 ||
    /^(?:allow|allowed|allowedTools|autoApprove|alwaysAllow|coreTools)$/.test(names.at(-1) ?? '')
  )
}

/** Names of settings that switch off what watches an agent, with the value that does it. */
const switches: readonly (readonly [name: RegExp, value: string | boolean])[] = [
  [/^disableAllHooks$/i, true],
  [/^(?:defaultMode|permissionMode|permission_mode)$/, 'bypassPermissions'],
  [/^(?:skipDangerous\w*|dangerously\w*|bypassPermissions|yolo|yoloMode|autoAccept|trustAll\w*)$/i, true],
  [/^approvalMode$|^approval_mode$/, 'yolo'],
  [/^sandbox_mode$/, 'danger-full-access'],
  [/^chat\.tools\.(?:global\.)?autoApprove$/, true],
  [/^approval_policy$/, 'never'],
]

const looks: readonly Look[] = [
  (setting) => {
    const hit = switches.find(([name, value]) => name.test(nameOf(setting)) && setting.value === value)
    return (
      hit && found('instruct.guard-off', 'critical', `sets ${nameOf(setting)} to ${String(setting.value)}`)
    )
  },
  ({ path, value }) => {
    const [section = '', name = ''] = path.slice(-2)
    const isOff =
      value === false &&
      /^(?:sandbox|features)$/.test(section) &&
      /^(?:enabled|hooks|codex_hooks)$/.test(name)
    return isOff ? found('instruct.guard-off', 'critical', `switches ${section} off`) : undefined
  },
  (setting) => {
    const why = isAllowed(setting) ? wideRule(String(setting.value)) : undefined
    return why === undefined
      ? undefined
      : found('instruct.wide-permission', 'high', `allows ${why} without asking`)
  },
  (setting) => {
    const isAll =
      (/^enableAllProjectMcpServers$/.test(nameOf(setting)) && setting.value === true) ||
      (nameOf(setting) === 'trust' && setting.value === true) ||
      (/^additionalDirectories$/.test(nameOf(setting)) &&
        /^(?:\/|~\/?|\/home|\/root|\/Users)$/.test(String(setting.value))) ||
      (setting.path.includes('permission') &&
        setting.value === 'allow' &&
        /^(?:\*|bash|permission)$/.test(nameOf(setting)))
    return isAll
      ? found('instruct.wide-permission', 'high', `allows everything by ${nameOf(setting)}`)
      : undefined
  },
  ({ path, value }, file) => {
    const last = path.at(-1) ?? ''
    const isHook = path.includes('hooks') || /(?:^|\/)hooks\.json$/i.test(file)
    const isRun =
      /^(?:command|url|statusLine|apiKeyHelper|awsAuthRefresh|awsCredentialExport|otelHeadersHelper|notify)$/.test(
        last,
      )
    const isHelper =
      /^(?:apiKeyHelper|awsAuthRefresh|awsCredentialExport|otelHeadersHelper|notify)$/.test(last) ||
      path.includes('statusLine')
    if (typeof value !== 'string' || !isRun || !(isHook || isHelper)) return undefined
    return found('instruct.hook', 'high', 'sets a program that the agent starts by itself')
  },
  ({ path, value }) => {
    const isServer =
      path.some((name) => /^(?:mcpServers|mcp_servers|servers)$/.test(name)) &&
      /^(?:command|url|httpUrl|serverUrl)$/.test(path.at(-1) ?? '')
    return isServer && typeof value === 'string'
      ? found('instruct.server', 'high', 'adds a server of tools')
      : undefined
  },
  ({ path, value }) => {
    const name = path.at(-1) ?? ''
    if (
      typeof value !== 'string' ||
      !/(?:BASE_URL|_PROXY|^base_url$|^baseURL$|^baseUrl$|API_URL|ENDPOINT)$/i.test(name)
    )
      return undefined
    if (!/^(?:https?|socks\w*):\/\//i.test(value) || /^\w+:\/\/(?:localhost|127\.|\[::1\])/i.test(value))
      return undefined
    return found(
      'instruct.redirect',
      'critical',
      `sends what the agent says and its key elsewhere by ${name}`,
    )
  },
  ({ path, value }) => {
    const isLoader =
      path.includes('env') &&
      /^(?:NODE_OPTIONS|LD_PRELOAD|DYLD_INSERT_LIBRARIES|BASH_ENV|PYTHONSTARTUP|GIT_SSH_COMMAND|PROMPT_COMMAND)$/.test(
        path.at(-1) ?? '',
      )
    return isLoader && typeof value === 'string'
      ? found('instruct.hook', 'high', `has ${path.at(-1)} run a program with every command`)
      : undefined
  },
]
