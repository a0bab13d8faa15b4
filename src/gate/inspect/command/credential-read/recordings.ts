// Machines watched while people use them: screens, microphones, traffic, browsers steered from outside, the memory of
// what keeps secrets, and disks read past the rights of files (MITRE ATT&CK T1003, T1040, T1113, T1123, T1125, T1539).
import type { Finding } from '../../../finding.ts'
import { finding, nameIs, none, shown } from '../detector.ts'
import { unconcerned } from '../dispatch.ts'
import { isDisk } from '../paths.ts'
import { downstreamOf, sourcesOf } from '../shell/lineage.ts'
import type { Invocation, Reading } from '../shell/model.ts'

const NAME = 'credential-read'

const seen = (fact: string, summary: string): readonly Finding[] => [finding(NAME, fact, 'medium', summary)]

const recorders = nameIs(
  /^(screencapture|scrot|maim|grim|xwd|fbgrab|gnome-screenshot|import|arecord|parec(ord)?|pw-record|rec|fswebcam|imagesnap|streamer|ffmpeg)$/,
)
/** Where a listing does not show it, or nothing is on a disk. */
const outOfSight = /^\/dev\/shm\/|(^|\/)\.[^./][^/]*$/

function recorded({ name, args, isRepeated, streams }: Invocation): boolean {
  if (name === 'import' && !args.includes('root')) return false
  if (
    name === 'ffmpeg' &&
    !args.some((arg) => /^(x11grab|gdigrab|avfoundation|v4l2|dshow|alsa|pulse|kmsgrab)$/.test(arg))
  )
    return false
  const target = streams.stdout.kind === 'file' ? streams.stdout.path : (args.at(-1) ?? '')
  return args.length > 0 && (isRepeated || outOfSight.test(target))
}

/** What keeps passwords, keys or sessions while it runs. */
const keepers =
  /(^|[/\s"'-])(sshd?|ssh-agent|gpg-agent|gnome-keyring-d\w*|gnome-keyring|kwalletd\d?|securityd|secd|sudo|su|login|lsass|vault|keepass\w*|1password|bitwarden|chrome|chromium|firefox|vsftpd|apache2|nginx|sssd|polkitd|gdm-\w+|lightdm|winbindd|openvpn)\b/i
const memoryReaders = nameIs(/^(coredumpctl|gcore|gdb|lldb|vmmap|heap|procdump|dumpcore|pmap|frida)$/)

function looksIntoKeeper({ name, args }: Invocation, reading: Reading): boolean {
  if (name === 'coredumpctl' && !/^(dump|gdb|debug)$/.test(args[0] ?? '')) return false
  if (
    name === 'pmap' ||
    (/^(gdb|lldb)$/.test(name) && !args.some((arg) => /^-\w*p|^--(attach\S*|pid)/.test(arg)))
  )
    return false
  return args.some(
    (arg, index) =>
      (index > 0 && keepers.test(arg) && !arg.startsWith('/')) ||
      sourcesOf(arg, reading).some(
        (source) =>
          /^(pgrep|pidof|ps|lsof)$/.test(source.name) && source.args.some((word) => keepers.test(word)),
      ),
  )
}

/** `dd if=/dev/sda1 | strings | grep root:`: the rights of files do not hold for what lies under them. */
function readsDisk(invocation: Invocation, reading: Reading): boolean {
  const { name, args } = invocation
  const isRead = args.some((arg) => isDisk(arg.replace(/^if=/, '')))
  if (!isRead) return false
  return (
    (name === 'strings' && /[efz]?grep|rg|awk/.test(downstreamOf(invocation, reading)[0]?.name ?? '')) ||
    (name === 'debugfs' && args.some((arg) => /\b(cat|dump|rdump)\b/.test(arg))) ||
    (/^(dd|cat|xxd|hexdump|od)$/.test(name) &&
      downstreamOf(invocation, reading).some(
        (each) => each.name === 'strings' || /^[efz]?grep$/.test(each.name),
      ))
  )
}
const diskReaders = nameIs(/^(dd|cat|xxd|hexdump|od|strings|debugfs)$/)

const browsers = nameIs(
  /^(google-)?chrom(e|ium)([-_]\w+)?$|^Google Chrome$|^microsoft-edge\S*$|^msedge$|^brave(-browser)?$|^opera$/i,
)
const ownProfile =
  /(\.config|Application Support|AppData\\Local|LOCALAPPDATA%?)[\\/]+(google-chrome|chromium|Google[\\/]Chrome|microsoft-edge|BraveSoftware|Microsoft[\\/]Edge)/i

/** A browser with its owner's sessions, opened to whoever speaks to a port. */
const isSteered = (args: readonly string[]) =>
  args.some((arg) => arg.startsWith('--remote-debugging-port')) &&
  args.some(
    (arg) =>
      (arg.startsWith('--user-data-dir') && ownProfile.test(arg)) || /^--restore-last-session$/.test(arg),
  )

const clearPorts = /\bport\s+(21|23|25|80|110|143|389|http|ftp|telnet|smtp|pop3|imap|ldap)\b/
const sniffers = nameIs(/^(tcpdump|tshark|dumpcap|bettercap|kubectl|mitmproxy|mitmdump|mitmweb)$/)

/** Traffic that carries passwords in clear, kept or printed; traffic of others, turned this way. */
function sniffs({ name, args }: Invocation): boolean {
  const line = args.join(' ')
  if (name === 'kubectl') return /^(sniff|capture)\s/.test(line)
  if (name === 'bettercap') return /\b(net\.sniff|arp\.spoof|dns\.spoof|http\.proxy)\b/.test(line)
  if (name.startsWith('mitm'))
    return /(--mode|-m)[= ]transparent\b/.test(line) && /(^| )(-s|--scripts?|-w|--save\S*)[= ]/.test(line)
  if (/(^| )(-r|--read\S*|-i lo\b)/.test(line)) return false
  return clearPorts.test(line) && !/\bhost\b/.test(line) && args.some((arg) => /^-\w*[wA]\w*$/.test(arg))
}

/** One question for the many programs that are none of these. */
const isOne = nameIs(
  /^(screencapture|scrot|maim|grim|xwd|fbgrab|gnome-screenshot|import|arecord|pa?rec\w*|pw-record|fswebcam|imagesnap|streamer|ffmpeg|coredumpctl|gcore|gdb|lldb|vmmap|heap|procdump|dumpcore|pmap|frida|dd|cat|xxd|hexdump|od|strings|debugfs|(google-)?chrom(e|ium).*|Google Chrome|microsoft-edge.*|msedge|brave.*|opera|tcpdump|tshark|dumpcap|bettercap|kubectl|mitm\w+|osascript)$/i,
)

export function recordings(invocation: Invocation, reading: Reading): readonly Finding[] {
  const { name, args } = invocation
  if (!isOne(name)) return unconcerned
  if (recorders(name))
    return recorded(invocation)
      ? seen('credential.recording', `${name} records people at this machine, out of their sight`)
      : none
  if (memoryReaders(name))
    return looksIntoKeeper(invocation, reading)
      ? seen('credential.memory', `${name} looks into a program that keeps secrets`)
      : none
  if (diskReaders(name))
    return readsDisk(invocation, reading)
      ? seen('credential.hashes', `${name} reads a disk past the rights of its files`)
      : none
  if (browsers(name))
    return isSteered(args)
      ? seen('credential.browser', `${shown(name)} lets others use the sessions of its owner`)
      : none
  if (sniffers(name))
    return sniffs(invocation)
      ? seen('credential.traffic', `${name} takes in traffic that is not its own, or passwords in it`)
      : none
  if (name === 'osascript')
    return args.some((arg) =>
      /do JavaScript[\s\S]*\bdocument\.cookie\b|execute[\s\S]*javascript[\s\S]*document\.cookie/i.test(arg),
    )
      ? seen('credential.browser', 'takes the sessions of a browser')
      : none
  return none
}
