import type { Finding } from '../../../finding.ts'
import { finding, shown } from '../detector.ts'
import { saysSo, type WindowsStatement } from '../windows/statements.ts'

const NAME = 'persistence'

type Rule = readonly [line: RegExp, fact: string, severity: Finding['severity'], what: string]

const writesRegistry =
  /^(reg (add|import|copy|restore)|new-itemproperty|set-itemproperty|sp|new-item|set-item|ni|si|regini|copy-item|rename-itemproperty)\b|\[microsoft\.win32\.registry|registry\]?::setvalue|\.setvalue\b|\.regwrite\b|stdregprov|^wmic\b.*stdregprov/

/** Keys that the system, a login, a program or an event reads to find out what to start. T1547, T1546, T1112, T1574. */
const startKeys =
  /currentversion\\(run|runonce|runonceex|runservices\w*)\b|\\winlogon\b|image file execution options|silentprocessexit|\\services\\|appinit_dlls|appcertdlls|control\\lsa\b|currentversion\\windows\b.*\b(load|run)\b|active setup|\\shell\\(open|runas|\w+)\\command|(inproc|local)server(32)?\b|\\treatas\b|scrnsave\.exe|userinitmprlogonscript|cor_(profiler|enable_profiling)|shell folders|browser helper objects|policies\\(explorer\\run|system)\b|session manager\b|print\\(monitors|printers|environments)|\\netsh\b|timeproviders|securityproviders|\\outlook\\|office test\\|\\(word|excel|powerpoint|access|visio)\\(security|options|addins)|command processor|terminal server|\\svchost\b|\\amsi\\providers|telemetrycontroller|aedebug|windows error reporting|htmlhelp|networkprovider|credential providers|gpextensions|\\bootverificationprogram|safeboot|context\w*handlers|shellserviceobject|sharedtaskscheduler|disableua?c|enablelua|recyclebin|\\clsid\\|appcompatflags\\(custom|installedsdb)/

/** A value that is a program: what reads it starts it. */
const programValue =
  /\.(exe|dll|scr|bat|cmd|ps1|vbs|js|cpl|hta|sct|wll|xll|ocx|sys)\b|\b(powershell|mshta|rundll32|regsvr32|wscript|cscript)\b/

const rules: readonly Rule[] = [
  [
    /^\w+-\w*(backdoor|persisten(ce|t)|malicious|implant|rootkit)\w*/,
    'persist.event',
    'high',
    'leaves a way back in, by its name',
  ],
  [
    /^(schtasks\b.*\\(create|change)\b|(new|register|set)-scheduledtask\w*|register-scheduledjob|at \\|at \d{1,2}:)|ps_scheduledtask|schedule\.service|\.registertask/,
    'persist.schedule',
    'high',
    'makes a scheduled task',
  ],
  [
    /^(sc|sc\.exe)\b.*\b(create|config\b.*binpath|failure\b.*command|sdset)\b|^(new-service|set-service\b.*-binarypathname)|win32_service\b.*\b(create|change)\b|^wmic\b.*service\b.*call (create|change)|installutil\b.*\.exe/,
    'persist.service',
    'high',
    'makes or changes a service',
  ],
  [
    /__eventfilter|(commandline|activescript)eventconsumer|filtertoconsumerbinding|^register-(wmi|cimindication|engine)\w*event|^mofcomp\b|^set-wmiinstance\b.*subscription|root\\subscription/,
    'persist.event',
    'high',
    'has something run on an event',
  ],
  [
    /(\\start menu\\programs\\startup|startm~1\\programs\\startup|getfolderpath\b.*startup|shell:startup|shell:common startup)/,
    'persist.login',
    'high',
    'puts something where it is opened at every login',
  ],
  [
    /^net1? (user|group|localgroup)\b(?! "?docker-users\b).*\\(add|active:yes)\b|^net1? user \S+ (?!\\)\S{3,}(?! \\(delete|active:no))$|^ds(add|mod)\b|^(enable|new|set)-localuser\b|^new-(ad|azuread|msol|mg|az|azad)user\b|^set-(?!psreadline|location|clipboard)\w*password\b|^set-(remote|dc|domain|jea|aadint)\w*(permissions?|wmi|psremoting|acl|owner|password|object)\b|^new-machineaccount\b|^add-(local|ad|azuread|msol|mg)?\w*(groupmember|rolemember)\b|^add-azureaddirectoryrolemember|^new-az\w*roleassignment|^(new|add)-(az|azad|azuread|msol|mg)\w*(serviceprincipal\w*|application|app\w*credential|passwordcredential|owner|approleassignment\w*|oauth2permissiongrant|\w*(password|key|owner|member)|roleassignment|automationrunbook|automationwebhook|automationschedule|federat\w+|trusted\w*)\b|^set-(msol|mg)\w*(federation|authentication)\b|^set-adaccountpassword|^set-aduser\b.*sidhistory|^add-(objectacl|domainobjectacl|adpermission|mailboxpermission|recipientpermission)|^set-domainobject\b|^new-(inboxrule|transportrule|managementroleassignment)|\bsidhistory\b|^ntdsutil\b.*set dsrm/,
    'persist.account',
    'high',
    'makes an account, or gives one power',
  ],
  [
    /(add-content|set-content|out-file|copy-item|copy|>).*(\$profile\b|_profile\.ps1)|(\$profile\b|_profile\.ps1).*(add-content|set-content|out-file|>)/,
    'persist.start-up',
    'medium',
    'puts something into what PowerShell runs at its start',
  ],
  [
    /\\(xlstart|word\\startup|excel\\startup|microsoft\\addins)\\|normal\.dotm|install-transportagent|appcmd\b.*install module|\bnetsh add helper\b|^netsh\b.*add helper|setnotifycmdline|\.getrules\b|vbaproject|^ruler\b.*\b(homepage|form|rule) add\b|--load-extension=.*\\(temp|public)\\|addins?\.add\b/,
    'persist.launch',
    'medium',
    'has an everyday program load something',
  ],
  [
    /^(copy|xcopy|robocopy|copy-item|cp|move|move-item|mv|cpi|mklink|new-item)\b.*\\(sethc|utilman|osk|magnify|narrator|displayswitch|atbroker|termsrv)\.\w+|^(takeown|icacls)\b.*\\system32\\\S+\.(exe|dll)|^(copy|xcopy|robocopy|copy-item|cp|cpi|move|move-item)\b.*(%systemroot%|%windir%|\\windows|\$env:systemroot|\$env:windir)\\(system32|syswow64)(\\\S*\.(dll|exe|scr)|\\?)$|^(copy|xcopy|copy-item|cp|cpi)\b.*(%systemroot%|%windir%|c:\\windows|\$env:systemroot|\$env:windir)\\(system32|syswow64)\\\S+\.(dll|exe)\b.*(%appdata%|%temp%|%userprofile%|%localappdata%|\$env:\w+|\\users\\|programdata)/,
    'persist.replaced',
    'medium',
    'puts a program among those of the system',
  ],
  [
    /^(copy|xcopy|robocopy|copy-item|cp|cpi|move|iwr|invoke-webrequest|curl|wget|certutil|set-content|out-file|echo)\b.*\\inetpub\\wwwroot/,
    'persist.web',
    'medium',
    'puts a page where a web server runs it',
  ],
  [
    /^netsh advfirewall firewall add rule\b.*dir=in\b.*action=allow\b.*localport|^new-netfirewallrule\b(?=.*-direction inbound)(?=.*-action allow)|^add-windowscapability\b.*openssh\.server|^dism\b.*enable-feature.*telnetserver/,
    'persist.login',
    'medium',
    'opens a way in from elsewhere',
  ],
  [
    /^winrm (quickconfig|qc|set)\b|^(enable-psremoting|set-wsmanquickconfig|enable-wsmancredssp)\b/,
    'persist.login',
    'medium',
    'lets others log in from elsewhere',
  ],
  [
    /^bitsadmin\b.*\\(create|addfile|resume|setnotifyflags|setminretrydelay)\b/,
    'persist.schedule',
    'medium',
    'makes a transfer that goes on after the session',
  ],
  [
    /^(copy|xcopy|copy-item|cp|cpi|move|move-item|mv)\b.* (?:\S*\\)?(?!(?<base>[\w.-]+)\.(?:exe|dll)\b.*\\\k<base>\.)[\w.-]+\.(exe|dll) .*(program files( \(x86\))?|%programfiles%|%programdata%|programdata)\\.*\.(exe|dll)$|^(copy|move|copy-item|move-item|cp|mv)\b.*\.(exe|dll|ps1|vbs) (c:|%systemdrive%)\\windows\\?$/,
    'persist.replaced',
    'medium',
    'puts a program in the place of another',
  ],
  [
    /^(rundll32|regsvr32|wscript|cscript|mshta|wmic|start|forfiles|control)\b.*\.\w{2,4}:[\w.-]+\.(dll|exe|js|vbs|hta|ps1|bat)\b|^(type|echo|copy|makecab|expand|esentutl|extrac32)\b.*\.\w{2,4}:[\w-]+\.(dll|exe|js|vbs|hta|ps1|bat)\b/,
    'persist.hidden',
    'medium',
    'keeps a program in a stream that listings do not show',
  ],
  [
    /^certutil\b.*-addstore\b.*root|^import-certificate\b.*root/,
    'persist.trust',
    'medium',
    'makes every program trust a certificate',
  ],
  [
    /(^|\\)psexec(64)?(\.exe)?\b.* (-s|-i -s|-accepteula -s)\b|^(setx|\[environment\]::setenvironmentvariable)\b.*cor_|^assoc \.\w+=|^ftype \w+=/,
    'persist.privilege',
    'medium',
    'gets or keeps the power of the system',
  ],
  [
    /^bcdedit\b.*\\(set|create)\b.*(testsigning|nointegritychecks|safeboot)|^dism\b.*\\add-driver|^pnputil\b.*(\\add-driver| -a )|^sdbinst\b(?!.*-u)|^fltmc load/,
    'persist.kernel',
    'medium',
    'changes what starts with the system',
  ],
  // Variables that have git, Node or Java start or load something, set to where programs are not installed.
  [
    /^(setx|\[(system\.)?environment\]::setenv\w*)\b.*\b(node_options\b.*-(r\b|-require\b|-import\b|-loader\b).*:\\|(git_ssh(_command)?|git_askpass|ssh_askpass|git_(editor|pager|external_diff)|editor|pager|browser|pythonstartup|bash_env)\b.*(appdata|\\users\\public|\\temp\\|programdata)|_?java_(tool_)?options\b.*-javaagent:)/,
    'persist.trap',
    'medium',
    'has other programs start or load something',
  ],
  [/^mavinject\b.*\\injectrunning/, 'persist.launch', 'medium', 'puts code into a program that runs'],
  [
    /^(set|setx|\$env:\w*|new-itemproperty|set-itemproperty|\[(system\.)?environment\]::setenv\w*)\b.*\b(dotnet_startup_hooks|cor(eclr)?_profiler(_path\w*)?)\b/,
    'persist.interpreter',
    'medium',
    'has every program of .NET load something',
  ],
  [/^secedit\b.*\\(configure|import)\b/, 'persist.privilege', 'medium', 'changes the rules of the machine'],
  [
    /^(new-item|copy|copy-item|echo|xcopy|set-content|out-file)\b.*(\\wpbbin\.exe|\\windows\\setup\\scripts\\\w+\.cmd)/,
    'persist.boot',
    'high',
    'puts something where the firmware starts it',
  ],
]

const only =
  /^(test-path|if|write-host|write-output|rem|remove-item|del|rm|erase|dir|type|get-\w+|ls|gci|start-sleep)$/

export function ofWindows(statement: WindowsStatement): readonly Finding[] {
  const { name, line } = statement
  if (only.test(name)) return none
  if (
    saysSo(writesRegistry, statement) &&
    /hk(lm|cu|cr|u|ey_)|currentversion|registry|\\software\\|clsid|environment/.test(line)
  ) {
    if (saysSo(startKeys, statement))
      return seen('persist.start-up', 'high', `${shown(name)} changes what the system starts`)
    if (programValue.test(line))
      return seen('persist.start-up', 'medium', `${shown(name)} puts a program into the registry`)
  }
  const rule = rules.find(([pattern]) => saysSo(pattern, statement))
  return rule === undefined ? none : seen(rule[1], rule[2], `${shown(name)} ${rule[3]}`)
}

const none: readonly Finding[] = []
const seen = (fact: string, severity: Finding['severity'], summary: string): readonly Finding[] => [
  finding(NAME, fact, severity, summary),
]
