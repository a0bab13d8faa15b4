// Whose code is taken for the real one: packages over a plain connection, from a server without a name.
import type { Finding } from '../../../finding.ts'
import { finding, nameIs, none } from '../detector.ts'
import type { Invocation, Reading } from '../shell/model.ts'

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
    /^config (set )?(--\w+ )?mirror\.\S+ |^(config set (registry|global\.(extra-)?index-url)|set registry)/.test(
      line,
    ) || args.some((arg) => /^(-i|--(extra-)?index-url|--registry)(=|$)/.test(arg))
  const isOpen = (arg: string) => bareAddress.test(arg) || plainWeb.test(arg)
  return isSource && args.some(isOpen)
    ? seen('persist.trust', 'medium', `${name} takes packages from a bare address`)
    : []
}

/** A package of somebody fetched, changed and published again: how worms of package registries go on. */
export function republished({ name, args }: Invocation, { invocations }: Reading): readonly Finding[] {
  if (args[0] !== 'publish' || !/^(npm|pnpm|yarn|bun)$/.test(name)) return none
  const isFetched = invocations.some(
    (each) =>
      (each.name === 'npm' &&
        each.args[0] === 'pack' &&
        each.args.slice(1).some((arg) => /^[@\w$\uE000]/.test(arg))) ||
      (/^(curl|wget)$/.test(each.name) && each.args.some((arg) => /^https?:.*\/-\/.*\.tgz$/.test(arg))),
  )
  return isFetched ? seen('persist.hook', 'medium', 'publishes a package again that was fetched') : none
}

/** Certificates that every program trusts: https://manpages.debian.org/update-ca-certificates. */
const trustStore =
  /^\/usr\/(local\/)?share\/ca-certificates\/|^\/etc\/pki\/ca-trust\/source\/|^\/etc\/ca-certificates\/trust-source\//
/** A number of the open network given to a name that people fetch code from. */
const misleads =
  /^\s*(?!(?:0|10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.)\d{1,3}(?:\.\d{1,3}){3}\s(?:.*\s)?(?:[\w-]+\.)*(?:npmjs\.(?:org|com)|yarnpkg\.com|github(?:usercontent)?\.com|gitlab\.com|pypi\.org|pythonhosted\.org|docker\.(?:io|com)|ghcr\.io|rubygems\.org|crates\.io|debian\.org|ubuntu\.com|golang\.org|maven\.org)(?:\s|$)/m

/** Files that say whose word programs take for that of somebody else. */
export function takenForReal(path: string, text: string | undefined): readonly Finding[] {
  if (path === '/etc/hosts')
    return text !== undefined && misleads.test(text)
      ? seen('persist.trust', 'medium', 'sends names that code is fetched from to another machine')
      : none
  return trustStore.test(path)
    ? seen('persist.trust', 'medium', 'makes every program trust a certificate')
    : none
}
