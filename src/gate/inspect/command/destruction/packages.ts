import type { Finding } from '../../../finding.ts'
import { finding } from '../detector.ts'
import { unconcerned } from '../dispatch.ts'
import { sourcesOf } from '../shell/lineage.ts'
import { hasMarker, type Invocation, type Reading } from '../shell/model.ts'

const NAME = 'destruction'

type Rule = (args: readonly string[], name: string, isListed: boolean) => string | undefined

/** What the system stands on, and all that is installed. */
export function packageLoss(invocation: Invocation, reading: Reading): readonly Finding[] {
  const { name, args, isRepeated } = invocation
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
  if (rule === undefined) return unconcerned
  const isListed = isRepeated || args.some((arg) => listsAll(arg, reading))
  const what = rule(args, name, isListed)
  if (what === undefined || (!isListed && rule(withoutOwn(invocation, reading), name, false) === undefined))
    return []
  return [finding(NAME, 'destroy.packages', 'medium', `${name} ${what}`)]
}

/** What a list put there, unless it is one of what nothing needs any more: `pacman -Rns $(pacman -Qdtq)`. */
const listsAll = (arg: string, reading: Reading) =>
  hasMarker(arg) &&
  !sourcesOf(arg, reading).some(({ args }) =>
    args.some((word) => /^-Q\w*[dtum]|^--(?:unused|orphans?|outdated)$/.test(word)),
  )

/** Its words without what the same text installed before: tools for a build come and go with it. */
function withoutOwn({ name, args, order }: Invocation, reading: Reading): readonly string[] {
  const installed = reading.invocations.flatMap((each) =>
    each.name === name && each.order < order && has(each.args, /^(?:install|add|-S\w*|in)$/) ? each.args : [],
  )
  return installed.length === 0
    ? args
    : args.filter((arg) => arg.startsWith('-') || isRemoval.test(arg) || !installed.includes(arg))
}

const has = (args: readonly string[], word: RegExp) => args.some((arg) => word.test(arg))

/** Bare, or with the category, the version or the machine they are for: `sys-libs/glibc`, `libc6:amd64`. */
const vital =
  /^(?:[\w-]+\/)?(?:\*|\.\*|libc6|libc|glibc|musl|coreutils|busybox|bash|dash|systemd|sysvinit|openrc|sudo|dpkg|apt|rpm|dnf|yum|pacman|apk-tools|portage|base|base-system|filesystem|util-linux|openssh-server|grub\S*|shim\S*|linux|linux-lts|linux-image\S*|linux-firmware|kernel(?:-core|-default)?|python3\*?|libssl[\d.]*|network-?manager)(?::\w+)?$/i
const isRemoval =
  /^(remove|purge|erase|autoremove|rm|-R\w*|-r|-e|-P|--purge|--remove|--erase|del|delete|-C|--unmerge|--depclean|deinstall|uninstall)$/
const isBlind =
  /^(--nodeps|--force-all|--force-depends|--force-remove-essential|--allow-remove-essential|-Rdd\w*|-Rnsdd|--force-broken-world)$/
const isTrial = /^(--test|-p|-s|--print|--pretend|--recon|--assumeno|--no-act|-Rp\w*|--download-only)$/

const standsOn: Rule = (args, _name, isListed) => {
  if (!has(args, isRemoval) || has(args, isTrial)) return undefined
  if (has(args, vital) || has(args, isBlind)) return 'removes what the system stands on'
  return isListed ? 'removes all that a list names' : undefined
}

const takesAway = /^(uninstall|remove|rm|delete|purge|-e|--uninstall)$/
/** All that a list names, whatever is on it; a whole environment, or what a package kept, with it. */
const every: Rule = (args, name, isListed) => {
  const isAll = isListed || has(args, /^(--all|-a|all|\*|\.\*|installed)$/)
  const isEnvironment = args[0] === 'env' && args[1] === 'remove'
  const isForGood =
    (name === 'snap' && args.includes('--purge')) ||
    (name === 'flatpak' && args.includes('--delete-data')) ||
    (args[0] === 'self' && args[1] === 'uninstall')
  if ((has(args, takesAway) && (isAll || isForGood)) || isEnvironment) return 'takes all of them away'
  return generations.test(name) && has(args, /^(-d|--delete-old|--delete-generations|wipe-history)$/)
    ? 'deletes what could be gone back to'
    : undefined
}
const generations = /^nix(?:-collect-garbage|-env)?$/

const rules: Readonly<Record<string, Rule>> = {
  brew: every,
  port: every,
  pip: every,
  pip3: every,
  npm: every,
  conda: every,
  mamba: every,
  micromamba: every,
  flatpak: every,
  snap: every,
  choco: every,
  winget: every,
  composer: every,
  gem: every,
  rustup: every,
  ghcup: (args) => (args[0] === 'nuke' ? 'takes all of them away' : undefined),
  luarocks: (args) => (args[0] === 'purge' ? 'takes all of them away' : undefined),
  opam: (args) =>
    args[0] === 'switch' && args[1] === 'remove' ? 'takes a whole environment away' : undefined,
  nix: every,
  'nix-collect-garbage': every,
  'nix-env': every,
  apt: standsOn,
  'apt-get': standsOn,
  aptitude: standsOn,
  dpkg: standsOn,
  rpm: standsOn,
  dnf: standsOn,
  microdnf: standsOn,
  yum: standsOn,
  zypper: standsOn,
  pacman: standsOn,
  yay: standsOn,
  paru: standsOn,
  apk: standsOn,
  emerge: standsOn,
  'xbps-remove': (args) => standsOn(['-R', ...args], 'xbps-remove', false),
  pkg: standsOn,
  pkg_delete: (args) => standsOn(['delete', ...args], 'pkg_delete', false),
  opkg: standsOn,
  eopkg: standsOn,
  swupd: (args) =>
    args[0] === 'bundle-remove' && has(args, /^(--all|os-core)$/)
      ? 'removes what the system stands on'
      : undefined,
}

export const packageNames: readonly string[] = Object.keys(rules)
