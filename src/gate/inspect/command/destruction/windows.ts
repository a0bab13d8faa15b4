import type { Finding } from '../../../finding.ts'
import { finding, shown } from '../detector.ts'
import type { WindowsStatement } from '../windows/statements.ts'

const NAME = 'destruction'

const lost = (fact: string, severity: Finding['severity'], summary: string): readonly Finding[] => [
  finding(NAME, fact, severity, summary),
]
const none: readonly Finding[] = []

/** What orders of cmd and PowerShell would destroy, each alone and with what it is handed. */
export function windowsLoss(statements: readonly WindowsStatement[]): readonly Finding[] {
  let findings = none
  for (const [at, statement] of statements.entries()) {
    const found = ofStatement(statement, statements, at)
    if (found.length > 0) findings = [...findings, ...found]
  }
  return findings
}

type Rule = (
  line: string,
  statement: WindowsStatement,
  all: readonly WindowsStatement[],
  at: number,
) => readonly Finding[]

function ofStatement(
  statement: WindowsStatement,
  all: readonly WindowsStatement[],
  at: number,
): readonly Finding[] {
  const { name, line } = statement
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
  const found = rule === undefined ? none : rule(line, statement, all, at)
  if (found.length > 0) return found
  if (endsThings.test(name)) {
    const every = ofEvery(line, name, all[at - 1])
    if (every.length > 0) return every
  }
  if (rule === undefined && /^(remove|clear|uninstall|delete)-/.test(name)) return removed(line, name)
  return line.includes('delete') && /\bdelete\b/.test(line) ? deletedCall(line, all, at) : none
}

/** Verbs of PowerShell that take something away or stop it. */
const endsThings =
  /^(?:remove|disable|stop|unregister|clear|uninstall|dismount|reset|delete|revoke|suspend)-(?!job|module|variable|event$|breakpoint|pssession|alias|history|item$|host|dnsclientcache|typedata|psdrive|transcript|computer$)/
/** A list of all that there are of a kind: nothing in its words picks some out. */
const everything =
  /^get-\w+(?: -(?:filter|name|identity|displayname|vmname) ["']?\*["']?| -(?:allusers|all|force|includeallsubfeature|online))*$/
const noTarget =
  /^\S+(?: -(?:force|confirm:?\S*|turnoff|erroraction \S+|passthru|removedata|allusers|whatif:\S*))*$/

/** `Get-Service | Stop-Service`, `Disable-NetAdapter -Name *`. */
function ofEvery(line: string, name: string, before: WindowsStatement | undefined): readonly Finding[] {
  if (/ -whatif(?!:\$?false)/.test(line)) return none
  const isHandedAll = before !== undefined && everything.test(before.line) && noTarget.test(line)
  return isHandedAll ||
    / -(?:name|identity|displayname|logname|vmname|all\b) ?["']?(?:\*["']?(?: |$)|$)/.test(`${line} `)
    ? lost('destroy.service', 'medium', `${shown(name)} is handed all that there are`)
    : none
}

const backups = (summary: string) => lost('destroy.service', 'critical', summary)
const boot = (summary: string) => lost('destroy.boot', 'high', summary)
const when =
  (pattern: RegExp, findings: readonly Finding[]): Rule =>
  (line) =>
    pattern.test(line) ? findings : none

/** Where people and the system keep their own, as far down as it is theirs alone. */
const placeWord = String.raw`(?:["' ]|^|-\w+:?)(?:[a-z]:\\?(?:\*(?:\.\*)?)?|[a-z]:\\(?:windows|users|program files(?: \(x86\))?|programdata)(?:\\(?:system32|\*|[^\\ ]+))?\\?(?:\*(?:\.\*)?)?|(?:%userprofile%|\$env:userprofile|\$home|~|(?:%systemroot%|\$env:systemroot|%windir%|\$env:windir)(?:\\system32)?|%systemdrive%|\$env:systemdrive|%homedrive%|%homepath%|%programfiles%)\\?(?:\*(?:\.\*)?)?)(?:["' ]|$)`
const ownPlace = new RegExp(placeWord)
const personalPlace =
  /(?:[a-z]:\\users\\[^\\ ]+|%userprofile%|\$env:userprofile|\$home|~)\\(?:documents|desktop|downloads|pictures|music|videos|onedrive|appdata|\.ssh|\.aws|\.kube|source)\\?(?:\*(?:\.\*)?)?(?:["' ]|$)/
/** A folder by its whole path, a level or two below a drive or a share: nobody's build output, which has a name for it. */
const plainFolder =
  /(?:^|["' ])(?:[a-z]:\\(?!windows\\temp|temp\b|tmp\b|dev\\|build)[^\\"' ]+(?:\\[^\\"' ]+){0,2}|[a-z]:\\users\\[^\\"' ]+\\(?:source|repos|projects|code|work|documents)(?:\\[^\\"' ]+){0,2}|\\[\w.-]+\\[^\\"' ]+(?:\\[^\\"' ]+){0,2})\\?(?:\*(?:\.\*)?)?(?=["' ]|$)/
const renewed =
  /\\(?:node_modules|bin|obj|dist|build\w*|out|output|target|debug|release|te?mp\w*|\.?cache\w*|packages|\.vs|\.git|\.venv|venv|logs?|coverage|artifacts|downloads|__pycache__|generated|_work|actions-runner|workspace|jenkins|agent\w*|appdata)(?:\\|["' ]|$)/
/** What Windows starts from, at the top of its drive. */
const bootFile = /[a-z]:\\(?:bootmgr|ntldr|boot\.ini|ntdetect\.com|boot\\bcd|bootnxt)(?:["' ]|$)/
const backupFiles =
  /\\?\*\.(?:vhdx?|bac|bak|wbcat|bkf|vbk|vib|vbm|set|win|dsk|backup)\b|\\backup\*|[a-z]:\\backups?\\?(?:\*|["' ]|$)/

/** Files of the system by their kind, and whatever a loop over a whole place finds. */
const systemKinds =
  /(?:[a-z]:\\windows|%systemroot%|%windir%|\$env:(?:systemroot|windir))\\(?:system32\\)?\*\.(?:dll|exe|sys|\*)/
const loopOver = /^for \\r (?:[a-z]:\\?|%userprofile%\\?|[a-z]:\\(?:users|windows)\S*) /

function removal(isRecursive: RegExp): Rule {
  return (written, { whole }) => {
    const line = written.replace(/\\[^\\ "']+\\\.\.(?=\\|$)/g, '')
    if (loopOver.test(whole)) return lost('destroy.system', 'critical', `deletes what ${shown(whole)} finds`)
    if (/\\\?|(^| )-whatif/.test(line)) return none
    if (bootFile.test(line)) return boot('deletes what the machine starts from')
    if (backupFiles.test(line)) return lost('destroy.service', 'high', 'deletes backups')
    if (!isRecursive.test(line)) return none
    if (
      /\b(hklm|hkcu|hkcr|hku):\\?((software|system)\\(microsoft|policies|classes|currentcontrolset)|\w+)?\\?\*?( |$)/.test(
        line,
      )
    )
      return registry()
    if (/[ "'\\]\.git\\?(?:["' ]|$)/.test(line))
      return lost('destroy.repository', 'high', 'deletes the repository itself')
    if (ownPlace.test(line) || systemKinds.test(line))
      return lost('destroy.system', 'critical', `deletes what is under ${shown(line)}`)
    if (personalPlace.test(line))
      return lost('destroy.personal', 'high', `deletes what is under ${shown(line)}`)
    return isPlainFolder(line)
      ? lost('destroy.outside', 'medium', `deletes what is under ${shown(line)}`)
      : none
  }
}

const isPlainFolder = (line: string) => plainFolder.test(line) && !renewed.test(line)

/** Certificates stand in a tree too. */
const itemOf: Rule = (line, ...rest) =>
  /\bcert:\\\w+\\\w+\\?\*/.test(line) && !/ -whatif/.test(line)
    ? lost('destroy.personal', 'medium', 'deletes every certificate of a store')
    : recursiveItem(line, ...rest)

const registry = () => lost('destroy.system', 'critical', 'deletes a whole branch of the registry')
const recursiveDelete = removal(/ \\s\b/)
const recursiveItem: Rule = (line, statement, all, at) => {
  const own = removal(/ -r/)(line, statement, all, at)
  if (own.length > 0) return own
  // Without a path it removes what it is handed, also one by one in a loop.
  const listing = all
    .slice(Math.max(0, at - (line.includes('$_') ? HANDED_MAX : 1)), at)
    .findLast(({ name }) => /^(get-childitem|gci|dir|ls|get-item|gi)$/.test(name))
  if (listing === undefined || / -(filter|include|older|name)|where|-whatif/.test(`${listing.line} ${line}`))
    return none
  if (!/ -r/.test(listing.line) && !/ -r/.test(line)) return none
  if (/^\S+( -\w+)*$/.test(listing.line)) return lost('destroy.here', 'high', 'deletes everything here')
  if (ownPlace.test(listing.line) || personalPlace.test(listing.line))
    return lost('destroy.personal', 'high', `deletes everything that ${shown(listing.line)} lists`)
  return isPlainFolder(listing.line)
    ? lost('destroy.outside', 'medium', `deletes everything that ${shown(listing.line)} lists`)
    : none
}

/** `Get-WmiObject Win32_ShadowCopy | ForEach { $_.Delete() }`: the list is one order, the removal another. */
function deletedCall(line: string, all: readonly WindowsStatement[], at: number): readonly Finding[] {
  if (isHanded(all, at, /win32_shadowcopy/)) return backups('deletes shadow copies')
  // The framework's own words for the same, of a path or of each thing of a list.
  const named = line.replace(/[(),]/g, ' ')
  if (
    /directory\]?::delete|\.delete +\$?true|\bdelete \$?true/.test(named) &&
    (ownPlace.test(named) || personalPlace.test(named))
  )
    return lost('destroy.personal', 'high', `deletes what is under ${shown(line)}`)
  if (/directory\]?::delete/.test(named) && isPlainFolder(named))
    return lost('destroy.outside', 'medium', `deletes what is under ${shown(line)}`)
  const listing = all
    .slice(Math.max(0, at - HANDED_MAX), at)
    .findLast(({ name }) => /^(get-childitem|gci|dir|ls)$/.test(name))
  return listing !== undefined &&
    /file\]?::delete|\$_.*delete/.test(line) &&
    !/ -(filter|include|older)|where/.test(listing.line) &&
    (ownPlace.test(listing.line) || personalPlace.test(listing.line))
    ? lost('destroy.personal', 'high', `deletes everything that ${shown(listing.line)} lists`)
    : none
}

const HANDED_MAX = 4

function isHanded(all: readonly WindowsStatement[], at: number, what: RegExp): boolean {
  return all.slice(Math.max(0, at - HANDED_MAX), at + 1).some(({ whole }) => what.test(whole))
}

const instance: Rule = (_, __, all, at) => {
  if (isHanded(all, at, /win32_shadowcopy/)) return backups('deletes shadow copies')
  return isHanded(all, at, /win32_(userprofile|volume|logicaldisk|account)/)
    ? lost('destroy.account', 'medium', 'deletes an account or a volume')
    : none
}

/** Only shown. */
const looking = /^(?:(?:list|select|detail|rescan|exit|help|rem|san|online|attributes?|uniqueid)\b.*|)$/
const diskpart: Rule = (line, __, all) => {
  if (/ \\\?$/.test(line)) return none
  const isCleaning = all.some(({ whole }) =>
    /(^|echo |[ "])(clean( all)?|format (quick|fs=\w+).*|delete (partition|volume|disk)( override)?)( ?>.*)?( |"|$)/.test(
      whole,
    ),
  )
  return isCleaning
    ? lost('destroy.device', 'critical', 'diskpart erases a disk')
    : all.every(({ name, line: each }) => name === 'diskpart' || looking.test(each.replace(/^echo /, ''))) &&
        all.length > 1
      ? none
      : lost('destroy.storage', 'medium', 'diskpart runs a script over disks')
}

/** Nouns of PowerShell that name what others rely on, with the prefix of any module before them. */
const kept =
  /^(?:remove|clear|uninstall|delete)-\w*?(?:vm|vmsnapshot|vmcheckpoint|vmharddiskdrive|user|computer|group|object|organizationalunit|forest|resourcegroup|bucket|database|server|cluster|disk|partition|volume|vdisk|snapshot|checkpoint|mailbox|mailboxdatabase|account|site|sitecollection|zone|vault|secret|app|application|webapp|table|queue|topic|subscription|domain|storagepool|filesystem|filesharing|recoverypoint|restorepoint|backup\w*|image|instance|stack|namespace|tenant|team|list|container|blob|repository|function|key|hostedzone|loggroup|userpool|service|feature|controller|website|iissite|ipaddress|netroute|share|rolegroup|scope|apppool|policy|forest|trust|package)s?$/
const localNouns =
  /-(?:appxpackage|package|itemproperty|localgroupmember|adgroupmember|psreadlinekeyhandler|item\w*|module|variable)$/

function removed(line: string, name: string): readonly Finding[] {
  if (/ -whatif/.test(line) || localNouns.test(name) || !kept.test(name)) return none
  return lost('destroy.service', 'medium', `${shown(name)} removes what others rely on`)
}

const request: Rule = (line) =>
  / -method:? ["']?delete\b/.test(line) && !/localhost|127\.0\.0\.1/.test(line)
    ? lost('destroy.service', 'medium', 'asks a server to delete')
    : none

const account = when(
  /^net1? user \S+ .*\\(?:del|active:no)|^net1? (?:localgroup|group) \S+ .*\\del|^net1? share \S+ .*\\del/,
  lost('destroy.account', 'medium', 'deletes an account, a member of a group or a share'),
)

const shadows: Rule = (line) =>
  /\bdelete shadows\b|\bresize shadowstorage\b.*maxsize=(?!unbounded)/.test(line)
    ? backups('deletes shadow copies')
    : none

const rules: Readonly<Record<string, Rule>> = {
  vssadmin: shadows,
  wmic: (line) =>
    /\bshadowcopy\b.*\bdelete\b/.test(line)
      ? backups('deletes shadow copies')
      : /\b(?:logicaldisk|volume)\b.*\bcall format\b/.test(line)
        ? lost('destroy.device', 'critical', 'formats a volume')
        : /\b(?:useraccount|sysaccount|userprofile|group)\b.*\bdelete\b/.test(line)
          ? lost('destroy.account', 'medium', 'deletes an account')
          : /\bprocess\b.*\blike ['"]?%['"]?.*\bdelete\b/.test(line)
            ? lost('destroy.processes', 'medium', 'kills every process')
            : none,
  wbadmin: when(/^wbadmin delete /, backups('deletes backups')),
  diskshadow: (line, _, all) =>
    all.some(({ whole }) => /\bdelete shadows\b/.test(whole)) || /\\s\b/.test(line)
      ? backups('deletes shadow copies')
      : none,
  'remove-wmiobject': instance,
  rwmi: instance,
  'remove-ciminstance': instance,
  rcim: instance,
  'invoke-cimmethod': (line, statement, all, at) =>
    /\bdelete\b/.test(line) ? instance(line, statement, all, at) : none,
  'disable-computerrestore': () => boot('switches restore points off'),
  'delete-computerrestorepoint': () => backups('deletes restore points'),
  reagentc: when(/\\disable\b/, boot('switches recovery off')),
  bcdedit: when(
    /recoveryenabled (no|off|0)|ignoreallfailures|\\delete|\\deletevalue|\\set .*(safeboot|winpe|nointegritychecks)\b/,
    boot('changes how the machine starts'),
  ),
  taskkill: when(
    / \\im (?:\*|(?:lsass|csrss|wininit|winlogon|smss|services|svchost)\b)/,
    lost('destroy.processes', 'medium', 'kills every process, or what others hang on'),
  ),
  'remove-bitlockerkeyprotector': () => boot('locks the disk'),
  mountvol: when(/ [a-z]:\S* \\[dp]\b/, lost('destroy.storage', 'medium', 'takes a volume off')),
  xcopy: when(/^xcopy nul /, lost('destroy.emptied', 'medium', 'empties files')),
  copy: when(
    /^copy (?:\\\w )*nul [a-z]:\\(?:windows|users|boot|programdata)\b/,
    lost('destroy.emptied', 'medium', 'empties a file of the system'),
  ),
  netsh: when(
    /^netsh interface set interface .*\b(?:disable|admin=disabled)|blockinbound,? ?blockoutbound|^netsh advfirewall reset/,
    lost('destroy.halt', 'medium', 'cuts this machine off'),
  ),
  route: when(/^route (?:delete 0\.0\.0\.0|-f\b)/, lost('destroy.halt', 'medium', 'cuts this machine off')),
  schtasks: when(
    /\\delete\b.* \\tn \*|(\\delete|\\disable)\b.*systemrestore|systemrestore.*(\\delete|\\disable)\b/,
    boot('switches restore points off'),
  ),
  'manage-bde': when(/-(forcerecovery|protectors.*-delete)\b/, boot('locks the disk')),
  format: when(/^format [a-z]:(?= |$)/, lost('destroy.device', 'critical', 'formats a volume')),
  'format-volume': () => lost('destroy.device', 'critical', 'formats a volume'),
  'clear-disk': () => lost('destroy.device', 'critical', 'erases a disk'),
  'initialize-disk': () => lost('destroy.device', 'high', 'makes a disk new'),
  'remove-partition': () => lost('destroy.device', 'critical', 'removes a partition'),
  diskpart,
  cipher: when(/ \\w:/, lost('destroy.device', 'high', 'overwrites what could be recovered')),
  sdelete: when(/ -[a-z]| \\/, lost('destroy.personal', 'high', 'overwrites files for good')),
  sdelete64: when(/ -[a-z]| \\/, lost('destroy.personal', 'high', 'overwrites files for good')),
  fsutil: when(
    /\bfile setzerodata\b|\bvolume (dismount|deletefile)/,
    lost('destroy.emptied', 'medium', 'overwrites a file'),
  ),
  del: recursiveDelete,
  erase: recursiveDelete,
  rd: recursiveDelete,
  rmdir: recursiveDelete,
  'remove-item': itemOf,
  ri: itemOf,
  rm: itemOf,
  reg: (line) =>
    /^reg delete (hklm|hkcr|hkcu|hku|hkey_\w+)(\\(software\\(microsoft|classes|policies)|system\\currentcontrolset\\services\\[\w-]+|software|system|system\\(currentcontrolset|setup)|system\\currentcontrolset\\(services|control)|sam|security|system\\currentcontrolset\\control\\safeboot\S*))?( \\f| \\va)*$/.test(
      line,
    )
      ? registry()
      : none,
  takeown: when(
    / [a-z]:\\(windows\S*)?( |$).*\\r\b|\\r\b.* [a-z]:\\(windows\S*)?( |$)/,
    lost('destroy.ownership', 'medium', 'takes the system over'),
  ),
  icacls: when(
    / [a-z]:\\(windows|users|\*)?\\?( |$).*(\\t|\\reset|\\deny)\b/,
    lost('destroy.permissions', 'high', 'changes every permission'),
  ),
  robocopy: (line, _, all) => {
    if (!/ \\(mir|purge)\b/.test(line) || / \\l\b/.test(line)) return none
    const source = line.split(' ')[1] ?? ''
    const isMade = all.some(({ line: each }) => each === `mkdir ${source}` || each === `md ${source}`)
    return isMade ||
      /^robocopy \S*(empty|blank|null)\S* /.test(line) ||
      ownPlace.test(line.replace(/^robocopy \S+ /, ''))
      ? lost('destroy.personal', 'high', 'mirrors over a folder and deletes the rest')
      : none
  },
  net: account,
  net1: account,
  'clear-recyclebin': () => lost('destroy.emptied', 'medium', 'empties the recycle bin'),
  'reset-physicaldisk': () => lost('destroy.device', 'high', 'erases a disk'),
  'remove-itemproperty': when(
    /\bhk(lm|cu|cr|u):.* -name ["']?\*/,
    lost('destroy.system', 'high', 'deletes every value of a key of the registry'),
  ),
  'invoke-restmethod': request,
  irm: request,
  'invoke-webrequest': request,
  iwr: request,
  'search-mailbox': when(/ -deletecontent/, lost('destroy.service', 'medium', 'deletes mail')),
  certutil: when(/ -delstore /, lost('destroy.personal', 'medium', 'deletes a certificate')),
  'restore-sqldatabase': when(
    / -replacedatabase/,
    lost('destroy.service', 'medium', 'writes over a database'),
  ),
  forfiles: (line) =>
    / \\s\b/.test(line) &&
    / (?:del|erase|rd|rmdir) /.test(line) &&
    !/ \\(?:d|m) /.test(line) &&
    ownPlace.test(line)
      ? lost('destroy.system', 'critical', `deletes what ${shown(line)} finds`)
      : none,
  wsl: when(/ (--|\\)unregister /, lost('destroy.service', 'medium', 'deletes a whole machine of Linux')),
  bootsect: when(/ \\force/, boot('writes over what the machine starts from')),
  'clear-content': when(
    / (-path )?["']?(?:(?:[a-z]:\\\S*\\)?\*|[a-z]:\\windows\\)/,
    lost('destroy.emptied', 'medium', 'empties every file here'),
  ),
  'set-content': when(
    /^set-content (-path )?["']?[a-z]:\\windows\\/,
    lost('destroy.system', 'high', 'writes over a file of the system'),
  ),
  sc: when(
    /\bdelete (eventlog|windefend|mpssvc|wuauserv|bits|vss|lanmanserver|dhcp|dnscache|rpcss|schedule)\b/,
    lost('destroy.boot', 'medium', 'deletes a service of the system'),
  ),
  'stop-computer': () => lost('destroy.halt', 'medium', 'stops the machine'),
  dsrm: () => lost('destroy.account', 'medium', 'deletes from the directory'),
}
