// Whose code is taken for the real one: packages over a plain connection, from a server without a name.
import type { Finding } from '../../../finding.ts'
import { finding, nameIs, none } from '../detector.ts'
import type { Invocation } from '../shell/model.ts'

const NAME = 'persistence'

const seen = (fact: string, severity: Finding['severity'], summary: string): readonly Finding[] => [
  finding(NAME, fact, severity, summary),
]

/** Anybody on the way may put another package in its place. */
const plainWeb =
  /^(?:--[\w-]+=)?http:\/\/(?!localhost|127\.|10\.|192\.168\.|172\.)[\w-]+(\.[\w-]+)*\.(?!internal|local|lan|corp|intranet|test)[a-z]{2,}/i
const bareAddress =
  /^(?:--[\w-]+=)?https?:\/\/(?!127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)\d{1,3}(\.\d{1,3}){3}([:/]|$)/

export const isInstaller = nameIs(
  /^(go|cargo|brew|apt-add-repository|add-apt-repository|rpm|dnf|yum|zypper|flatpak|gem|helm|kubectl|oc|apt-key|msiexec)$/,
)
/** `http://203.0.113.7/x.yaml`, `oci://…`, an image kept at a number: who answers there is not known by any name. */
const fromNumber =
  /(?:^|[=\s]|:\/\/)(?!0\.|10\.|127\.|169\.254\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\/(?!\d{1,2}$)|:\/\/(?!0\.|10\.|127\.|169\.254\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?$/

/** Installers and clients of clusters, given a number where a name should be. */
export function fromNowhere({ name, args }: Invocation): readonly Finding[] {
  if (!isInstaller(name) || !args.some((arg) => fromNumber.test(arg))) return none
  const isOrder = !/^(kubectl|oc)$/.test(name) || /^(apply|create|replace|run|set|debug)$/.test(args[0] ?? '')
  return isOrder ? seen('persist.trust', 'medium', `${name} takes code from a bare address`) : none
}

export function packages(name: string, args: readonly string[]): readonly Finding[] {
  const line = args.join(' ')
  const isTool =
    /^pkg set scripts\.postinstall=(?!(node|bun|deno|npx|sh|bash|python\d?|curl|wget|env)\b)[a-z][\w-]*( [\w-]+)*$/
  if (!isTool.test(line) && /^(config )?set script-shell\b|^pkg set scripts\.(pre|post)?install/.test(line))
    return seen('persist.hook', 'medium', `${name} runs something at every install`)
  if (/^(i|in|install|add|ci)$/.test(args[0] ?? '') && args.some((arg) => /^git\+http:\/\//.test(arg)))
    return seen('persist.trust', 'medium', `${name} takes a package over a plain connection`)
  const isSource =
    /^(config set (registry|global\.(extra-)?index-url)|set registry)/.test(line) ||
    args.some((arg) => /^(-i|--(extra-)?index-url|--registry)(=|$)/.test(arg))
  const isOpen = (arg: string) => bareAddress.test(arg) || plainWeb.test(arg)
  return isSource && args.some(isOpen)
    ? seen('persist.trust', 'medium', `${name} takes packages from a bare address`)
    : []
}
