import type { Finding } from '../../../finding.ts'
import { finding, nameIs, none, shown } from '../detector.ts'
import { wordMark } from '../dispatch.ts'
import type { Invocation } from '../shell/model.ts'

const NAME = 'persistence'

/** Words that make an identity, give it keys, or more power than it had (MITRE ATT&CK T1098, T1136.003). */
const grants: Readonly<Record<string, RegExp>> = {
  aws: /^iam (create-role|create-instance-profile|create-policy-version\b.*--set-as-default|add-role-to-instance-profile|set-default-policy-version|enable-mfa-device|create-(user|access-key|login-profile|service-specific-credential)|(attach|put)-(user|group|role)-policy|update-(login-profile|assume-role-policy|access-key\b(?!.*Inactive))|add-user-to-group|upload-(ssh-public-key|signing-certificate)|create-virtual-mfa-device|deactivate-mfa-device)\b|^[\w-]+ (put|set)-(registry|bucket|key|resource|repository|file-system)-policy\b|^ecr put-replication-configuration\b|^kms create-grant\b|^iam create-(open-id-connect|saml)-provider\b|^lambda (add-permission|create-function-url-config)\b|^lambda update-function-code\b.*fileb?:\/\/\/(tmp|var\/tmp|dev\/shm)\/|^ec2 authorize-security-group-ingress\b(?!.*--port[ =](80|443)\b).*0\.0\.0\.0\/0|^rds modify-db-\w+\b.*--publicly-accessible|^ec2 modify-instance-attribute\b.*(--user-data|userData)|^lambda update-function-configuration\b.*--layers|^ssm create-association\b|^organizations (invite|accept|create-account)|^sts get-federation-token|^lambda (create-function|create-event-source-mapping)\b|^events put-(rule|targets)\b|^scheduler create-schedule\b|^s3api put-bucket-notification|^sns subscribe\b.*--protocol[ =]https?\b|^ssm send-command\b.*(authorized_keys|cron|useradd|curl|wget|base64|\/tmp\/|systemctl)|^sqs set-queue-attributes\b.*Principal|^organizations (create-policy|attach-policy)|^iam reset-service-specific-credential|^cognito-idp admin-set-user-password|^identitystore create-user|^sso-admin create-account-assignment|^rolesanywhere create-|^ec2 (replace|associate)-iam-instance-profile|^ssm create-(document|activation)\b|^cognito-identity set-identity-pool-roles|^sagemaker create-notebook-instance-lifecycle-config|^glue create-dev-endpoint|^autoscaling create-launch-configuration\b.*user-data|^ec2 (create-launch-template-version|run-instances)\b.*user-data|^codestar-connections create-|^ec2(-instance-connect)? (import-key-pair|send-ssh-public-key)\b/,
  gcloud:
    /\b(service-accounts (create|keys create)|iam roles (create|update)\b.*permissions|(functions|run) deploy\b.*--allow-unauthenticated|scheduler jobs create|workload-identity-pools (create|providers)|storage hmac create|set-iam-policy|os-login ssh-keys add)\b|metadata\b.*startup-script=.*\b(curl|wget)\b|add-metadata\b.*(ssh-keys|startup-script|enable-oslogin=(?:false|FALSE))|add-iam-policy-binding\b.*(roles\/(owner|editor)\b|[aA]dmin\b|secretAccessor|tokenCreator|serviceAccountUser|serviceAccountKey|allUsers|user:\S+@gmail|projects\/\S+\/roles\/)|sql users (create|set-password)/,
  gsutil: /^hmac create\b/,
  az: /^(role assignment create|ad (app|sp) (credential reset|create\S*)|ad user create|ad group member add|ad app owner add|vm extension set\b.*(CustomScript|customScript|RunCommand)|vm run-command (invoke|create)|automation (runbook|webhook|schedule) create|vm user update|ad app federated-credential create|ad app permission (add|admin-consent|grant)|ad user invite|ad user update\b.*--password|role definition create|webapp config set\b.*--startup-file.*\b(curl|wget)\b|logic workflow create|identity create|lighthouse (assignment|definition) create|keyvault set-policy|rest\b.*(addPassword|addKey|federatedIdentityCredentials|roleAssignments)|functionapp deployment user set|storage account local-user (create|regenerate-password)|acr (token|scope-map) create|webapp deployment user set|functionapp keys set)\b/,
  kubectl:
    /^create (sa|serviceaccount)\b.*kube-system|^create (cluster)?rolebinding\b.*cluster-admin|^patch (cluster)?role\b.*"verbs":\s*\["\*"|^patch\b.*\b(command|image|hostPath|privileged|hostPID)\b.*kube-system|^create cronjob\b(?=.* -- .*(\b(ba|z|da)?sh\b|\b(curl|wget|nc|python\d?|perl|base64)\b|\/(tmp|dev|host)\/)|(?!.* -- ).*--image[= ]\S*\/)/,
  oc: /^adm policy add-(cluster-)?role-to-\S+ (cluster-)?admin\b/,
  gh: /^api\b(?!.*(-X|--method)[ =]?(GET|DELETE)).*\b(repos\/\S+\/(keys|hooks|collaborators\/\S+)|user\/(keys|gpg_keys)|orgs\/\S+\/(hooks|invitations|memberships\/\S+))("|'| )(.* )?(-[fF]|--(raw-)?field|--input)\b|^auth refresh\b.*\badmin:|^ssh-key add\b|^repo deploy-key add\b|^api\b.*(-X|--method)[ =]?(PUT|POST)\b.*\/(collaborators|keys|hooks|actions\/(runners|permissions))\b/,
  glab: /^ssh-key add\b|^deploy-key add\b/,
  oci: /^iam (user (create|api-key upload|auth-token create)|user api-key|policy create|customer-secret-key create)\b/,
  doctl: /^compute ssh-key (create|import)\b/,
  // Who may publish under a name that others trust, or come into a project.
  npm: /^(token create\b(?!.*--read-only)|owner add|access grant|team add)\b/,
  gem: /^owner\b.* (-a|--add)\b/,
  cargo: /^owner\b.* (-a|--add)\b/,
  heroku: /^(access|members):add\b/,
  vercel: /^teams? invite\b/,
  fly: /^orgs invite\b/,
  flyctl: /^orgs invite\b/,
  firebase: /^auth:import\b/,
  claude: /^mcp (add|add-json|add-from-claude-desktop)\b/,
  codex: /^mcp add\b/,
  gemini: /^(mcp add|extensions install)\b/,
  code: /^--add-mcp\b/,
}

export function identities({ name, args, marks }: Invocation): readonly Finding[] {
  if (name === 'curl') return byAddress(args)
  const pattern = Object.hasOwn(grants, name) ? grants[name] : undefined
  if (pattern === undefined) return (marks & rulingWord) === 0 ? none : ofOtherClouds(name, args)
  const words = verbFirst(name, args)
    .filter(
      (arg, index) =>
        !/^--(profile|region|project|subscription)$/.test(args[index - 1] ?? '') &&
        !/^--(profile|region|project|subscription)/.test(arg),
    )
    .join(' ')
  return pattern.test(words) && !/(--help|\bhelp|--dry-run\S*)$/.test(words)
    ? [finding(NAME, 'persist.identity', 'medium', `${name} makes an identity, its keys, or gives it power`)]
    : []
}

/** `kubectl -n kube-system create sa x`, said in the order that the table has. */
function verbFirst(name: string, args: readonly string[]): readonly string[] {
  if (name !== 'kubectl' && name !== 'oc') return args
  let first = 0
  while (/^(-n|--namespace|--context|--kubeconfig)$/.test(args[first] ?? '')) first += 2
  return first === 0 ? args : [...args.slice(first), ...args.slice(0, first)]
}

/** `ibmcloud iam api-key-create`, `aliyun ram CreateAccessKey`: clouds part who may do what from the rest. */
function ofOtherClouds(name: string, args: readonly string[]): readonly Finding[] {
  if (makesAdmin(name, args))
    return [finding(NAME, 'persist.account', 'medium', `${shown(name)} makes somebody an administrator`)]
  const at = args.findIndex((arg) => cloudPart.test(arg))
  if (at < 0 || at > 1) return none
  const isGrant = args
    .slice(at + 1, at + 4)
    .some((arg) =>
      /^(create|add|attach|grant|bind|assign|put|set)([-_]?\w|$)|^(Create|Add|Attach|Put|Update)[A-Z]|-(create|add|attach|assign)$/.test(
        arg,
      ),
    )
  return isGrant
    ? [
        finding(
          NAME,
          'persist.identity',
          'medium',
          `${shown(name)} makes an identity, its keys, or gives it power`,
        ),
      ]
    : none
}

const plain = nameIs(
  /^(git|echo|printf|cat|ls|find|fd|[efz]?grep|rg|ag|sed|g?awk|man|tldr|which|test|\[|\[\[|make|npm|pnpm|yarn|npx|cargo|go|(ba|da|z|k|fi)?sh|export|set|ssh|scp|curl|wget|http|docker|podman|psql|mysql|mariadb|sqlite3|python[\d.]*|node|ruby|perl|php|id|getent|chown|chmod|touch|mkdir|cp|mv|rm|useradd|usermod|adduser|net|dscl|sudo|su|tail|head|jq|yq|xargs|tmux|open|code|vim?|nano|systemctl|gpg2?|rclone|mount|rsync|ipmitool)$/,
)
const making =
  /^(add|create|set|promote|grant|invite|make|new)([-_:](user|account|member|admin|role|permission)\w*)*$|^(user|account|member)s?[-_:](add|create|set|promote)$/i
const someone = /(^|[-_:])(users?|accounts?|members?|roles?)([-_:]|$)/i
const ruler =
  /^(--?(role|roles|tags|permission|group)=)?(administrator|admin|superuser|super_?admin|sysadmin|owner)$|^--(is[-_]?)?(admin|superuser)(=true)?$/i
const cloudPart = /^(iam|ram|cam|identity)$/
const rulingWord = wordMark((word) => ruler.test(word) || cloudPart.test(word))
const PLAIN_WORDS_MAX = 12

/** `rabbitmqctl set_user_tags bob administrator`: made, a person, and what the person may do. */
function makesAdmin(name: string, args: readonly string[]): boolean {
  if (args.length < 3 || args.length > PLAIN_WORDS_MAX || plain(name)) return false
  const words = args.slice(0, 4)
  return (
    args.some((arg, index) => index > 1 && ruler.test(arg)) &&
    words.some((word) => making.test(word)) &&
    words.some((word) => someone.test(word))
  )
}

/** Where services take in keys, hooks and members; the token of whoever asks decides whether they may. */
const grantsAt =
  /^https?:\/\/(api\.github\.com|[^/]+\/api\/v3)\/(user\/(keys|gpg_keys)|(repos\/[^/]+\/[^/]+|orgs\/[^/]+)\/(keys|hooks|invitations|(collaborators|memberships)\/[^/]+))\/?$|^https?:\/\/[^/]+\/api\/v4\/(user\/keys|users|(projects|groups)\/[^/]+\/(deploy_keys|deploy_tokens|access_tokens|hooks|members))\/?$/

/** `curl -d '{"key":…}' https://api.github.com/user/keys`: the same order without the client. */
function byAddress(args: readonly string[]): readonly Finding[] {
  const address = args.find((arg) => arg.startsWith('http') && grantsAt.test(arg))
  const isOrder = args.some((arg) => /^(-d|--data\S*|--json|-F|--form|POST|PUT|-XPOST|-XPUT)$/.test(arg))
  return address !== undefined && isOrder
    ? [finding(NAME, 'persist.identity', 'medium', `gives somebody access at ${shown(address)}`)]
    : none
}
