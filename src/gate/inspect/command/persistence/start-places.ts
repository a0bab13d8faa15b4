import type { Finding } from '../../../finding.ts'
import { finding, nameIs, none, shown } from '../detector.ts'
import { wordMark } from '../dispatch.ts'
import { leavesFilesAlone, pathLiterals, pathsIn } from '../path-words.ts'
import { plainPath } from '../plain-path.ts'
import type { FileWrite, Invocation, Program, Reading } from '../shell/model.ts'
import { hiddenPath, runsBehindTest } from './hidden-starts.ts'
import { isHidden, isTrap, isTrusted, standsIn } from './holds.ts'
import { takenForReal } from './packages.ts'
import { pipeline } from './pipelines.ts'
import { hasAliasTrap } from './traps.ts'

const NAME = 'persistence'

type StartPlace = readonly [place: RegExp, fact: string, severity: Finding['severity'], what: string]

/** Files that are read, loaded or run later without anybody asking: at a boot, a login, a time, a start of a program. */
const startPlaces: readonly StartPlace[] = [
  [
    /(^|\/)(systemd?|user)-generators\/|\/systemd\/(system|user)-[sep]\w+[\w-]*\//,
    'persist.boot',
    'high',
    'what the system runs at its start',
  ],
  [/(^|\/)\.ssh\/rc$|^\/etc\/ssh\/sshrc$/, 'persist.login', 'high', 'what runs at a login from elsewhere'],
  [
    /^\/etc\/kubernetes\/manifests\/|^\/var\/lib\/rancher\/(k3s|rke2)\/(server|agent)\/(pod-)?manifests\//,
    'persist.boot',
    'high',
    'what a cluster starts on this machine',
  ],
  [
    /\/proc\/sys\/kernel\/(core_pattern|modprobe|hotplug)$|\/binfmt_misc\/register$|\/cgroup\S*\/release_agent$|\/sys\/kernel\/uevent_helper$/,
    'persist.privilege',
    'high',
    'what the kernel starts as root',
  ],
  [
    /\/policies\/managed\/[^/]+\.json$|\/distribution\/policies\.json$|\/External Extensions\//,
    'persist.launch',
    'medium',
    'what a browser is made to load',
  ],
  [/^\/sbin\/installkernel$/, 'persist.event', 'medium', 'what the system runs on an event'],
  [
    /^\/boot\/(efi\/)?EFI\/|^\/(efi|esp)\/EFI\/|^\/etc\/acpi\/(events|actions)\//i,
    'persist.boot',
    'medium',
    'what the firmware or the kernel starts',
  ],
  [
    /\/(google-chrome|chromium|Google\/Chrome|BraveSoftware\/[\w-]+|microsoft-edge|vivaldi)\/(\S*\/)?Extensions(\/|$)|\/(\.mozilla|Firefox|firefox|librewolf)\/(\S*\/)?extensions(\/|$)|\/\.(vscode(-server|-oss|-insiders)?|cursor(-server)?|windsurf)\/extensions\/./,
    'persist.launch',
    'medium',
    'what a browser or an editor is made to load',
  ],
  [/systemd\/\S*\.(wants|requires)(\/|$)/, 'persist.boot', 'medium', 'what starts with the system'],
  [
    /(^|\/)authorized_keys2?$|\/authorized_keys(\.d)?\/[^/]+$/,
    'persist.key',
    'high',
    'a key that may log in',
  ],
  [
    /(^|\/)(cron\.d\/|crontabs?\/|cron\.(hourly|daily|weekly|monthly)\/|anacrontab)|\/crontab$|\/spool\/(cron|at|atjobs)\/|^\/etc\/periodic\//,
    'persist.schedule',
    'high',
    'a scheduled job',
  ],
  [
    /(^|\/)systemd\/(system|user)\/|^(?!\/(var\/)?tmp\/).*\.(service|timer)$/,
    'persist.service',
    'high',
    'a service',
  ],
  [/(^|\/)(LaunchAgents|LaunchDaemons|StartupItems)\//, 'persist.launch', 'high', 'a launch agent'],
  [
    /^\/etc\/modules-load\.d\/|^\/etc\/modules$|^\/lib\/modules\/.*\.ko(\.\w+)?$/,
    'persist.kernel',
    'high',
    'a kernel module',
  ],
  [/^\/etc\/ssh\/sshd_config(\.d\/|$)/, 'persist.login', 'medium', 'who may log in from elsewhere'],
  [
    /(^|\/)\.(bash_profile|bash_login|bash_logout|bash_aliases|zsh_aliases|aliases|bashrc|profile|shrc|zshrc|zshenv|zprofile|zlogin|zlogout|kshrc|cshrc|tcshrc|login|logout|xinitrc|xprofile|xsession|xsessionrc)$|config\/fish\/|^\/etc\/(profile|bash\.bashrc|bash\.bash_logout|rc\.local|rc\.common|zsh|csh\.|X11\/Xsession)|profile\.d\/|(^|\/)(init|rc[0-6S]?)\.d\/|^\/etc\/init\/[^/]+\.conf$/,
    'persist.start-up',
    'medium',
    'a start-up file',
  ],
  // Run by the system itself on an event: a device, a network, a package, a lease (MITRE ATT&CK T1546, T1547).
  [
    /^\/(etc|usr\/lib|lib)\/(udev\/rules\.d|NetworkManager\/dispatcher\.d|network\/if-(up|down|pre-up|post-down)\.d|apt\/apt\.conf\.d|update-motd\.d|dhcp\/dhclient-(enter|exit)-hooks\.d|emond\.d\/rules|xdg\/autostart|initramfs-tools\/(hooks|scripts)|X11\/xinit|kernel\/(postinst|install)\.d)\//,
    'persist.event',
    'medium',
    'what the system runs on an event',
  ],
  [
    /^\/etc\/(default\/grub|grub\.d|inittab|xinetd\.d|inetd\.conf|polkit-1\/rules\.d|polkit-1\/localauthority|dbus-1\/system\.d|incron\.d|ppp\/ip-(up|down)\.d|pacman\.d\/hooks|initcpio\/hooks|yum\/pluginconf\.d|dnf\/plugins)(\/|$)|^\/(usr\/)?lib\/(dracut\/modules\.d|initcpio|yum-plugins|python[\d.]*\/\S*dnf-plugins)\/|^\/usr\/share\/(polkit-1\/rules\.d|dbus-1\/system-services)\/|^\/var\/lib\/(polkit-1|dpkg\/info\/\S+\.(pre|post)(inst|rm))/,
    'persist.event',
    'medium',
    'what the system runs on an event',
  ],
  [
    /(^|\/)(site|user)customize\.py$|(site|dist)-packages\/[^/]*\.pth$|(^|\/)\.pythonrc(\.py)?$|(^|\/)\.(Rprofile|irbrc|pryrc|gdbinit|lldbinit)$/,
    'persist.interpreter',
    'medium',
    'what an interpreter runs at its start',
  ],
  [/(^|\/)com\.apple\.loginwindow(\.[\w-]+)?\.plist$/, 'persist.login', 'medium', 'what opens at login'],
  [
    /^\/etc\/(sudoers|pam\.d|passwd|shadow|group|ld\.so\.preload|doas\.conf)|sudoers\.d\/|\/security\/pam_\w+\.so$/,
    'persist.privilege',
    'high',
    'who may do what on this machine',
  ],
  [
    /^\/etc\/(hosts\.equiv|shosts\.equiv)$|(^|\/)\.[rs]hosts$/,
    'persist.login',
    'high',
    'who may log in without a password',
  ],
  [
    /\/Library\/(Security\/SecurityAgentPlugins|DirectoryServices\/PlugIns|QuickLook|Spotlight|ColorPickers|Screen Savers|Input Methods|Audio\/Plug-Ins|PreferencePanes|ScriptingAdditions|Internet Plug-Ins|Mail\/Bundles|Workflows\/Applications\/Folder Actions|Scripts\/Folder Action Scripts|Application Scripts|LaunchAngels|PrivilegedHelperTools)\/|\/var\/db\/(emondClients|com\.apple\.xpc\.launchd)\//,
    'persist.launch',
    'medium',
    'what an everyday program of macOS loads',
  ],
  [
    /(^|\/)(\.config\/(autostart(-scripts)?|plasma-workspace\/(env|shutdown))|\.kde\w*\/(share\/)?[aA]utostart|\.local\/share\/dbus-1\/services|AutoLaunch)\/|\/(\.config|etc\/xdg)\/lxsession\/\S+\/autostart$|^\/usr\/share\/(gnome\/autostart|initramfs-tools\/hooks)\//,
    'persist.login',
    'high',
    'an autostart entry',
  ],
  [/\.git\/hooks\//, 'persist.hook', 'high', 'a git hook'],
  [
    /(^|\/)(CLAUDE|AGENTS|GEMINI)\.md$|\.cursorrules$|\.claude\/(settings|memory)/,
    'persist.agent-memory',
    'high',
    'instructions of an agent',
  ],
]

const PATH_CHARACTERS_MAX = 4_096

/** All of them at once: almost every path is none, and one expression says so sooner than fourteen. */
const anyPlace = new RegExp(startPlaces.map(([place]) => `(?:${place.source})`).join('|'), 'i')

export function placeAt(written: string): StartPlace | undefined {
  if (written.length > PATH_CHARACTERS_MAX) return undefined
  const plain = written.includes('/') ? plainPath(written) : written
  // On macOS `/etc` and `/var` are links to here.
  const path = plain.startsWith('/private/') ? plain.slice('/private'.length) : plain
  if (!anyPlace.test(path)) return undefined
  // There are file systems to which `.SSH` is `.ssh`.
  const lower = path.toLowerCase()
  return startPlaces.find(([place]) => place.test(path)) ?? startPlaces.find(([place]) => place.test(lower))
}

/** The public half of a key, as a list of those that may log in has it. */
const keyText = /^(\S+ )?(ssh-(rsa|ed25519|dss)|ecdsa-sha2-\S+|sk-ssh-\S+) AAAA/m

/** Lines that start-up files are made of on any ordinary machine. */
const everydayLine =
  /^\s*(#(?!!).*|export\s+[A-Za-z_]\w*=.*|alias\s.*|[A-Z_]+=.*|(?:command -v|type|which|hash)\s+[\w./-]+(?:\s+(?:&|[12])?>\S*)*\s*(?:&&|\|\|)\s*(?:eval\s+"?\$\([\w./-]+ (?:init|env|hook|shellenv|completion|activate)\b.*|(?:source|\.)\s+(?:[~$\w]\S*|<\([\w-]+ completion \w+\))|(?:export|alias)\s.*)|eval\s+"?\$\(ssh-agent\b[^;|&]*|(source|\.)\s+(?!\/tmp\/|\/var\/tmp\/|\/dev\/shm\/)\S+|(source|\.)\s+<\([\w-]+ completion \w+\)|eval\s+"?\$\([\w./-]+ (init|env|hook|shellenv|completion)\b.*|\[\[?\s.*|if\s.*|fi|then|autoload.*|setopt.*|umask \d+|\w+=\([\w\s./-]*\)|\w+=["']?[\w./:~-]*["']?|(?:ulimit|stty|unset|unsetopt|zstyle|typeset|abbr|fish_add_path|compinit|set -gx)\b[^;|&`$]*|bindkey.*|shopt.*|set -o.*|complete\s.*|PATH=.*)?\s*$/

/** Settings of apt that name a program (apt.conf(5)). */
const startsPrograms = /Invoke|Pkgs|Dir::|Proxy|Method|Options|Solver|Hook|[#]include/i

/** Modules that come with every kernel and are switched on for containers, networks, disks and virtual machines. */
const ownModule =
  /^\s*(#.*|br[_-]netfilter|overlay|ip_vs\w*|nf_\w+|xt_\w+|ip6?_?tables?\w*|kvm\w*|vfio\w*|vhost\w*|tun|tap|wireguard|loop|dm[_-]\w+|nbd|rbd|zfs|fuse|bonding|8021q|i2c[-_]\w+|snd[-_]\w+|tcp_bbr|sctp|iscsi\w*|nvme\w*|binfmt_misc)?\s*$/

const isScript = /\.(sh|bash|cron|service|timer|py|pl)$|(^|\/)[^./]+$/
/** A shell for whoever listens, or one that keeps the power of root. */
const wayBack =
  /\b(ba|z)?sh -i\b[^\n]*\/dev\/(tcp|udp)\/|\bchmod\s+(u?g?\+s|[4-7]7\d\d)\s+(\/usr)?\/bin\/(ba|da|z)?sh\b|\bcp\s+(\/usr)?\/bin\/(ba|da|z)?sh\s+\S+[^\n]*\bchmod\s+(\w*\+\w*s|[4-7][0-7]{3})|\bmkfifo\s[^\n]*\bn(et)?c(at)?\b[^\n]*\bsh\b|\bncat?\s[^\n]*-e\s*\S*sh\b/

export function written({ path, text, by }: FileWrite): readonly Finding[] {
  const found = placeAt(path)
  if (found === undefined && text !== undefined && isTrap(path, text))
    return [
      finding(NAME, 'persist.trap', 'medium', `makes a program run something when it reads ${shown(path)}`),
    ]
  if (found === undefined && text !== undefined && pipeline(path, text))
    return [
      finding(
        NAME,
        'persist.hook',
        'medium',
        `has something fetched, run or trusted that should not be: ${shown(path)}`,
      ),
    ]
  const taken = found === undefined ? takenForReal(path, text) : none
  if (taken.length > 0) return taken
  if (/(^|\/)-(-checkpoint-action=exec|-rsh=|-to-command=|e (ba)?sh )/.test(path))
    return [
      finding(
        NAME,
        'persist.trap',
        'medium',
        `makes a file that programs take for an option: ${shown(path)}`,
      ),
    ]
  if (found === undefined && standsIn(path))
    return [
      finding(NAME, 'persist.trap', 'medium', `puts something under the name of a program: ${shown(path)}`),
    ]
  if (found === undefined && text !== undefined && isScript.test(path) && wayBack.test(text))
    return [finding(NAME, 'persist.event', 'medium', `writes a way back in, to be run later: ${shown(path)}`)]
  if (found === undefined && isHidden(path))
    return [finding(NAME, 'persist.hidden', 'medium', `hides something among programs: ${shown(path)}`)]
  if (found === undefined && text !== undefined && isTrusted(path))
    return [finding(NAME, 'persist.replaced', 'high', `writes over ${shown(path)}`)]
  if (
    found === undefined &&
    text !== undefined &&
    keyText.test(text) &&
    /^(\/(etc|root|home|Users|var)\/|~\/)/.test(path)
  )
    return /\.pub$|known_hosts|\/keys?\.txt$/.test(path)
      ? []
      : [finding(NAME, 'persist.key', 'medium', `writes a key that may log in to ${shown(path)}`)]
  if (found === undefined)
    return isPathCode(path, text)
      ? [
          finding(
            NAME,
            'persist.interpreter',
            'medium',
            `writes code that Python runs at its start: ${shown(path)}`,
          ),
        ]
      : []
  const [, fact, severity, what] = found
  const trap =
    /^\s*(?:alias\s+(?:sudo|su|ssh|passwd|login|gpg|doas)=|function\s+(?:sudo|ssh|su)\b|(?:sudo|ssh|su)\s*\(\)|(?:export\s+)?(?:LD_PRELOAD|LD_AUDIT|PROMPT_COMMAND)=|(?:export\s+)?PATH=["']?(?:\/tmp|\/var\/tmp|\/dev\/shm|(?:\/[\w.-]+)*\/\.(?!local|cargo|nvm|rbenv|pyenv|npm|yarn|bun|deno|asdf|composer|gem|dotnet|volta|poetry|krew|sdkman|config|rvm|goenv|nodenv|jenv|linuxbrew|nix-profile|bin|venv)[\w-]+))/m
  // `echo '#!/bin/sh\n…'` is written by people who expect two lines.
  const lines = text?.replaceAll('\\n', '\n')
  if (
    fact === 'persist.start-up' &&
    lines !== undefined &&
    (trap.test(lines) || hiddenPath.test(lines) || hasAliasTrap(lines))
  )
    return [finding(NAME, 'persist.trap', 'high', `puts a trap into ${shown(path)}`)]
  if (path.includes('/apt.conf.d/') && text !== undefined && !startsPrograms.test(text))
    return [finding(NAME, 'persist.setting', 'low', `writes a setting of apt: ${shown(path)}`)]
  if (fact === 'persist.kernel' && text?.split('\n').every((line) => ownModule.test(line)) === true)
    return [
      finding(NAME, 'persist.setting', 'low', `has the system load a module of its own: ${shown(path)}`),
    ]
  const isEveryday =
    text === undefined
      ? by?.args.some((arg) => /^(completions?|init|hook|shellenv|activate)$/.test(arg))
      : lines?.split('\n').every((line) => everydayLine.test(line) && !runsBehindTest(line))
  if (fact === 'persist.start-up' && isEveryday)
    return [finding(NAME, 'persist.setting', 'info', `writes a setting to ${shown(path)}`)]
  return [finding(NAME, fact, severity, `writes ${what}: ${shown(path)}`)]
}

/** Copied there rather than written: installing programs do it all day, so that it says less by itself. */
export function placed(target: string, sources: readonly string[] = []): readonly Finding[] {
  const inside = sources.map((source) => `${target}/${source.slice(source.lastIndexOf('/') + 1)}`)
  const found = placeAt(target) ?? inside.map(placeAt).find((place) => place !== undefined)
  if (found === undefined) return takenForReal(`${target}/`, undefined)
  const [, fact, severity, what] = found
  const isEveryday =
    /^persist\.(start-up|service|agent-memory)$/.test(fact) &&
    !sources.some((source) => source.includes('/.cache/'))
  return [
    finding(
      NAME,
      isEveryday ? `${fact}-placed` : fact,
      isEveryday ? 'low' : severity,
      `puts ${what} in place: ${shown(target)}`,
    ),
  ]
}

/** Programs that only show what the files they name hold, unless told where to put it. */
const shows = nameIs(
  /^(cat|tac|less|more|head|tail|nl|od|xxd|hexdump|strings|bat|view|[efz]?grep|rg|ag|g?awk|sed|wc|diff|cmp|sort|uniq|cut|paste|column|tar|rsync|scp|crontab|curl|wget|base64|jq|yq|source|\.|tee|cp|mv|install|ln|sysv-rc-conf|incrontab|run-parts|anacron|aa-\w+|apparmor_parser|(ba|da|z|k)?sh|python[\d.]*|perl|ruby|node|gpg|patch|cksum|lpr|augtool)$/,
)
const outputOption = /^(-o|-O|-fprintf|-fprint0?|-fls|-w|-of|-out|--out\S*|--dump\S*|--log\S*|--logfile)$/
/** `s/a/b/w file` and `w file` inside a sed script. */
const sedOutput = /(?:^|[;}/\d$])\s*w\s+(\/\S+)/
const outputWord = /^(?:of|-o\w*|-w|--out[\w-]*|--log[\w-]*)=(.+)$/

/** Names a place, alone, in an option, or in an order to sed. */
const placeWord = wordMark((word) =>
  [...pathsIn(word), outputWord.exec(word)?.[1], sedOutput.exec(word)?.[1]].some(
    (path) => path !== undefined && certainPlace(path, true) !== undefined,
  ),
)

/** Whatever program is told to write there does: hundreds can, and few are listed anywhere (GTFOBins, file write). */
export function byAnyProgram(invocation: Invocation): readonly Finding[] {
  const { name, args, marks } = invocation
  if ((marks & placeWord) === 0) return none
  const isSilent = shows(name) || leavesFilesAlone(invocation)
  for (const [index, arg] of args.entries()) {
    const output =
      outputWord.exec(arg)?.[1] ??
      (name === 'sed' ? sedOutput.exec(arg)?.[1] : undefined) ??
      (outputOption.test(args[index - 1] ?? '') ? arg : undefined)
    if (output === undefined && (isSilent || !mayBePlace(arg))) continue
    for (const path of output === undefined ? pathsIn(arg) : [output]) {
      const found = certainPlace(path, output !== undefined && args[index - 1] !== '-w')
      if (found !== undefined)
        return [finding(NAME, found[1], 'medium', `${shown(name)} is given ${found[3]}: ${shown(path)}`)]
    }
  }
  return none
}

/** What every place has; a look before the work on the word. */
const mayBePlace = (word: string) => word.includes('/') || word.startsWith('authorized_keys')

/** A start-up file at the end of a path that is put together from pieces. */
const startUpInCode =
  /(?:["'`/}]|~\/)\.(?:bashrc|bash_profile|bash_login|profile|zshrc|zshenv|zprofile|xprofile|xinitrc|config\/fish\/config\.fish)["'`]|\/etc\/(?:profile|bash\.bashrc|rc\.local)\b|["'`]authorized_keys2?["'`]/
/** More than a setting: something is fetched, or started from where nobody keeps programs, or a key is let in. */
const startsInCode =
  /\/(?:tmp|dev\/shm)\/|(?:\b|\\n)(?:curl|wget|nohup|nc|ncat|setsid)\b|\bbash -|ssh-(?:rsa|ed25519)/

const writesInCode =
  /\bopen\s*\(?\s*(?:my\s+)?\$?\w+\s*,\s*["']>|["'](w|a|wb|ab|w\+|a\+|x)["']|\b(write|append|puts|fputs|print\s*\{?\$?fh|FileWriter|file_put_contents|Set-Content|Add-Content|Out-File|writeFile\w*|appendFile\w*)\b/

export function byProgram({ code, language, by }: Program): readonly Finding[] {
  if (!writesInCode.test(code)) return none
  if (
    by !== undefined &&
    code.length < LINE_CHARACTERS_MAX &&
    startUpInCode.test(code) &&
    startsInCode.test(code)
  )
    return [
      finding(
        NAME,
        'persist.start-up',
        'medium',
        `a ${language} program puts something into a start-up file`,
      ),
    ]
  if (/\.pth["'`]/.test(code) && /["'`]\s*import[ \t]/.test(code))
    return [
      finding(
        NAME,
        'persist.interpreter',
        'medium',
        `a ${language} program writes code that Python runs at its start`,
      ),
    ]
  return pathLiterals(code).flatMap((path) => {
    // Typed to be run once; what is longer installs something.
    const found = certainPlace(path, by !== undefined && code.length < LINE_CHARACTERS_MAX)
    return found === undefined
      ? []
      : [finding(NAME, found[1], 'medium', `a ${language} program writes ${found[3]}: ${shown(path)}`)]
  })
}

const LINE_CHARACTERS_MAX = 1_500
const whereNamed = /^persist\.(key|schedule|privilege)$/
/** Where it is certain that something is written, places count that programs are also shown, or read from. */
const whereWritten = /^persist\.(key|schedule|privilege|login|hook|interpreter|kernel|event|launch|boot)$/

/** Where nobody writes by the way. Account files are read by everything, and services are everyday work. */
function certainPlace(path: string, isWritten: boolean): StartPlace | undefined {
  if (!path.includes('/') && !path.startsWith('authorized_keys')) return undefined
  if (/^\/etc\/(passwd|shadow|group)/.test(path)) return undefined
  const found = placeAt(path)
  return found !== undefined && (isWritten ? whereWritten : whereNamed).test(found[1]) ? found : undefined
}

/** Put in place and set going in one breath: then it is no longer only a file. */
export function setGoing(findings: readonly Finding[], reading: Reading): readonly Finding[] {
  const isPlaced = findings.some(({ fact }) => fact.endsWith('-placed') && !fact.includes('agent'))
  if (!isPlaced) return none
  const starter = reading.invocations.find(({ name, args }) =>
    /^(systemctl|service|rc-update|rc-service|update-rc\.d|chkconfig|launchctl|initctl|udevadm)$/.test(name)
      ? args.some((arg) => /^(enable|start|restart|add|defaults|on|load|bootstrap|trigger|--now)$/.test(arg))
      : false,
  )
  return starter === undefined
    ? []
    : [
        finding(
          NAME,
          'persist.service',
          'medium',
          `puts a service in place and ${starter.name} sets it going`,
        ),
      ]
}

/** `.pth` files hold paths, and code only in lines that begin with `import`. */
function isPathCode(path: string, text: string | undefined): boolean {
  return path.endsWith('.pth') && text !== undefined && /^import[ \t]/m.test(text)
}
