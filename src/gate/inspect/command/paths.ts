/** What stands at a path, as far as its text tells. */
export type Place =
  | 'root'
  | 'system'
  | 'home'
  | 'personal'
  | 'here'
  | 'repository'
  | 'temporary'
  | 'device'
  | 'outside'
  | 'project'
  | 'unknown'

const systemTops = new Set(
  'bin boot dev etc home lib lib32 lib64 libx32 mnt media opt proc root run sbin srv sys usr var Users System Library Applications Volumes private data'.split(
    ' ',
  ),
)
// Below these, one more level still holds the system together.
const systemSeconds = new Set(
  'usr/bin usr/lib usr/lib64 usr/sbin usr/local usr/share usr/include usr/libexec var/lib var/www var/spool var/mail var/backups var/db var/log etc/ssh etc/ssl etc/systemd etc/pam.d lib/modules lib/systemd boot/grub boot/efi System/Library Library/Keychains usr/local/bin usr/local/lib etc/passwd etc/shadow etc/sudoers etc/group etc/fstab etc/hosts var/lib/dpkg var/lib/rpm var/lib/docker var/lib/mysql var/lib/postgresql'.split(
    ' ',
  ),
)
/** Every file right below these keeps the machine running. */
const vital = new Set('bin sbin lib lib64 boot'.split(' '))
const personal =
  /^(\.ssh|\.gnupg|\.aws|\.kube|\.config|\.local|\.mozilla|\.password-store|\.bashrc|\.profile|\.zshrc|Documents|Desktop|Downloads|Pictures|Photos|Music|Movies|Videos|Library|OneDrive|Dropbox|Projects|projects|work|repos|src|code|dev)$/

/** A path's place, seen from the directory that the text itself went to. */
export function placeFrom(path: string, cwd: string | undefined): Place {
  if (cwd === undefined || cwd === '.' || /^[/~$]|^[A-Za-z]:/.test(path)) return placeOf(path)
  const place = placeOf(path)
  const whole = placeOf(`${cwd}/${path.replace(/^(\.\/)+/, '')}`)
  return place === 'here' || whole === 'system' || whole === 'temporary' ? whole : place
}

/** A path's place. Trailing `/*`, `/.` and slashes do not change what is lost, so they are dropped first. */
export function placeOf(written: string): Place {
  const path = written.replace(/^(?:\$\{HOME\}|\$HOME|%USERPROFILE%|\$env:USERPROFILE)(?=\/|\\|$)/i, '~')
  if (/^[A-Za-z]:([\\/*]|$)/.test(path)) return windowsPlace(path)
  const base = path.replace(/\/+/g, '/').replace(/(?:\/(?:\*\*?|\.\*?|\.\[\^?!?\.\]\*|\{\*,\.\*\}))+$/, '/')
  const bare = resolveDots(base)
  if (bare === '/' || bare === '/*' || /^\/\*+$/.test(bare) || /^\/(\.\.\/?)+$/.test(bare)) return 'root'
  if (/^~[\w-]*\/?$/.test(bare)) return 'home'
  if (bare.startsWith('~')) {
    return underHome(
      bare
        .split('/')
        .slice(1)
        .filter((segment) => segment !== ''),
    )
  }
  if (!bare.startsWith('/')) return relativePlace(path, bare)
  const segments = bare.split('/').filter((segment) => segment !== '')
  const [top = '', second = ''] = segments
  if (top === 'tmp' || (top === 'var' && second === 'tmp') || (top === 'dev' && second === 'shm'))
    return 'temporary'
  if (top === 'private' && (second === 'tmp' || second === 'var')) return 'temporary'
  if (top === 'dev') return deviceOrNot(bare)
  if (/[*?[]/.test(top) && segments.length < 3) return isTop(top) ? 'system' : 'project'
  if (segments.length === 1)
    return systemTops.has(top)
      ? 'system'
      : renewable.test(`${bare}/`) || madeUp.test(top)
        ? 'project'
        : 'outside'
  if (top === 'home' || top === 'Users') return segments.length === 2 ? 'home' : underHome(segments.slice(2))
  if (top === 'root') return underHome(segments.slice(1))
  if (systemSeconds.has(segments.join('/')) || (segments.length === 2 && vital.has(top))) return 'system'
  return renewable.test(bare) ? 'project' : 'outside'
}

/** Caches, build outputs and installed tools: gone today, made again tomorrow. */
const renewable =
  /\/(\.?cache|caches|node_modules|__pycache__|build|dist|target|out|tmp|temp|te?mp[-_.]\w+|\.venv|venv|obj|coverage|_temp|lists|archives|work|actions-runner)(\/|$)|^\/(usr\/(local\/)?(share|lib|src)|opt|usr\/local|var\/cache|var\/lib\/(apt|gems)|snap|__w|github|workspace|app|builds?|code|mnt|data|src|home\/runner)\//i

/** What manuals call a folder that stands for any. */
const madeUp = /^(some|your|my|path|dir|folder|foo|bar|example|test|work|project|repo|source|target|new|old)/i

const TOP_CHARACTERS_MAX = 24

/** `/et[c]` and `/u?r` are what a shell makes of them. */
function isTop(pattern: string): boolean {
  if (pattern.length > TOP_CHARACTERS_MAX) return false
  const source = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replace(/\[!/g, '[^')
    .replace(/\*+/g, '.*')
    .replace(/\?/g, '.')
  try {
    const shape = new RegExp(`^${source}$`)
    return [...systemTops].some((name) => shape.test(name))
  } catch {
    return false
  }
}

function underHome(segments: readonly string[]): Place {
  const [first = '', second] = segments
  if (second === undefined && personal.test(first)) return 'personal'
  if (first.startsWith('.') || second !== undefined) return 'project'
  return renewable.test(`/${first}`) ? 'project' : 'outside'
}

function resolveDots(path: string): string {
  if (!path.includes('..') || !path.startsWith('/')) return path
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop()
    else if (segment !== '.' && segment !== '') kept.push(segment)
  }
  return `/${kept.join('/')}`
}

function relativePlace(path: string, bare: string): Place {
  if (path.startsWith('$')) return 'unknown'
  if (/^(\.\/?|\.\.\/?|\*|\.\*|\.\/\*|(\.\.\/)+\*?|(\.\.\/)*\.\.)$/.test(path)) return 'here'
  if (/^(\.\/|\*|\.\.\/)*$/.test(bare)) return 'here'
  if (climbs(path)) return 'here'
  if (/(^|\/)\.(git|hg|svn)\/?$/.test(bare)) return 'repository'
  return 'project'
}

/** `build/../..` ends above where it began. */
function climbs(path: string): boolean {
  if (!path.includes('..')) return false
  let depth = 0
  for (const segment of path.split('/')) {
    if (segment === '..') depth--
    else if (segment !== '.' && segment !== '') depth++
  }
  return depth <= 0
}

const devices =
  /^\/dev\/(sd|hd|vd|xvd|ada\d|da\d|vtbd|nvd\d|wd\d|nvme|mmcblk|disk|rdisk|loop|dm-|md|mapper\/|sr|mem$|kmem$|port$|zvol|usb|by-|block)/

function deviceOrNot(path: string): Place {
  return devices.test(path) ? 'device' : path === '/dev' || path === '/dev/' ? 'system' : 'temporary'
}

export function isDevice(path: string): boolean {
  return devices.test(path)
}

/** A disk this machine very likely runs on or keeps data on, not a card or a placeholder. */
export function isDisk(path: string): boolean {
  return /^\/dev\/((s|h|v|xv)d[a-z]\d*|(ada|da|vtbd|nvd|wd)\d+[a-h]?([ps]\d+[a-h]?)?|nvme\d+n\d+(p\d+)?|r?disk\d+(s\d+)?|md\d+|mapper\/\w[\w-]*)$/.test(
    path,
  )
}

/** What manuals and templates write where a disk goes: no kernel names one so, and nothing is lost on it. */
export function isMadeUpDisk(path: string): boolean {
  return /^\/dev\/((s|h|v)d[A-Z]\w*|usb_\w+|disk_\w+|diskX\w*|nvmeXn\w*|mmcblkX\w*|(your|my)[-_]?\w+|device\w*|(disk|usb|sd|hd)_\w+)$/.test(
    path,
  )
}

function windowsPlace(path: string): Place {
  const segments = path.split(/[\\/]/).filter((segment) => segment !== '' && segment !== '*')
  if (segments.length <= 1) return 'root'
  const second = segments[1]?.toLowerCase()
  if (/^(windows|users|program files|program files \(x86\)|programdata)$/.test(second ?? ''))
    return second === 'users' && segments.length > 3 ? 'project' : segments.length <= 3 ? 'system' : 'project'
  return 'project'
}
