import type { Finding } from '../../../finding.ts'
import { finding, shown } from '../detector.ts'
import { saysSo, type WindowsStatement } from '../windows/statements.ts'
import { secretFile } from './secret-files.ts'

const NAME = 'credential-read'

type Rule = readonly [line: RegExp, fact: string, severity: Finding['severity'], what: string]

/** Over an order as one line in small letters. MITRE ATT&CK T1003, T1552, T1555, T1558, T1040, T1056. */
const rules: readonly Rule[] = [
  [
    /^reg (save|export|copy)\b.*\b(hklm|hkey_local_machine)\\(sam|security|system)\b(?!\\(currentcontrolset|controlset))/,
    'hashes',
    'high',
    'saves password hashes',
  ],
  [
    /^(reg query|get-item(property)?|get-childitem|gci|gp|gi)\b.*\b(hklm|hkey_local_machine):?\\(sam|security)(\\|$| )/,
    'hashes',
    'high',
    'reads password hashes',
  ],
  [
    /^(reg query|get-itemproperty(value)?|gp|gpv)\b.*\\winlogon\b.*defaultpassword/,
    'search',
    'medium',
    'looks for passwords in the registry',
  ],
  [
    /\bset context persistent\b|\bexpose %\w+% \w:|\badd volume \w: alias\b/,
    'hashes',
    'medium',
    'makes a copy of a disk in use, where password hashes can be read',
  ],
  [/^rpcping\b.*[-\\]u ntlm/, 'token', 'medium', 'logs in at another machine for it to take down'],
  [
    /^(type|cat|gc|get-content|more)\b.*\\(inetpub\b.*\\(web|applicationhost|machine)\.config|cred(ential)?s?\.(txt|xml|json|csv)|passwords?\.(txt|xml|json|csv|docx?|xlsx?))/,
    'settings',
    'medium',
    'reads a file that keeps passwords',
  ],
  [
    /^\$env:\w*(secret|token|passw|api_?key|access_?key|private_?key)\w*$|^(write-(output|host)|echo)\b.*(\$env:|%)\w*(secret|token|passw|api_?key|access_?key|private_?key)\w*/,
    'printed',
    'medium',
    'shows a secret',
  ],
  [
    /getenvironmentvariables\(\).*\b(convertto-json|export-\w+|out-file|set-content|format-list \*)/,
    'environment',
    'medium',
    'prints the environment whole',
  ],
  [
    /^(az account get-access-token|gcloud auth (application-default )?print-\w*-?token|gh auth token|aws (configure export-credentials|secretsmanager get-secret-value)|vault kv get|op read|kubectl config view\b.*--raw)/,
    'store',
    'medium',
    'prints what it keeps secret',
  ],
  [/^select(-object)?\b.*\bdefaultpassword\b/, 'search', 'medium', 'looks for passwords in the registry'],
  [
    /^(where(-object)?|\?)\b.*\bname\b.*-c?i?(match|like)\b.*(key|token|secret|passw|cred)/,
    'environment',
    'medium',
    'looks for secrets among names',
  ],
  [
    /\\config\\(sam|security|system)\b|\bntds\.dit\b|\\windows\\ntds\b|^(?:ntdsutil|dsdbutil)\b.*\b(ifm|ac(tivate)? i(nstance)? ntds)\b/,
    'hashes',
    'high',
    'reads password hashes',
  ],
  [
    /^(vssadmin\b.*create shadow|diskshadow\b.*\\s|wmic\b.*shadowcopy call create)|win32_shadowcopy\b.*create|^wbadmin start backup\b.*(ntds|systemstate)/,
    'hashes',
    'medium',
    'makes a copy of a disk in use, where password hashes can be read',
  ],
  [
    /comsvcs(\.dll)?\b.*(minidump|#)|\blsass(\.exe)?\b.*\b(dump|mini|full|-ma|dmp)|\b(dump|-ma|minidump|out-minidump)\b.*\blsass\b/,
    'memory',
    'high',
    'dumps the memory that holds logins',
  ],
  [
    /^(procdump(64)?|createdump|rdrleakdiag|sqldumper|tttracer|dumpminitool(\.\w+)?|adplus|avdump|processdump|out-minidump|dumpert|xordump)\b .*\S|\b(outflank-)?dumpert\b|^(nanodump|out-minidump)\b|^werfault(secure)?\b.*\\(pid|encfile|s)\b|^(?!(pg|my|mongo|ldap|exp|imp)\w*)\w*dump\w*\b.*\.dmp\b/,
    'memory',
    'medium',
    'dumps the memory of another program',
  ],
  [
    /\bkiwissp\.log|\bmslaps-|\bsessiongopher\b|\badsync\.mdf|\bsecurecurrentpassword\b|\bget-remote(localaccounthash|cachedcredential|machineaccounthash)\b|\bget-privatekeys\b|\b(roadrecon|roadtx)\b.*(auth|prt|token)|\binvoke-(auth|refresh)\b|\b(sekurlsa|lsadump|kerberos|dpapi|crypto|vault|token)::\w+|privilege::debug|\b(invoke-)?mimikatz\b|\bmimikittenz\b|\brubeus\b|\bkekeo\b|\blazagne\b|sharp(dpapi|chrome|web|cookie|laps|secdump|katz|dump|kerb)\w*|\bwce(32|64)?\b -|\bwsass\b|\bsafetykatz\b|invoke-(kerberoast|dcsync|ninjacopy|wcmdump|sessiongopher|credentials?phish\w*|powerdump|dumpcreds)|get-(adreplaccount|gpppassword|gppautologon|azurepasswords|keystrokes|vaultcredential|lsasecret|lsasecrets|passhashes|passhints|credmandump|netntlm|userspn\w*|decodedpassword|bootkey)\b|\bpwdump|\bgsecdump\b|\bwce\b -|\bnirsoft\b|webbrowserpassview|\bnetpass\b/,
    'store',
    'high',
    'takes passwords out of the system',
  ],
  [
    /kerberosrequestorsecuritytoken|^setspn\b.*-q \*\\\*|^klist (export|tgt)\b|asrep/,
    'token',
    'medium',
    'asks for tickets to break',
  ],
  [
    /^cmdkey\b.*\\list|^vaultcmd\b.*\\list(creds|properties)?|keymgr\.dll|passwordvault|get-storedcredential|credential ?manager.*get-|\[windows\.security\.credentials/,
    'store',
    'medium',
    'reads the store of passwords',
  ],
  // Commands of PowerShell say what they do: a verb that takes, a noun that is secret.
  [
    /^(invoke|export|dump|steal|get|read|open|convertto|copy)-\w*(refreshto\w*token|tokenmanipulation|prttoken|usertoken|signingcertificate|ptaspylog|powerchrome|mailsearch|selfsearch|mimikatz\w*|inveigh\w*|synccredentials|cookie\w*|dpapi\w*|ntlm\w*hash\w*|thycotic\w*|vaultcred\w*)\b|^(get|dump|invoke|read|copy|out|show|extract|steal)-(?!credential\b|\w*(policy|filehash|reset))\w*(passwords?|passwordhash(es)?|credentials?|creds|lsasecrets?|cookies|keystrokes?|wlan-?keys?)\b/,
    'store',
    'medium',
    'takes passwords, by its name',
  ],
  [/^runas\b.*\\savecred/, 'store', 'medium', 'uses a password that Windows keeps for somebody'],
  [/^netsh wlan\b.*(key=clear|export profile)/, 'store', 'high', 'prints Wi-Fi passwords'],
  [
    /^(netsh trace start\b.*capture=yes|pktmon start\b|windump\b|tshark\b.*-[iwc]|new-neteventsession|add-neteventpacketcapture)/,
    'traffic',
    'medium',
    'records traffic with what it carries',
  ],
  [
    /promptforcredential|credui(prompt|promptfor)|\.getnetworkcredential\b.*\.?password|securestringtobstr|protecteddata\]?::unprotect|cryptunprotectdata|convertfrom-securestring\b.*-asplaintext/,
    'prompt',
    'medium',
    'makes a password readable',
  ],
  [
    /\bgetasynckeystate\b|setwindowshookex|\bkeylogger\b|get-keystrokes|start-keylogger/,
    'keys',
    'high',
    'records what is typed',
  ],
  [
    /^(appcmd\b.*list\b.*(\\config|\\text:\*|password)|aspnet_regiis\b.*-pdf)/,
    'store',
    'medium',
    'prints the passwords of a web server',
  ],
  [
    /^export-\w*(adfs\w*cert|signingcert|encryptioncert|privatekey)\w*|^(export-pfxcertificate|certutil\b.*-exportpfx|export-certificate\b.*pfx)|\.export\b.*pfx|certutil\b.*-backupkey/,
    'private-key',
    'medium',
    'takes private keys out of their store',
  ],
  [
    /^get-(azure|entra|graph|msgraph)\w*token\b|\.accesstoken\b|^get-az?\w*(accesstoken|automationcertificate|keyvaultsecret|storageaccountkey|publishingprofile\w*|automationcredential|automationvariable|secret|password|vmuserdata)\b|^get-(msol|mg)\w*(secret|password|credential)\b|^get-aadint\w*(token|password|secret|key|cred)\w*|admpwd|get-laps\w*|get-adserviceaccount\b.*managedpassword|msds-managedpassword/,
    'store',
    'medium',
    'prints what a directory or cloud keeps secret',
  ],
  [
    /\b(unattend(ed)?\.xml|sysprep\.(inf|xml)|sitelist\.xml|groups\.xml|scheduledtasks\.xml|datasources\.xml|winscp\.ini|confcons\.xml|recentservers\.xml|sitemanager\.xml|consolehost_history\.txt|ultravnc\.ini|mobaxterm\.ini|\.rdg\b)/,
    'settings',
    'medium',
    'reads a file that keeps passwords',
  ],
  [
    /^reg query\b.*(\\winlogon\b.*defaultpassword|simontatham\\putty|martin prikryl|software\\teamviewer|openssh\\agent|mremoteng|winvnc|realvnc|tightvnc|\\osk\b|\bpassword\b.*\\s\b|\\f (password|pass|pwd)\b|terminal server client\\servers)/,
    'search',
    'medium',
    'looks for passwords in the registry',
  ],
  [
    /^(findstr|select-string|sls)\b.*(passw|\bpass\b|\bpwd?\b|secret|credential|api_?key|token)/,
    'search',
    'medium',
    'looks for passwords in files',
  ],
  [
    /^(dir|where|get-childitem|gci|ls)\b.*(\*pass\*|(?=.*( (-path )?'?"?(\w:\\|~|\$home|\$env:userprofile|%userprofile%)))(-filter|-include) '?"?(\*?\.env\b|id_\w+|\.npmrc|\.git-credentials|credentials\b|\*\.pem)|\*cred\*|\*secret\*|\*\.kdbx|\*\.rdp|\*\.vnc|\*password\*|web\.config|\*\.pfx|\*\.ppk)/,
    'search',
    'medium',
    'looks for files of secrets',
  ],
  [
    /\\microsoft\\(credentials|protect|vault|crypto\\rsa)\\?|\\(google\\chrome|microsoft\\edge|bravesoftware\\\S+|chromium)\\user data\\.*(login data|local state|cookies|web data)|mozilla\\firefox\\profiles\\.*(cookies\.sqlite|logins\.json|key[34]\.db|-destination)|\\\.(aws|azure|kube|ssh)\\(credentials|config|accesstokens\.json|msal_token_cache\S*|azureprofile\.json|id_\w+)$/,
    'browser',
    'high',
    'reads what browsers or programs keep secret',
  ],
  // A profile whole, handed to anything but a listing or the browser itself.
  [
    /^(?!(dir|ls|gci|get-childitem|cd|start|explorer|chrome|msedge|firefox)\b)[^=]*\\(user data\\(default|profile \d+)|firefox\\profiles(\\[\w*.-]*)?)\\?( |$)/,
    'browser',
    'medium',
    'takes what a browser keeps of its user',
  ],
]

/** What only looks whether something is there, or takes it away. */
const leaves =
  /^(test-path|if|write-host|write-output|echo|rem|remove-item|del|rm|erase|md|mkdir|new-item|set-acl|import-module|install-module|cd|ssh|ssh-add|ssh-keygen|plink)$/

const codeFile =
  /\.(ts|tsx|js|jsx|mjs|cjs|cs|vb|fs|py|java|kt|go|rs|rb|php|c|h|cc|cpp|hpp|swift|scala|html|css|vue|svelte|md)$/i

/** `findstr /s password src\*.ts`: a word looked up in the code at hand, as with grep. */
function staysInCode(args: readonly string[]): boolean {
  const files = args.filter((arg) => /[\\/.*]/.test(arg) && !/^[-/]\w/.test(arg))
  return files.length > 0 && files.every((file) => codeFile.test(file) && !/^([a-z]:|[\\/~%$])/i.test(file))
}

/** What is said aloud all the same: a password made readable, a variable that is a secret by its name. */
const saysSecret =
  /getnetworkcredential|^(echo|write-(host|output))\b.*(\$env:|%)\w*(secret|token|passw|api_?key|access_?key|private_?key)\w*/

export function ofWindows(statement: WindowsStatement): readonly Finding[] {
  const { name, line, args } = statement
  if (leaves.test(name) && !saysSecret.test(line)) return none
  if (/^(findstr|select-string|sls)$/.test(name) && staysInCode(args)) return none
  const rule = rules.find(([pattern]) => saysSo(pattern, statement))
  if (rule !== undefined)
    return [finding(NAME, `credential.${rule[1]}`, rule[2], `${shown(name)} ${rule[3]}`)]
  const path = args.find((arg) => arg.includes('\\') && secretFile(asUnix(arg))?.severity === 'high')
  return path === undefined
    ? none
    : [finding(NAME, 'credential.browser', 'medium', `${shown(name)} is given ${shown(path)}`)]
}

/** Settings of a person on Windows, as where other systems keep them. */
function asUnix(path: string): string {
  return path
    .replaceAll('\\', '/')
    .replace(/^(\$env:(local)?appdata|%(local)?appdata%)/i, '~/.config')
    .replace(/^(\$env:userprofile|\$home|%userprofile%)/i, '~')
}

const none: readonly Finding[] = []
