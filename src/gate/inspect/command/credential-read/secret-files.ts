import { Remembered } from '../../../../kernel/remembered.ts'
import type { Severity } from '../../../finding.ts'
import { plainPath } from '../plain-path.ts'

export type SecretFile = { readonly what: string; readonly fact: string; readonly severity: Severity }

const files: readonly (readonly [path: RegExp, what: string, fact: string, severity: Severity])[] = [
  [
    /^\/etc\/(g?shadow|master\.passwd|security\/passwd)[-~]?$|\/etc\/g?shadow$|^\/(?:\S+\/)?g?shadow(?:[-~]|\.(?:bak|old|orig|backup|save|copy|\d+))$/,
    'password hashes',
    'hashes',
    'high',
  ],
  [
    /[\\/]ntds\.dit$|[\\/]config[\\/](SAM|SYSTEM|SECURITY)$|^(HKLM|HKEY_LOCAL_MACHINE):?\\(sam|system|security)$/i,
    'password hashes',
    'hashes',
    'high',
  ],
  [
    /(^|\/)\.ssh\/(?!.*\.pub$|config$|known_hosts|authorized_keys)(id_\w+|identity|.*\.(pem|key)|\*|id_\*)$/,
    'a private key',
    'private-key',
    'high',
  ],
  [/(^|\/)id_(rsa|dsa|ecdsa|ed25519)(_\w+)?$/, 'a private key', 'private-key', 'high'],
  [/(^|\/)\.ssh\/\$\{?\w+\}?$/, 'a private key', 'private-key', 'medium'],
  [/(^|\/)\.ssh\/?$|(^|\/)\.ssh\/\*$/, 'the folder of private keys', 'private-key', 'high'],
  [/^\/etc\/ssh\/ssh_host_\w+_key$|\/etc\/ssl\/private\//, "the host's private key", 'private-key', 'high'],
  [
    /(^|\/)(\.config\/(sops\/)?age\/|\.age\/)\S*keys?\S*$|(^|\/)age-key\.txt$/,
    'a private key',
    'private-key',
    'high',
  ],
  [/(^|\/)\.gnupg(\/|$)/, 'GPG keys', 'private-key', 'high'],
  [
    /(^|\/)\.aws\/(credentials|config|cli\/cache|sso\/cache|\*)|(^|\/)\.aws\/?$/,
    'cloud credentials',
    'cloud',
    'high',
  ],
  [
    /(^|\/)\.config\/gcloud(\/|$)|application_default_credentials\.json$|(^|\/)\.azure(\/|$)|(^|\/)\.oci\/|accessTokens\.json$|msal_token_cache/,
    'cloud credentials',
    'cloud',
    'high',
  ],
  [
    /(^|\/)\.kube\/config$|\/etc\/kubernetes\/(admin\.conf|pki)|serviceaccount\/token$/,
    'cluster credentials',
    'cloud',
    'high',
  ],
  [/(^|\/)\.docker\/config\.json$/, 'registry credentials', 'token', 'high'],
  [
    /(^|\/)(\.netrc|_netrc|\.pgpass|\.my\.cnf|\.mylogin\.cnf|\.git-credentials|\.npmrc|\.pypirc|\.boto|\.s3cfg|\.vault-token|\.htpasswd|\.rediscli_auth|\.dockercfg|\.terraformrc|credentials\.tfrc\.json|\.composer\/auth\.json|\.gem\/credentials|\.cargo\/credentials(\.toml)?|\.config\/gh\/hosts\.yml|\.config\/hub)$/,
    'a file of tokens or passwords',
    'token',
    'high',
  ],
  [
    /(^|\/)(Login Data|Cookies|logins\.json|key[34]\.db|cookies\.sqlite|Web Data|Local State|signons\.sqlite)$|\.mozilla\/firefox|google-chrome\/|Google\/Chrome\/User Data|BraveSoftware|Library\/Keychains|\.local\/share\/keyrings|kwalletd?|\.password-store/,
    'passwords and sessions of a browser or keyring',
    'browser',
    'high',
  ],
  [
    /(^|\/)(\.?wallet\.dat|keystore\/(UTC--|\*))|(^|\/)\.(bitcoin|ethereum|electrum|solana\/id\.json)|metamask/i,
    'a wallet',
    'wallet',
    'high',
  ],
  [/\/proc\/[^/]+\/environ$/, "a program's environment", 'environment', 'high'],
  [/^\/proc\/[^/]+\/mem$|^\/dev\/k?mem$|^\/proc\/kcore$/, "another program's memory", 'memory', 'high'],
  [/^\/(home|Users)\/\*\/\.\S*history$/, 'what others typed before', 'history', 'medium'],
  [
    /(^|\/)\.(bash|zsh|sh|ash|mysql|psql|python|rediscli|node_repl|sqlite|irb|php|nano|atftp)_history$|(^|\/)\.(history|histfile)$|fish_history$|ConsoleHost_history\.txt$/,
    'what was typed before',
    'history',
    'medium',
  ],
  [
    /(^|\/)\.env(\.(local|production|prod|staging|development|dev))?$/,
    'a file of settings that often holds secrets',
    'settings',
    'medium',
  ],
  [
    /(^|\/)(secrets?|credentials?)\.(ya?ml|json|toml|env|txt|xml)$|(^|\/)(wp-config\.php|database\.yml|master\.key|service[-_]account.*\.json)$/i,
    'a file that often holds secrets',
    'settings',
    'medium',
  ],
  [
    /(^|\/)(krb5\.keytab|krb5cc_[^/]*|secrets\.tdb)$|\.(keytab|ccache)$|\/var\/lib\/sss\/(db|secrets)\//,
    'tickets and keys of a domain',
    'token',
    'high',
  ],
  [
    /\/etc\/NetworkManager\/system-connections(\/|$)|wpa_supplicant[\w-]*\.conf$|\/etc\/(openvpn|wireguard|ipsec\.secrets|ppp\/(chap|pap)-secrets)/,
    'passwords of networks',
    'token',
    'medium',
  ],
  // What agents and their command lines log in with.
  [
    /(^|\/)(\.claude\/\.credentials\.json|\.codex\/auth\.json|\.gemini\/oauth_creds\.json|github-copilot\/(hosts|apps)\.json|\.config\/op\/|rclone\.conf|\.m2\/settings\.xml|\.fly\/config\.yml|doctl\/config\.yaml|containers\/auth\.json|k3s\.yaml|\.terraform\.d\/credentials|\.pulumi\/credentials\.json|\.supabase\/access-token|\.config\/(stripe|glab-cli|railway|anthropic|configstore|gh|fly)\/|\.twilio-cli\/|\.vault[-_]pass\w*|\.rediscli_auth|\.msmtprc|\.fetchmailrc|\.(gradle\/gradle\.properties)|\.jupyter\/\S*\.json)/,
    'tokens of a command line',
    'token',
    'high',
  ],
  [
    /(^|\/)(sitemanager|recentservers)\.xml$|\.purple\/accounts\.xml$|\/dslocal\/nodes\/\w+\/users\/|\.tfstate(\.backup)?$|\.tfvars$|\/tomcat-users\.xml$|\/mgmt-users\.properties$|^\/(opt|var|srv|etc|usr\/local)\/\S+\/(dbconfig\.xml|confluence\.cfg\.xml|hibernate\.properties|credentials\.xml|hudson\.util\.Secret)$/,
    'passwords that a program keeps',
    'settings',
    'medium',
  ],
  [
    /(^|\/)(Default|Profile( \d+)?)\/(Login|Cookies|Web)$|Library\/Safari\/(History\.db|Bookmarks\.plist|CloudTabs)|(^|\/)(places|formhistory|webappsstore)\.sqlite$|(google-chrome|chromium|Chrome|Microsoft Edge)\/\S*(Local Storage|leveldb|Session Storage)/,
    'what a browser keeps of its user',
    'browser',
    'medium',
  ],
  // The folder that a browser keeps everything of its user in, whole; of any browser, wherever systems put it.
  [
    /\/(\.?config|Application Support|Local|Roaming|common|current)\/(chromium|google-chrome|microsoft-edge|vivaldi|opera|com\.operasoftware|Vivaldi|Google\/Chrome|Microsoft[ /]Edge|Firefox|Arc|Orion|Yandex|Opera Software)[\w. -]*(\/(User Data|Default|Profiles?( \d+)?|[\w-]+\.default[\w-]*))*\/?\*?$|\/(\.thunderbird|\.librewolf|\.waterfox|\.zen|\.mozilla|Library\/Safari|Library\/Thunderbird)\/?$/,
    'what a browser keeps of its user',
    'browser',
    'medium',
  ],
  [
    /\/(\.config|Application Support|Local|Roaming)\/(Bitwarden[\w ]*|1Password|Enpass|LastPass|Dashlane|KeePass\w*|Authy[\w ]*|NordPass|Proton Pass)(\/|$)/,
    'what a keeper of passwords has',
    'browser',
    'high',
  ],
  [
    /^\/var\/lib\/(?:mysql\/mysql\/|postgres\w*\/\S*\/global\/\d|pgsql\/\S*\/global\/\d)/,
    'what a database keeps of who may log in',
    'hashes',
    'medium',
  ],
  [
    /^(~|\/root|\/(home|Users)\/[^/]+)\/(\.yarnrc\.yml|\.config\/pypoetry\/auth\.toml|\.bundle\/config|\.(sbt|ivy2)\/\.credentials|\.condarc|\.pip\/pip\.conf|\.config\/pip\/pip\.conf|\.R(environ|profile)|\.jfrog\/\S*|\.config\/(hub|lab|tea|act|doctl|scw|ngrok|exoscale|civo|linode-cli|aiven|railway|neonctl|turso|planetscale|upstash)(\/\S*|\.\w+)?)$/,
    'tokens of a command line',
    'token',
    'medium',
  ],
  [
    /^\/etc\/(samba\/smbpasswd|dovecot\/(users|passwd\S*)|hostapd\/\S+\.conf|vsftpd\/\S*users\S*|gitea\/app\.ini|squid\/passw\w*|raddb\/\S+|teleport\.yaml|rabbitmq\/\S*cookie)$|\/\.erlang\.cookie$|^\/var\/lib\/(iwd\/\S+\.psk|tailscale\/tailscaled\.state|ldap\/\S+\.mdb|krb5kdc\/principal\S*|cloud\/instances?\/(\S+\/)?user-data\S*)$|^\/var\/kerberos\/krb5kdc\/principal|gitlab-rails\/etc\/secrets\.yml$/,
    'passwords of services',
    'token',
    'medium',
  ],
  [
    /(^|\/)(sites\/default\/settings\.php|LocalSettings\.php|config\.inc\.php|configuration\.php|parameters\.ya?ml|appsettings\.(Production|Staging)\.json|application-(prod|production|staging|secret)\w*\.(ya?ml|properties))$|^(~|\/root|\/(home|Users)\/[^/]+)\/(\.aider\.conf\.yml|\.continue\/config\.\w+|\.config\/(goose|opencode|aider|continue|zed|crush|amp)\/\S+\.(ya?ml|json|toml))$/,
    'a file of settings that often holds secrets',
    'settings',
    'medium',
  ],
  [/^\/etc\/security\/opasswd$/, 'password hashes', 'hashes', 'high'],
  [
    /^(~|\/root|\/(home|Users)\/[^/]+)\/(\.cursor\/mcp|\.gemini\/settings|\.claude)\.json$|\/(claude_desktop_config|mcp_config)\.json$|\/NuGet\.Config$/,
    'settings that hold tokens of an agent or a package registry',
    'settings',
    'medium',
  ],
  [/(^|\/)Library\/Cookies(\/|$)|\.binarycookies$/, 'sessions of a browser', 'browser', 'high'],
  [
    /(^|\/)(\.?config|Application Support|AppData\/(Roaming|Local))\/(Slack|discord\w*|Signal|Microsoft\/Teams|Element|Bitwarden( CLI)?|1Password|Keybase|Exodus|Atomic|obsidian)\/(.*\/)?(Local Storage|leveldb|config\.json|data\.json|storage|Cookies|IndexedDB|\S*wallet\S*)|\/(tdata|DBeaverData\/\S*credentials-config\.json)(\/|$)|(^|\/)\.thunderbird\/|Library\/Group Containers\/\S*(1password|agilebits)/,
    'sessions of a program',
    'browser',
    'high',
  ],
  [/^\/(var\/)?run\/secrets(\/|$)/, 'secrets handed to a container', 'token', 'high'],
  [/^\/tmp\/ssh-[^/]+\/agent\.(\d+|\*)$/, 'an agent that holds keys', 'private-key', 'high'],
  [/^\/dev\/input\/(event\d+|by-\w+\/\S+kbd)$/, 'what is typed', 'keys', 'high'],
  [/\/etc\/letsencrypt\/(live|archive)\/.*privkey/, "the host's private key", 'private-key', 'high'],
  [
    /\/etc\/(mysql\/debian\.cnf|postfix\/sasl_passwd|gitlab-runner\/config\.toml|sssd\/sssd\.conf|(pam_)?ldap\.secret|freeradius\/\S*clients\.conf|vault\.d\/\S+|rancher\/\S+\.yaml|kubernetes\/[\w-]+\.conf|ceph\/\S*keyring|msmtprc|kcpassword|samba\/\S*cred\w*|cifs\S*cred\w*|ipa\/\S*\.keytab|ansible\/\S*pass\w*)$|^\/etc\/kcpassword$|\/var\/lib\/jenkins\/(secrets\/|credentials\.xml|secret\.key)|\/jenkins_home\/(secrets\/|credentials\.xml)/,
    'passwords of services',
    'token',
    'high',
  ],
  [
    /(^|\/)(\.huggingface\/token|\.cache\/huggingface\/token|\.kaggle\/kaggle\.json|\.databrickscfg|\.snowsql\/config|\.snowflake\/\S+\.toml|\.dbt\/profiles\.yml|\.subversion\/auth\/|\.remmina\/|remmina\/\S*\.remmina|globalStorage\/(state\.vscdb|storage\.json)|helm\/registry\/config\.json|\.circleci\/cli\.yml|\.travis\/config\.ya?ml|\.openclaw\/|\.clawdbot\/|auth-profiles\.json|\.openai\/|\.config\/openai|\.local\/share\/opencode\/auth\.json|\.config\/solana\/id\.json|\.near-credentials\/|\.config\/hcloud\/cli\.toml|\.linode-cli|\.bluemix\/config\.json|\.config\/(op|netlify|heroku|vercel|configstore|wrangler|\.wrangler)\/|\.(netlify|vercel|wrangler)\/\S*(config|auth)\S*|\.expo\/state\.json|\.sentryclirc|\.ngrok2?\/|\.cloudflared\/)/,
    'tokens of a command line',
    'token',
    'high',
  ],
  [
    /^(~|\/root|\/(home|Users)\/[^/]+)\/(\.config\/)?\.?[^/]+\/(\S*\/)?(auth|oauth\w*|tokens?|sessions?|credentials?|accounts?|login|identity|device)([_-]\w+)*\.(json|ya?ml|toml|db|ini|dat)$/,
    'what a program logs in with',
    'named',
    'medium',
  ],
  [
    /(^|[/_.-])(private|priv|server|client|host|ca|tls|ssl|root|signing|deploy|ssh|jwt|master)[\w-]*\.key$|(^|[/_.-])(private|priv|signing|deploy|ssh|jwt|server|client|tls|ssl)[_-]?key\w*\.(pem|der|p8|txt|json)$|(^|\/)key\.pem$|^\/(etc|opt|srv|var\/lib)\/\S+\.(key|p8)$|^\/var\/lib\/kubelet\/pki\/|^\/(etc|var\/lib)\/rancher\/\S+\.(key|yaml)$/i,
    'a private key',
    'key-file',
    'medium',
  ],
  [/\.(kdbx?|keystore|jks|ppk|p12|pfx)$/, 'a store of keys', 'private-key', 'medium'],
  // By its name, where programs and people keep their own: in a home, below /etc, /opt, /srv or /var.
  [
    /^(~|\/(root|home\/[^/]+|Users\/[^/]+|etc|opt|srv|var|usr\/local\/etc)(?=\/))\/(?!.*(\/(docs?|node_modules|locales?|man|share)\/|pam\.d|login\.defs))\S*(\/|[._-])(passw(or)?ds?|secrets?|credentials?|creds|api_?keys?|tokens?|private_?keys?)([._-]\w{1,12})?$/i,
    'a file named for the secrets in it',
    'named',
    'medium',
  ],
]

/** All of them at once: almost every word is none, and one expression says so sooner than two dozen. */
const anyFile = new RegExp(files.map(([pattern]) => `(?:${pattern.source})`).join('|'), 'i')

const remembered = new Remembered<SecretFile | null>({ entriesMax: 4_096, charactersMax: 128 })

/** What a path keeps, when that is a secret; however the way to it is written. */
export function secretFile(written: string): SecretFile | undefined {
  if (written.length < 4 || written.length > 4096) return undefined
  if (!/[./\\]/.test(written) && !/^(id_|Login|Cookies)/.test(written)) return undefined
  return remembered.of(written, lookedUp) ?? undefined
}

function lookedUp(written: string): SecretFile | null {
  const path = asPlain(written)
  if (!anyFile.test(path) || isNone.test(path)) return null
  const lower = path.toLowerCase()
  const found =
    files.find(([pattern]) => pattern.test(path)) ?? files.find(([pattern]) => pattern.test(lower))
  return found === undefined ? null : { what: found[1], fact: found[2], severity: found[3] }
}

/** A secret that nobody has a reason to send; the key of a server is put where the server is. */
export function isSecret(path: string): boolean {
  const found = secretFile(path)
  return found !== undefined && found.fact !== 'key-file'
}

const isNone = /\.(pub|example|sample|template|dist|md|html?)$|^\/etc\/passwd$/

function asPlain(written: string): string {
  const path = written.startsWith('$') ? written.replace(/^\$(HOME|\{HOME\})(?=\/)/, '~') : written
  return path.includes('//') || path.includes('/.') ? plainPath(path) : path
}
