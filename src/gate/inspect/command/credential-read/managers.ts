import type { Finding } from '../../../finding.ts'
import { finding } from '../detector.ts'
import { unconcerned } from '../dispatch.ts'
import type { Invocation, Reading } from '../shell/model.ts'
import { logsIn } from './tokens.ts'

const NAME = 'credential-read'

/** What makes a keeper of secrets print one, over its words as one line. What only lists names is left alone. */
const prints: Readonly<Record<string, RegExp>> = {
  pass: /^(show|grep)\b|^(?!(ls|list|find|search|insert|add|edit|generate|rm|remove|delete|mv|rename|cp|copy|git|init|help|version|otp|import|tail)\b)[\w.@-]+(\/[\w.@-]+)+$/,
  gopass:
    /^(show|cat|otp)\b|^(?!(ls|list|find|search|insert|add|edit|generate|rm|remove|delete|mv|move|cp|copy|git|init|help|version|sync|mounts|recipients)\b)[\w.@-]+(\/[\w.@-]+)+$/,
  op: /^(export|read|item get\b.*--(reveal|fields?(?![ =](label=)?(username|title|url|website|email)$)|format[ =]json)|document get|inject|signin\b.*--raw)\b/,
  bw: /^(get (password|item|notes|totp)|export)\b/,
  bws: /^secret (get|list)\b/,
  lpass: /^(show\b.*(-p|--password|--all|--notes)|export)\b/,
  'keepassxc-cli': /^(show\b.*(-s|--show-protected|-a)|export|totp|attachment-export)\b/,
  kpcli: /\bshow\b.*-f\b/,
  chamber: /^(read|export|env)\b/,
  'aws-vault': /^(export|exec\b.*(env|printenv)$)/,
  doppler: /^secrets (get\b.*--plain|download)\b/,
  infisical: /^(export|secrets get)\b/,
  'ansible-vault': /^view\b/,
  terraform: /^state pull\b/,
  tofu: /^state pull\b/,
  gcloud: /^secrets versions access\b/,
  az: /^(keyvault secret (show|download)|storage account keys list|account get-access-token|acr credential show|cosmosdb keys list|functionapp keys list)\b/,
  aws: /^(ec2 get-password-data|ec2 describe-instance-attribute\b.*userData|ssm get-parameters-by-path\b.*--with-decryption|ecr get-login-password$|redshift get-cluster-credentials|iam create-login-profile)\b/,
  kubectl: /^config view\b.*--raw\b/,
  oc: /^(config view\b.*--raw|whoami (-t|--show-token))/,
  nmcli:
    /\bwifi show-password\b|(^|\s)(-s\b|--show-secrets|.*wireless-security\.psk).*\bshow\b|\bshow\b.*--show-secrets/,
  gcore: /\d/,
  ldbsearch: /\b(sam|secrets)\.(ldb|tdb)\b/,
  tdbdump: /\b(secrets|passdb)\.tdb\b/,
  dscl: /\bread\b.*\b(ShadowHashData|AuthenticationAuthority|dsAttrTypeNative:_writers_passwd)\b/,
  pdbedit: /(^|\s)(-\w*w|--smbpasswd-style)\b/,
  klist: /(^|\s)-\w*K\b/,
  keytool: /^-(importkeystore|exportseckey)\b/,
  xinput: /^(--)?test(-xi2)?\b/,
  showkey: /^(-[kas]|--(keycodes|ascii|scancodes))?$/,
}

/** Password managers, secret stores of clouds, and what looks into other programs or at the keys being typed. */
export function managers(invocation: Invocation, reading: Reading): readonly Finding[] {
  const { name, args } = invocation
  const pattern = Object.hasOwn(prints, name) ? prints[name] : undefined
  if (pattern !== undefined) {
    const words = args.join(' ')
    return pattern.test(words) && !/(^|\s)(--help|-h|help)$/.test(words) && !logsIn(invocation, reading)
      ? [finding(NAME, 'credential.store', 'medium', `${name} prints what it keeps secret`)]
      : []
  }
  if (!debuggers.has(name)) return unconcerned
  return looksInside(name, args)
    ? [finding(NAME, 'credential.memory', 'medium', `${name} looks into another program while it runs`)]
    : []
}

const debuggers = new Set(['gdb', 'lldb', 'strace', 'ltrace'])

function looksInside(name: string, args: readonly string[]): boolean {
  if (name === 'gdb' || name === 'lldb')
    return args.some((arg) =>
      /\b(dump (binary )?memory|generate-core-file|gcore|process save-core)\b/.test(arg),
    )
  const isAttached = args.some((arg) => /^-\w*p(\d+)?$|^--attach/.test(arg))
  return isAttached && args.some((arg) => /\b(read|recv\w*|write)\b/.test(arg))
}
