import type { Finding } from '../../../finding.ts'
import { finding } from '../detector.ts'
import { unconcerned } from '../dispatch.ts'
import type { Invocation } from '../shell/model.ts'

const NAME = 'destruction'

type Rule = (args: readonly string[], words: string, input: string) => boolean

/** Nobody reaches this machine any more, or it reaches nobody: whoever works from afar has locked themselves out. */
export function networkLoss({ name, args, input, isElsewhere }: Invocation): readonly Finding[] {
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
  if (rule === undefined) return unconcerned
  return rule(args, args.join(' '), input ?? '') && !isElsewhere
    ? [finding(NAME, 'destroy.halt', 'medium', 'cuts this machine off')]
    : []
}

const has = (args: readonly string[], word: RegExp) => args.some((arg) => word.test(arg))
const says =
  (pattern: RegExp): Rule =>
  (_, words) =>
    pattern.test(words)

/** What the machine is reached by; bridges of containers and loops come and go. */
const link = String.raw`(?:eth\d|en[a-z]?[0-9]\w*|en[a-z]+|wlan\d|wl[a-z]\w*|ww[a-z]\w*|bond\d)`
const reach =
  /^(ssh|sshd|dropbear|networking|network|NetworkManager|systemd-networkd|systemd-resolved|dhcpcd)(\.service|\.socket)?$/
const sshPort = String.raw`(?:22|ssh|openssh)(?:\/tcp)?`

/** A policy of refusal, a rule that refuses without saying what, or one that refuses how machines are kept. */
const filter: Rule = (args, words) => {
  if (/(?:^| )(?:-P|--policy) (?:INPUT|OUTPUT) (?:DROP|REJECT)\b/.test(words)) return true
  if (!/(?:^| )(?:-A|-I|--append|--insert) (?:INPUT|OUTPUT)\b.*(?:-j|--jump) (?:DROP|REJECT)\b/.test(words))
    return false
  return (
    !has(
      args,
      /^(?:-[spdimo]|--(?:source|src|proto\w*|match|destination|dst|[sd]ports?|in-interface|out-interface)\b)/,
    ) || new RegExp(`--(?:dport|destination-port) ${sshPort}(?: |$)`).test(words)
  )
}

const stops = /^(?:stop|disable|mask|kill)$/

const rules: Readonly<Record<string, Rule>> = {
  iptables: filter,
  ip6tables: filter,
  nft: (_, words, input) =>
    /^flush ruleset|^add rule \w+ \w+ (?:input|output) (?:drop|reject)$/.test(words) ||
    (/\bpolicy drop\b/.test(`${words} ${input}`) &&
      !/\bdport\b[^;\n]*\b(?:22|ssh)\b[^;\n]*accept/.test(input)),
  ufw: says(
    new RegExp(
      `--force reset|reset --force|^(?:deny|reject)(?: in| incoming)?(?: proto tcp)?(?: from any)?(?: to any)?(?: port)? ${sshPort}$`,
    ),
  ),
  'firewall-cmd': says(/^--panic-on|--remove-service[= ]ssh\b|--remove-port[= ]22\/tcp|--set-target[= ]DROP/),
  pfctl: says(/^-F ?(?:all|rules)\b/),
  nmcli: says(
    /^(?:n|net|networking) off|^r(?:adio)? (?:all|wifi) off|^d(?:ev(?:ice)?)? (?:down|disconnect) (?:eth|en)\w+/,
  ),
  ifconfig: says(new RegExp(`^${link} (?:down|0(?:\\.0\\.0\\.0)?)$`)),
  ifdown: says(new RegExp(`^(?:--force )?(?:-a|--all|${link})$`)),
  ip: says(
    new RegExp(
      `^(?:-\\w+ )*(?:l(?:ink)? set (?:dev )?${link} down|l(?:ink)? del(?:ete)? (?:dev )?${link}$|(?:a|addr|address|r|route) flush (?:dev ${link}|table (?:main|all)|all)|(?:r|ro|route) del(?:ete)? default)`,
    ),
  ),
  route: says(
    /^(?:-\w+ )*(?:(?:del|delete) (?:-net )?(?:default|0\.0\.0\.0)|flush|-f)(?: |$)|^add (?:-net )?default (?:gw )?(?:127\.|0\.0\.0\.0)/,
  ),
  networksetup: says(/^-setnetworkserviceenabled .* off$|^-setairportpower \S+ off$/),
  systemsetup: says(/^-setremotelogin off/),
  rfkill: says(/^block (?:all|wlan|wifi)$/),
  tc: says(/\b(?:add|replace|change)\b.*\bloss (?:random )?(?:100|9\d(?:\.\d+)?)%/),
  systemctl: (args) =>
    (has(args, stops) && has(args, reach)) ||
    (args[0] === 'isolate' && has(args, /^(?:rescue|emergency|poweroff|halt)/)),
  service: (args) => reach.test(args[0] ?? '') && args[1] === 'stop',
  'rc-service': (args) => reach.test(args[0] ?? '') && args[1] === 'stop',
  'update-rc.d': (args) => has(args, reach) && has(args, /^(?:remove|disable)$/),
  'rc-update': (args) => has(args, reach) && has(args, /^del(?:ete)?$/),
}

export const networkNames: readonly string[] = Object.keys(rules)
