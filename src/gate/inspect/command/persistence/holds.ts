// Ways to stay that are no file in a known place: programs put where others stand, containers with the machine in
// hand, packages from nowhere, accounts of databases.
import type { Finding } from '../../../finding.ts'
import { finding, none, shown } from '../detector.ts'
import { unconcerned } from '../dispatch.ts'
import type { Invocation, Reading } from '../shell/model.ts'
import { composed, container, manifest } from './containers.ts'
import { fleets } from './fleets.ts'
import { startsHiddenBySetting } from './hidden-starts.ts'
import { fromNowhere, isInstaller, packages, republished } from './packages.ts'
import { pageFrom, webRoot } from './pages.ts'
import { changesOwner, isBuild, pipeline } from './pipelines.ts'

const NAME = 'persistence'

const seen = (fact: string, severity: Finding['severity'], summary: string): readonly Finding[] => [
  finding(NAME, fact, severity, summary),
]

/** Where nobody keeps programs, or what fetches one: a line that begins so runs what came from elsewhere. */
const unseen =
  /(?:^|[;&|!]\s*|\b(?:nohup|setsid|exec|do|then|sh|bash|source|\.|python[\d.]*|perl|ruby|node|php)\s+(?:-\w+\s+)*["']?)["']?(?:\/tmp\/|\/var\/tmp\/|\/dev\/shm\/)[\w.]|\b(?:bash|sh) -i\b|\/dev\/(?:tcp|udp)\/|\b(?:curl|wget)\b[^|;]*\|\s*(?:ba|z|da)?sh\b|\bnohup\b.*\bsh\b/

/** Whether a text starts something that no system keeps, rather than tidying up. */
export function startsUnseen(text: string): boolean {
  return (
    !/^\s*(rm|rmdir|unlink|umount|kill|wait|exit|echo|printf|popd|cd)\b[^;&|]*$/.test(text) &&
    unseen.test(text)
  )
}

/** Settings of programs that may start others, and what makes them do it. */
const settings =
  /(^|\/)\.(vimrc|exrc|tmux\.conf|screenrc|emacs|inputrc|psqlrc|mailcap|Xresources|xbindkeysrc|gitconfig|wgetrc|curlrc|npmrc|pip\/pip\.conf|config\/pip\/pip\.conf|pam_environment|muttrc|nanorc|envrc|forward|procmailrc)$|\/\.vim\/(plugin|autoload|after|ftplugin)\/|^\/etc\/(aliases$|logrotate\.d\/|rsyslog\.d\/|fail2ban\/action\.d\/|audit\/plugins\.d\/|sudo\.conf$)|\/\.config\/(i3|sway|hypr|awesome|openbox|bspwm|nvim|git|kitty|alacritty)\/|\/\.emacs\.d\/|\/\.ssh\/config$|^\/etc\/ssh\/ssh_config|(^|\/)\.htaccess$|(^|\/)\.user\.ini$|^\/etc\/(environment|security\/pam_env\.conf|environment\.d\/|ld\.so\.conf(\.d\/|$)|vim\/vimrc|apache2\/|httpd\/|nginx\/|php\/|php\.ini)/

const trap =
  /^\s*(?:AddType|AddHandler|SetHandler)\s+\S*(?:php|cgi)|^\s*(ProxyCommand|LocalCommand|KnownHostsCommand)\s+(?!(?:\/usr\/bin\/)?n(?:et)?c(?:at)?\s(?:(?! -[ec]\b)[^;&|\n])*%h(?:(?! -[ec]\b)[^;&|\n])*$)\S*(\/tmp\/|\/dev\/shm\/|\b(curl|nc|ncat|bash -c|sh -c)\b|\/dev\/tcp)|^\s*LocalCommand\s|\b(LD_PRELOAD|LD_AUDIT|LD_LIBRARY_PATH|BASH_ENV|ENV|PYTHONSTARTUP|PERL5OPT|NODE_OPTIONS)\s*=\s*\S*\/|\b(zend_)?extension\s*=\s*"?\/(tmp|var\/tmp|dev\/shm|home)\/|^\s*(registry|index-url|extra-index-url)\s*=\s*http:\/\/(?!localhost|127\.|10\.|192\.168\.)|\bauto_(prepend|append)_file\s*=\s*\S|\bload(_|-)?module\b.*(\/tmp\/|\/dev\/shm\/|\/home\/)|\brun-shell\b|\bexec(_always|-once)?\s*=?\s+\S*(\/tmp\/|\/dev\/shm\/)|^\s*(au|autocmd)\b.*!|\b(?:os\.execute|io\.popen|vim\.fn\.(?:system|jobstart))\s*\(\s*[[{]*["'][^"'\n]*(?:\/tmp\/|\/dev\/shm\/|\b(?:curl|wget|nc)\b)|^\s*(?:shell|screen|defshell|set(?:-option)?\s+-g\s+default-(?:shell|command))\b.*(?:\/tmp\/|\/dev\/shm\/)|\((?:shell-command|async-shell-command|start-process|call-process)\b.*["']\/(?:tmp|dev\/shm|var\/tmp)\/|^\s*(?:script-shell|onload-script|init-module|git|node-options)\s*=.*\/(?:tmp|dev\/shm|var\/tmp)\/|^\s*\/(tmp|dev\/shm|var\/tmp|home)\//im

/** Settings of networks, modules, devices and keepers of services, whose lines may name a program to start. */
const ofNetworks =
  /^\/etc\/(wireguard|openvpn|network\/interfaces|modprobe\.d|acpi|monit|supervisor|ppp|xinetd\.d|netplan|dhcp|snmp|munin|zabbix|nagios|icinga2?|keepalived|smartd\.conf|mdadm|tuned|lirc|udisks2|usb_modeswitch\.d)(\/|$|\.)/
const onEvent =
  /\b(?:PostUp|PreUp|PostDown|PreDown|up|down|(?:pre|post)-(?:up|down)|route-up|tls-verify|install\s+\S+|action|exec\w*|command|program|server|script\w*|extend|pass|UserParameter\S*|notify\w*|-M exec)\b[\s=:]+["']?(?:\/(?:tmp|var\/tmp|dev\/shm|home)\/|[^\n]*(?:\b(?:curl|wget)\b[^\n]*\||\/dev\/tcp\/|\bbash -[ic]\b|\bncat?\b[^\n]* -e))/

export function isTrap(path: string, text: string): boolean {
  if (ofNetworks.test(path)) return onEvent.test(text)
  return settings.test(path) && (trap.test(text) || startsUnseen(text) || startsHiddenBySetting(text))
}

/** What people log in with, and look at a machine with: nobody replaces one by the way. */
const trusted =
  /^(?:\/usr)?(?:\/local)?\/s?bin\/(sudo|su|ssh|sshd|login|passwd|ls|ps|netstat|ss|lsof|top|find|id|who|w|last|ifconfig|crond?|nologin|bash|curl|wget|git|systemctl|agetty|polkitd|dbus-daemon|python3?|kubectl|gpg)$/
const shell = /^(?:\/usr)?\/bin\/(?:(?:ba|da|z|k)?sh|python[\d.]*|perl)$/
const ownPlace =
  /^(\/usr)?(\/local)?\/(s?bin|lib\w*|opt|snap|share)\/|^\$|^\/(opt|nix|snap|home\/linuxbrew)\//

/** `cp /tmp/x /bin/ls`, `wget -O /usr/bin/sudo …`, `ln -sf /tmp/x /usr/local/bin/git`. */
export function inPlaceOf(name: string, args: readonly string[]): readonly Finding[] {
  if (name === 'sed') return []
  // A way back to root, as soon as it is made setuid: nobody needs a second shell there.
  if (shell.test(args.at(-2) ?? '') && /^\/(tmp|var\/tmp|dev\/shm)\/(.*\/)?\.\w/.test(args.at(-1) ?? ''))
    return seen(
      'persist.hidden',
      'medium',
      `hides a copy of ${shown(args.at(-2) ?? '')}: ${shown(args.at(-1) ?? '')}`,
    )
  const fetched = args[args.findIndex((arg) => /^(-o|-O|--output|--output-document)$/.test(arg)) + 1] ?? ''
  const target = /^(curl|wget)$/.test(name) ? fetched : (args.at(-1) ?? '')
  const source =
    args
      .slice(0, -1)
      .find(
        (arg, index) =>
          !arg.startsWith('-') &&
          !/^\d{3,4}$/.test(arg) &&
          !(name === 'install' && /^-[ogm]$|^--(owner|group|mode)$/.test(args[index - 1] ?? '')),
      ) ?? ''
  if (isHidden(target) && target !== source)
    return seen('persist.hidden', 'medium', `hides something among programs: ${shown(target)}`)
  if (
    name === 'mv' &&
    trusted.test(source) &&
    !/\/(kubectl|python3?|git|curl|wget|gpg|nologin)$/.test(source)
  )
    return seen('persist.replaced', 'medium', `takes ${shown(source)} away from where it is looked for`)
  if (inFrontOfSystem.test(target) && !trusted.test(target))
    return seen('persist.replaced', 'medium', `puts ${shown(source)} in front of a program of the system`)
  if (!trusted.test(target)) return pageFrom(name, source, target)
  const base = target.slice(target.lastIndexOf('/') + 1)
  const isTool = /\/(kubectl|curl|git|python3?|gpg|wget)$/.test(target)
  // A tool on its way to where it belongs comes under its own name, or from the system's own folders.
  const isOwn =
    ownPlace.test(source) || (source.endsWith(base) && !/^\/(tmp|dev\/shm|var\/tmp)\//.test(source))
  if (/^(curl|wget)$/.test(name))
    return isTool ? [] : seen('persist.replaced', 'high', `fetches a new ${base}`)
  const isStrange = /^\/(tmp|dev\/shm|var\/tmp)\/\./.test(source) || !source.includes(base)
  return isOwn || (isTool && !isStrange)
    ? []
    : seen('persist.replaced', 'high', `puts ${shown(source)} in the place of ${base}`)
}

/** Names that only the system gives, in folders that come first in a search path. */
const inFrontOfSystem =
  /^(?:~|\$\{?HOME\}?|\/(?:home|Users)\/[^/]+|\/root|\/usr\/local)\/(?:\.local\/)?s?bin\/(sudo|su|doas|login|passwd|ssh|sshd|ps|ls|id|who|netstat|ss|lsof)$/

/** Whether something is written over, or in front of, what people log in with or look at a machine with. */
export function isTrusted(path: string): boolean {
  return trusted.test(path) || inFrontOfSystem.test(path)
}

/** Where a search path that begins with a temporary folder finds it first. */
const inTemporary =
  /^\/(?:tmp|var\/tmp|dev\/shm)\/(sudo|su|ssh|ls|cat|cp|mv|id|ps|tar|find|service|systemctl|curl|git|passwd|login|gcc|grep|chmod)$/

export function standsIn(path: string): boolean {
  return inTemporary.test(path)
}

/** A name that listings pass over, among the programs or the settings of the system. */
const hidden =
  /^\/(?:opt|(?:usr|s?bin|lib(?:32|64)?|etc)(?:\/[^/]+)*)\/\.(?!git\b|gitignore|hg|bzr|pwd\.lock|updated|java|placeholder|keep|hmac|env|profile|bash|zsh|vim|config|cache|local|npm|ssh|venv|docker|dockerignore|editorconfig|version|nojekyll|well-known|ht)[\w-]+/

export function isHidden(path: string): boolean {
  return hidden.test(path)
}

/** What is put into a file that a tool runs by itself, by what stands behind the sign for putting it there. */
function isFedToTool(target: string, args: readonly string[]): boolean {
  return args.some(
    (arg) =>
      pipeline(target, `\n${arg.replace(/^\S*?[aic\\]\s*/, '')}`) ||
      (target.endsWith('package.json') &&
        /\b(curl|wget)\b[^|]*\|\s*(ba)?sh\b|"(pre|post)?install"\s*:\s*"/.test(arg)),
  )
}

/** `sed -i '…i /tmp/x' /etc/rc.local`: a line put into a start-up file. */
export function typedIn(name: string, args: readonly string[], target: string): readonly Finding[] {
  const isStartUp =
    /\/(rc\.local|profile|bash\.bashrc|crontab)$|\/(init|profile)\.d\/|\/\.(bash|zsh|profile)\w*$/.test(
      target,
    )
  if (
    name === 'sed' &&
    args.some((arg) => pipeline(target, arg) || /\bcurl [\w.-]+\.(com|net|io|sh|ru|xyz)\b/.test(arg)) &&
    isBuild(target)
  )
    return seen('persist.hook', 'medium', `has a build fetch something: ${shown(target)}`)
  if (name === 'sed' && isBuild(target) && args.some(changesOwner))
    return seen('persist.hook', 'medium', `has a build run what somebody else made: ${shown(target)}`)
  if (name === 'sed' && isFedToTool(target, args))
    return seen('persist.hook', 'medium', `has a tool start something: ${shown(target)}`)
  if (
    name === 'sed' &&
    target.includes('/systemd/') &&
    args.some((arg) => /ExecSt\w+(Pre|Post)\s*=/.test(arg))
  )
    return seen('persist.service', 'medium', `has a service start something more: ${shown(target)}`)
  if (
    name === 'sed' &&
    webRoot.test(target) &&
    args.some((arg) => /<\?(php|=)[\s\S]*\b(eval|system|exec|passthru|shell_exec|assert)\s*\(/.test(arg))
  )
    return seen('persist.web', 'high', `puts orders of others into ${shown(target)}`)
  return name === 'sed' &&
    isStartUp &&
    args.some((arg) => /\/(tmp|dev\/shm)\/|\b(curl|wget|nc|nohup)\b|bash -i/.test(arg))
    ? seen('persist.start-up', 'medium', `puts a program into ${shown(target)}`)
    : []
}

/** The machine in a container's hands, power in a database, packages from a bare address. */
export function holds(invocation: Invocation, reading: Reading): readonly Finding[] {
  const { name, args } = invocation
  const strange = fromNowhere(invocation)
  if (strange.length > 0) return strange
  switch (name) {
    case 'docker':
    case 'podman':
    case 'nerdctl':
      return [...container(args), ...composed(args, invocation.input)]
    case 'kubectl':
    case 'oc':
      return manifest(name, [...args, invocation.input ?? ''].join('\n'))
    case 'ansible':
      return fleets(invocation)
    case 'nsenter':
      return args.some(
        (arg, index) =>
          /^(-t1|--target=1)$/.test(arg) || (/^(-t|--target)$/.test(args[index - 1] ?? '') && arg === '1'),
      )
        ? seen('persist.privilege', 'medium', 'enters the machine from a container')
        : []
    case 'mysql':
    case 'mariadb':
    case 'psql':
    case 'sqlplus':
    case 'sqlcmd':
    case 'mongo':
    case 'mongosh':
      return [...args, invocation.input ?? ''].some((text) => rights.test(text))
        ? seen('persist.account', 'medium', `${name} gives an account all power over a database`)
        : []
    case 'redis-cli':
      if (/\bmodule load \/(tmp|var\/tmp|dev\/shm)\//i.test(args.join(' ')))
        return seen('persist.interpreter', 'high', 'makes a database load code')
      return /\bconfig set dir \S*(\.ssh|cron|\/etc\/)/i.test(args.join(' '))
        ? seen('persist.key', 'high', 'makes a database write where logins and jobs are kept')
        : []
    case 'npm':
    case 'pnpm':
    case 'yarn':
    case 'pip':
    case 'pip3':
    case 'bundle':
      return [...packages(name, args), ...republished(invocation, reading)]
    case 'code':
    case 'codium':
    case 'cursor':
    case 'code-insiders':
      return args.includes('--install-extension') &&
        args.some((arg) => /^(\/tmp|\/var\/tmp|\/dev\/shm)\/|^https?:\/\//.test(arg))
        ? seen('persist.launch', 'medium', `${name} loads an extension that came from nowhere`)
        : []
    case 'plutil':
    case 'PlistBuddy':
      return args.some((arg) => /\/Launch(Agents|Daemons)\//.test(arg)) &&
        args.some((arg) => /^-(insert|replace)$|^(Add|Set) /.test(arg))
        ? seen('persist.launch', 'medium', `${name} changes what is started at a login`)
        : []
    case 'nvram':
      return args.some((arg) => /^boot-args=./.test(arg))
        ? seen('persist.boot', 'medium', 'changes how the kernel is started')
        : []
    case 'bpftool':
      return /^prog load(all)?\b.*(\/sys\/fs\/bpf|autoattach)/.test(args.join(' '))
        ? seen('persist.kernel', 'medium', 'keeps a program in the kernel')
        : []
    case 'dockerd':
      return args.some((arg) => /^(-H|--host=)?tcp:\/\/0\.0\.0\.0/.test(arg)) &&
        !args.some((arg) => arg.startsWith('--tls'))
        ? seen('persist.login', 'medium', 'lets everybody start containers here')
        : []
    case 'lxc':
    case 'incus':
      return args.includes('disk') && args.includes('source=/')
        ? seen('persist.privilege', 'high', 'a container gets the whole machine')
        : []
    case 'busctl':
      return args.includes('StartTransientUnit')
        ? seen('persist.service', 'medium', 'starts a service over the bus')
        : []
    case 'sfltool':
      return args[0] === 'add-item' ? seen('persist.login', 'medium', 'opens something at every login') : []
    case 'x11vnc':
      return args.includes('-nopw') && args.some((arg) => /^-(forever|loop\d*|bg)$/.test(arg))
        ? seen('persist.login', 'medium', 'lets everybody use this screen from elsewhere')
        : []
    case 'sshd':
    case 'dropbear':
      return args.some((arg) =>
        /^(-o)?(PermitRootLogin[= ](yes|without)|PermitEmptyPasswords[= ]yes|AuthorizedKeys(File|Command)[= ]|StrictModes[= ]no)/i.test(
          arg,
        ),
      )
        ? seen('persist.login', 'medium', `a second ${name} lets others log in by its own rules`)
        : []
    case 'visudo':
      return invocation.stage > 0 || invocation.input !== undefined
        ? seen('persist.privilege', 'high', 'writes who may do what on this machine')
        : []
    case 'systemsetup':
      return /-setremotelogin on\b/i.test(args.join(' '))
        ? seen('persist.login', 'medium', 'lets others log in from elsewhere')
        : []
    case 'realm':
      return args[0] === 'join'
        ? seen('persist.account', 'medium', 'lets another machine say who may log in here')
        : []
    case 'authconfig':
      return args.some((arg) => /^--(ldapserver|krb5kdc|smbservers)=/.test(arg))
        ? seen('persist.account', 'medium', 'lets another machine say who may log in here')
        : []
    case 'config.sh':
      return args.includes('--url') && args.includes('--token')
        ? seen('persist.service', 'medium', 'has this machine take orders from a build service')
        : []
    case 'gitlab-runner':
      return args[0] === 'register' &&
        args.includes('shell') &&
        args.some((arg) => /^(-n|--non-interactive)$/.test(arg))
        ? seen('persist.service', 'medium', 'has this machine take orders from a build service')
        : []
    case 'update-alternatives':
      return args.some((arg) => isHidden(arg) || /^(\/tmp|\/var\/tmp|\/dev\/shm)\//.test(arg))
        ? seen('persist.replaced', 'medium', `puts ${shown(args.at(-2) ?? '')} in the place of a program`)
        : []
    case 'chattr':
      return args.some((arg) => /^\+\w*i/.test(arg)) &&
        args.some((arg) => /^\/etc\/|authorized_keys|\/cron|^\/tmp\/\.|\/systemd\//.test(arg))
        ? seen('persist.locked', 'medium', `makes ${shown(args.at(-1) ?? '')} unchangeable`)
        : []
    case 'crond':
    case 'anacron':
      return args.some((arg) => /^\/?(\/tmp|\/var\/tmp|\/dev\/shm|\/home|~)\//.test(arg))
        ? seen('persist.schedule', 'medium', `${name} runs jobs from a place of its own`)
        : []
    case 'grubby':
      return args.some((arg) => /^--args=.*\b(init|rdinit)=|^(rd)?init=/.test(arg))
        ? seen('persist.boot', 'medium', 'changes what the kernel starts first')
        : []
    case 'profiles':
      return args.some((arg) => /^(install|-I|-i)$/.test(arg)) &&
        args.some((arg) => /\.mobileconfig$/.test(arg))
        ? seen('persist.trust', 'medium', 'installs settings that hold for everybody here')
        : []
    case 'insert_dylib':
    case 'optool':
      return seen('persist.replaced', 'high', `${name} has a program load a library of somebody's`)
    case 'asar':
      return args[0] === 'pack' && /^\/(Applications|opt|usr)\//.test(args.at(-1) ?? '')
        ? seen('persist.replaced', 'medium', `puts code into ${shown(args.at(-1) ?? '')}`)
        : []
    case 'chrome':
    case 'google-chrome':
    case 'chromium':
    case 'msedge':
    case 'brave':
      return args.some((arg) =>
        /^--load-extension=(\/tmp|\/var\/tmp|\/dev\/shm|.*[\\/](Temp|Public)[\\/])/i.test(arg),
      )
        ? seen('persist.launch', 'medium', `${name} loads an extension that came from nowhere`)
        : []
    case 'pam-auth-update':
      return args.includes('--enable') && !args.some((arg) => ownModules.test(arg))
        ? seen('persist.privilege', 'medium', 'has every login ask another module')
        : []
    case 'go':
      return args[0] === 'env' &&
        args.includes('-w') &&
        args.some((arg) =>
          /^GOFLAGS=.*-toolexec|^GO(NOSUMDB|NOSUMCHECK|INSECURE)=\*$|^(CC|CXX)=\/tmp\//.test(arg),
        )
        ? seen('persist.trust', 'medium', 'has every build with Go start or trust something')
        : []
    case 'anydesk':
    case 'rustdesk':
    case 'teamviewer':
    case 'meshagent':
    case 'teleport':
    case 'chrome-remote-desktop':
    case 'start-host':
      return /^--?(set-password|password|install|fullinstall|install-service|config|code)\b|^passwd\b|^start\b.*--(auth-server|proxy)\b/.test(
        args.join(' '),
      )
        ? seen('persist.login', 'medium', `${name} lets somebody use this machine from elsewhere`)
        : []
    case 'tailscale':
      return args[0] === 'up' && args.some((arg) => /^--auth-?key/.test(arg)) && args.includes('--ssh')
        ? seen('persist.login', 'medium', 'lets somebody log in through a network of their own')
        : []
    case 'screen':
    case 'tmux':
      return args.some((arg) => /^(-\w*d\w*m\w*|-d)$/.test(arg)) && startsUnseen(args.at(-1) ?? '')
        ? seen('persist.background', 'medium', `${name} leaves a program running that nobody keeps there`)
        : []
    case 'npx':
      return /^(-y |--yes )?asar pack \S+ \/(Applications|opt|usr)\//.test(args.join(' '))
        ? seen('persist.replaced', 'medium', `puts code into ${shown(args.at(-1) ?? '')}`)
        : []
    case 'vault':
      return /^token create\b.*-policy[= ]root/.test(args.join(' '))
        ? seen('persist.identity', 'high', 'vault makes a token that may do all')
        : []
    case 'consul':
      return /^acl token create\b.*global-management/.test(args.join(' '))
        ? seen('persist.identity', 'high', 'consul makes a token that may do all')
        : []
    default:
      return isInstaller(name) ? none : unconcerned
  }
}

const ownModules =
  /^(mkhomedir|unix|sss|ldap|krb5|winbind|fprintd|systemd|gnome-keyring|capability|pwquality|faillock)$/

const rights =
  /\bcron\.schedule\s*\(|\bsystem\s+set\s+archive_command\b|\bsp_procoption\b|\bsp_add_job(step)?\b|\bCREATE\s+ASSEMBLY\b|\bCREATE\s+(OR\s+REPLACE\s+)?(FUNCTION|PROCEDURE)\b[\s\S]*\b(LANGUAGE\s+['"]?(C|plpython\w*u|plperlu|pltclu|plsh)\b|SONAME\b)|\bCREATE\s+EVENT\s+TRIGGER\b|\bGRANT\s+ALL(\s+PRIVILEGES)?\s+ON\s+\*\.\*|\bCREATE\s+(ROLE|USER)\b[^;]*\bSUPERUSER\b|\bALTER\s+(ROLE|USER)\b[^;]*\bSUPERUSER\b|createUser\([^)]*["'](root|userAdminAnyDatabase|__system)["']|sp_addsrvrolemember\b.*sysadmin|ALTER\s+SERVER\s+ROLE\s+sysadmin/i
