import type { Finding } from '../../../finding.ts'
import { finding, nameIs, none, shown } from '../detector.ts'
import { unconcerned, wordMark } from '../dispatch.ts'
import { isDevice, isDisk, isMadeUpDisk, placeOf } from '../paths.ts'
import type { Invocation } from '../shell/model.ts'
import { isKey } from './vital.ts'

const NAME = 'destruction'

/** Disks, file systems and the machine itself. */
export function deviceLoss(invocation: Invocation): readonly Finding[] {
  const isConcerned = concerned.has(invocation.name) || invocation.name.startsWith('mkfs')
  return isConcerned ? lossOf(invocation) : unconcerned
}

const concerned = new Set(
  'mke2fs newfs mkswap dd wipefs shred wipe scrub blkdiscard nvme hdparm cryptsetup fdisk sfdisk sgdisk gdisk parted diskutil format Format-Volume Clear-Disk zpool zfs gpart lvremove vgremove pvremove btrfs mdadm badblocks debugfs xfs_repair kill systemctl reboot shutdown halt poweroff init telinit userdel deluser crontab'.split(
    ' ',
  ),
)

const deviceWord = wordMark((word) => word.includes('/dev/') && isDevice(word))
/** They show what a device holds, or only speak of it. */
const looksOn = nameIs(
  /^(?:echo|printf|grep|rg|egrep|cat|man|tldr|less|more|head|tail|ls\w*|file|stat|strings|test|mount|umount|findmnt|blkid|smartctl|udevadm|udisksctl|fsck\S*|e2fsck|sudo|env|logger|watch|tune2fs|xxd|hexdump|cmp|find|xargs|git|docker|podman|kubectl|ssh)$/,
)
const destroysByWord =
  /(?:^|[-_])(?:format|destroy|erase|zap|wipe|discard|sanitize|clobber|nuke|autonuke|purge|shred|overwrite|labelclear|zero-log|crypto-?scramble)(?:[-_=]|$)/

/** Whatever its name, a program that is given a disk and a word for taking all from it. */
export function deviceByWord({ name, args, marks }: Invocation): readonly Finding[] {
  if ((marks & deviceWord) === 0) return none
  if (concerned.has(name) || name.startsWith('mkfs') || looksOn(name)) return none
  const device = args.find(isDevice)
  const isLost =
    /^nwipe$|sanitize|wipe/.test(name) ||
    args.some((arg) => destroysByWord.test(arg) && !/^-+format\b/.test(arg))
  return device !== undefined && isLost && !/\/[shv]d[A-Z]/.test(device)
    ? prepared(device, `${shown(name)} erases ${shown(device)}`)
    : []
}

function lossOf({ name, args, input, isElsewhere }: Invocation): readonly Finding[] {
  const device = args.find((arg) => isDevice(arg.replace(/^of=/, '')))
  const lost = (summary: string, severity: Finding['severity'] = 'critical') => [
    finding(NAME, 'destroy.device', severity, summary),
  ]
  if (name.startsWith('mkfs') || name === 'mke2fs' || name === 'newfs' || name === 'mkswap')
    return device === undefined || (/ext\d|mke2fs/.test(name) && args.includes('-n'))
      ? []
      : prepared(device, `makes a new file system on ${shown(device)}`)
  switch (name) {
    case 'dd': {
      const target = args.find((arg) => arg.startsWith('of='))?.slice(3)
      const source = args.find((arg) => arg.startsWith('if='))?.slice(3) ?? ''
      if (target === undefined || target === '/dev/null') return []
      const isWipe = /^\/dev\/(zero|u?random|null)$/.test(source)
      const place = placeOf(target)
      if (source === '/dev/zero' && place !== 'device' && !args.some((arg) => arg.startsWith('count=')))
        return [finding(NAME, 'destroy.filled', 'medium', `fills the disk through ${shown(target)}`)]
      if (place === 'device')
        return isWipe ? lost(`wipes ${shown(target)}`) : prepared(target, `writes over ${shown(target)}`)
      return place === 'system' ? lost(`writes over ${shown(target)}`) : []
    }
    case 'wipefs':
      return device !== undefined && args.some((arg) => /^(-[a-z]*[ao]|--all|--offset)/.test(arg))
        ? lost(`erases the signatures of ${shown(device)}`)
        : []
    case 'shred':
    case 'wipe':
    case 'scrub': {
      const paths = args.filter((arg) => !arg.startsWith('-') && placeOf(arg) !== 'project')
      const target = paths.find((path) => /device|root|system|home|personal/.test(placeOf(path)))
      if (target !== undefined) return lost(`shreds ${shown(target)}`)
      const key = args.find(isKey)
      return key === undefined
        ? []
        : [finding(NAME, 'destroy.personal', 'medium', `shreds the key ${shown(key)}`)]
    }
    case 'blkdiscard':
    case 'nvme':
    case 'hdparm':
    case 'cryptsetup': {
      const isErasing =
        name === 'blkdiscard' ||
        args.some((arg) =>
          /^(format|sanitize|erase|luksErase|luksFormat|luksKillSlot|luksRemoveKey|--security-erase\S*|--trim-sector-ranges)$/.test(
            arg,
          ),
        )
      return isErasing && device !== undefined ? prepared(device, `${name} erases ${shown(device)}`) : []
    }
    case 'fdisk':
    case 'sfdisk':
    case 'sgdisk':
    case 'gdisk':
    case 'parted': {
      const isErasing =
        writesTable(name, args, input) ||
        args.some((arg) => /^(-Z|-z|--zap\S*|--delete|-o|mklabel|mktable|rm)$/.test(arg)) ||
        (name === 'fdisk' && args.includes('-I')) ||
        (name === 'sgdisk' && args.includes('--clear')) ||
        (name === 'sfdisk' && /^\s*label\s*:/.test(input ?? ''))
      if (!isErasing || device === undefined) return []
      return lost(
        `${name} erases the partitions of ${shown(device)}`,
        isMadeUpDisk(device) ? 'low' : 'critical',
      )
    }
    case 'diskutil':
      return args.some((arg) =>
        /^(erase|zero|secureErase|reformat|partitionDisk|delete(?:Container|Volume|Snapshot|$)|randomDisk)/i.test(
          arg,
        ),
      )
        ? lost(
            `diskutil erases ${shown(device ?? args.at(-1) ?? '')}`,
            args.some(isMadeUpDisk) ? 'low' : 'critical',
          )
        : []
    case 'format':
    case 'Format-Volume':
    case 'Clear-Disk':
      return args.some((arg) => /^[A-Za-z]:$/.test(arg)) || name !== 'format'
        ? lost(`${name} erases a volume`)
        : []
    case 'gpart':
      return /^(?:destroy|delete)$/.test(args[0] ?? '')
        ? lost(`gpart changes the partitions of ${shown(args.at(-1) ?? '')}`, 'high')
        : []
    case 'zpool':
    case 'zfs':
    case 'lvremove':
    case 'vgremove':
    case 'pvremove':
    case 'btrfs':
    case 'mdadm': {
      const isErasing =
        /remove$/.test(name) ||
        args.some((arg) => /^(destroy|labelclear|--zero-superblock|rollback)$/.test(arg)) ||
        (name === 'mdadm' &&
          device !== undefined &&
          args.includes('--create') &&
          args.some((arg) => /^(?:--run|--force|-R|-f)$/.test(arg))) ||
        (name === 'zpool' && args[0] === 'create' && args.includes('-f') && device !== undefined) ||
        (name === 'zfs' &&
          /^(?:recv|receive)$/.test(args[0] ?? '') &&
          args.some((arg) => /^-\w*F/.test(arg))) ||
        (name === 'btrfs' &&
          /^(?:check .*--repair|check .*--init-\S+-tree|rescue zero-log)\b/.test(args.join(' '))) ||
        (name === 'btrfs' && /^su\w* (de\w*)$/.test(args.slice(0, 2).join(' ')))
      const isTest = /remove$/.test(name)
        ? args.some((arg) => arg === '-t' || arg === '--test')
        : /^z/.test(name) && args.some((arg) => /^-[a-z]*n[a-z]*$/.test(arg))
      if (!isErasing || isTest) return []
      // The physical volume in use, and the group that holds something, are not removed without a word more.
      const isHarmless = args.some(isMadeUpDisk) || (/^(?:pv|vg)remove$/.test(name) && !args.some(isUnasked))
      return [finding(NAME, 'destroy.storage', isHarmless ? 'low' : 'medium', `${name} destroys storage`)]
    }
    case 'badblocks':
      return device !== undefined && args.some((arg) => /^-[a-z]*w/.test(arg))
        ? prepared(device, `badblocks writes over ${shown(device)}`)
        : []
    case 'debugfs':
    case 'xfs_repair':
      return device !== undefined && args.some((arg) => arg === '-w' || arg === '-L')
        ? prepared(device, `${name} changes ${shown(device)} below its file system`)
        : []
    case 'kill':
      return args.some((arg) => arg === '-1') &&
        args.some((arg) => /^-(9|KILL|SIGKILL|s)$/.test(arg)) &&
        args.length < 4
        ? [finding(NAME, 'destroy.processes', 'high', 'kills every process')]
        : []
    case 'reboot':
    case 'shutdown':
    case 'halt':
    case 'poweroff':
      // What is set for later can be called off.
      return isElsewhere || args.some((arg) => /^(-c|--help|--cancel|\/a|\d\d:?\d\d)$/.test(arg))
        ? []
        : [halt(name === 'reboot' || args.some((arg) => /^(-r|--reboot)$/.test(arg)))]
    case 'init':
    case 'telinit':
      return /^[06]$/.test(args[0] ?? '') ? [halt(args[0] === '6')] : []
    case 'userdel':
    case 'deluser':
      return args.some((arg) => /^-\w*r|^--remove(-\S+)?$/.test(arg)) &&
        !args.some((arg) => arg.startsWith('--backup'))
        ? [finding(NAME, 'destroy.account', 'medium', 'deletes an account and its files')]
        : []
    case 'crontab':
      return args.includes('-r') || args.includes('/dev/null') || (args[0] === '-' && input?.trim() === '')
        ? [finding(NAME, 'destroy.schedule', 'medium', 'deletes every scheduled job')]
        : []
    case 'systemctl':
      return args.some((arg) => /^(poweroff|halt|reboot|kexec|emergency)$/.test(arg)) && !isElsewhere
        ? [halt(args.includes('reboot'))]
        : []
    default:
      return []
  }
}

/** Typed in for it: `d` or `o` or `g`, and `w` in the end; sfdisk takes a whole table. */
function writesTable(name: string, args: readonly string[], input: string | undefined): boolean {
  if (input === undefined || args.some((arg) => /^(-l|-d|--list|--dump|-n|--no-act|-s|-V)$/.test(arg)))
    return false
  if (name === 'sfdisk') return /\S/.test(input)
  return /fdisk$|^gdisk$/.test(name) && /^\s*[dogz]\s*$/m.test(input) && /^\s*[wy]\s*$/m.test(input)
}

/** What starts again by itself is work lost at most; what stays off needs somebody to come. */
const halt = (comesBack: boolean): Finding =>
  finding(
    NAME,
    'destroy.halt',
    comesBack ? 'low' : 'medium',
    `${comesBack ? 'restarts' : 'stops'} this machine`,
  )

const isUnasked = (arg: string) => /^(-\w*[fy]\w*|--force|--yes)$/.test(arg)

/** The same words set up a new disk and lose an old one: only a disk in use is certain loss. */
function prepared(device: string, summary: string): readonly Finding[] {
  const path = device.replace(/^of=/, '')
  if (isDisk(path)) return [finding(NAME, 'destroy.device', 'critical', summary)]
  return [finding(NAME, 'destroy.storage', isMadeUpDisk(path) ? 'low' : 'medium', summary)]
}
