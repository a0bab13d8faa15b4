import type { Finding } from '../../../finding.ts'
import { finding, shown } from '../detector.ts'
import { saysSo, type WindowsStatement } from '../windows/statements.ts'

const NAME = 'upload'

type Rule = readonly [line: RegExp, fact: string, what: string]

/** Over an order as one line in small letters, slashes as Windows writes them. */
const rules: readonly Rule[] = [
  [
    /\b(invoke-webrequest|invoke-restmethod|iwr|irm|curl|wget)\b.*(-infile|-form\b| -t \S|--upload-file| -f \S*=@|-(method|me?|x) '?(post|put)\b.*-(body|b)\b|-body\b.*-(method|x) '?(post|put))/,
    'upload.program',
    'sends something away',
  ],
  [
    /\.upload(file|string|data|values)\b|\.getrequeststream\b|\.(post|put)async\b|\.storbinary\b/,
    'upload.program',
    'sends something away',
  ],
  [
    /^(invoke|do|add|start|send|out)-\w*(upload|exfil)\w*|^send-mailmessage\b|\.send\b.*mailmessage|mail\.attachment|net\.mail\./,
    'upload.file',
    'sends something by mail',
  ],
  [
    /^(bitsadmin\b.*\\upload|start-bitstransfer\b.*upload|certreq\b.*-post|ftp\b.*-s:|tftp\b.* put |winscp\b.*put|pscp\b|configsecuritypolicy\b|datasvcutil\b)/,
    'upload.file',
    'hands a file to another machine',
  ],
  [
    /^(copy|xcopy|robocopy|copy-item|cp|cpi|move|move-item|move)\b.* \\(?!localhost|127\.)(\d{1,3}(\.\d{1,3}){3}|[\w.-]+)\\[\w$-]+/,
    'upload.copy',
    'copies to a folder of another machine',
  ],
  [
    /^net1? use\b.* https?:\\(?!localhost|127\.)|^net1? use\b.* \\(?!10\.|192\.168\.|172\.|127\.)(\d{1,3}(\.\d{1,3}){3}|[\w-]+(\.[\w-]+)*\.(?!local|lan|corp|internal|test)[a-z]{2,})(@\w+)?\\/,
    'upload.copy',
    'makes a folder of a far machine one of this',
  ],
  [
    /^(invoke-webrequest|invoke-restmethod|iwr|irm|curl|wget)\b.*[?&](d|data|b64|enc|x|payload|exfil|file|content|body)=\$\w/,
    'upload.program',
    'puts data into an address',
  ],
  [
    /^net1? share [^\s=]+=\S|^new-smbshare\b/,
    'upload.served',
    'gives a folder to whoever comes over the network',
  ],
  [
    /^\S+ .*> ?\\(?!localhost|127\.|\.|\?|(home|root|users|etc|usr|var|tmp|opt|dev|proc|mnt|srv|run|sys|bin|app|data|workspace|github)\\)[\w.-]+\\[\w$.-]+\\/,
    'upload.copy',
    'copies to a folder of another machine',
  ],
  [/^certutil\b.*-encode(hex)?\b/, 'upload.prepared', 'writes a file out as text'],
  [/networkinformation\.ping\b|\.send\b.*getbytes|icmp/, 'upload.names', 'carries data in packets'],
  [
    /^(resolve-dnsname|nslookup)\b.*(\$|\+)|\[(system\.)?net\.dns\]::\w+.*(whoami|hostname|\$env:|tobase64|tostring)/,
    'upload.names',
    'looks up a name made of data',
  ],
  [
    /^(rclone|megacmd|megasync|dropbox|filezilla|winscp|restic)\b.*\b(copy|sync|put|upload|backup|move)\b/,
    'upload.file',
    'carries files to a store elsewhere',
  ],
]

/** What a build made, or lies in the folder at hand, to a server of the own network: `copy dist\app.exe \\build\share`. */
const toOwnShare =
  /^(copy|xcopy|robocopy|copy-item|cp|cpi) (?:[-\\]\w+ )*'?"?(?![a-z]:|\\|%|~|\$)[\w.-]+(?:\\[\w.*-]+)*'?"? '?"?\\[a-z][\w-]*\\(?![\w.]*\$)[\w-]/
const mattersOn =
  /\.(kdbx?|pst|ost|dmp|sqlite3?|db|mdb|bak|csv|xlsx?|docx?|pdf|pem|key|pfx|ppk|hiv)\b|passw|secret|cred/

export function ofWindows(statement: WindowsStatement): readonly Finding[] {
  const { name, line, whole } = statement
  if (/\b(localhost|127\.0\.0\.1)\b/.test(line + whole)) return []
  if (toOwnShare.test(line) && !mattersOn.test(line)) return []
  const rule = rules.find(([pattern]) => saysSo(pattern, statement))
  return rule === undefined ? [] : [finding(NAME, rule[1], 'medium', `${shown(name)} ${rule[2]}`)]
}
