import type { Invocation } from '../shell/model.ts'
import type { SecretFile } from './secret-files.ts'

/** Options whose value a client reads to log in, set itself up or check the other side, and never sends as a file. */
type Options = { readonly before: RegExp; readonly joined: RegExp }

const shells: Options = {
  before: /^-\w*[iF]$/,
  joined:
    /^(?:-\w*o\s*)?(IdentityFile|CertificateFile|IdentityAgent|UserKnownHostsFile|PKCS11Provider)[= ]|^-[iF]\S/i,
}
const clients: Readonly<Record<string, Options>> = {
  scp: shells,
  sftp: shells,
  rsync: { before: /^--password-file$/, joined: /^--password-file=|^(-\w*e|--rsh=)\s*\S*ssh\s/ },
  curl: {
    before: /^(-E|--(proxy-)?(cert|key|cacert|capath)|--netrc-file|-K|--config)$/,
    joined: /^--((proxy-)?(cert|key|cacert|capath)|netrc-file|config)=/,
  },
  wget: {
    before: /^--(certificate|private-key|ca-certificate|load-cookies|config)$/,
    joined: /^--(certificate|private-key|ca-certificate|load-cookies|config)=/,
  },
  rclone: { before: /^--config$/, joined: /^--config=/ },
  s3cmd: { before: /^(-c|--config)$/, joined: /^--config=/ },
  mc: { before: /^(-C|--config-dir)$/, joined: /^--config-dir=/ },
  smbclient: { before: /^(-A|--authentication-file)$/, joined: /^--authentication-file=/ },
  gcloud: { before: /^--(key-file|credential-file-override)$/, joined: /^--(key-file|cred\S*)=/ },
}

/** `scp -i key …`, `curl --cert me.pem …`: what the program proves itself with stays on this machine. */
export function logsInWith({ name, args }: Pick<Invocation, 'name' | 'args'>, index: number): boolean {
  const options = Object.hasOwn(clients, name) ? clients[name] : undefined
  if (options === undefined) return false
  return options.before.test(args[index - 1] ?? '') || options.joined.test(args[index] ?? '')
}

const asksForPassword = /^--(password|token|pass|key)-stdin$|^--with-token$/

/** `docker login --password-stdin < file`. Keys and hashes are no passwords for anybody else to check. */
export function typesIn({ args }: Invocation, { fact }: SecretFile): boolean {
  return !/^(private-key|hashes|browser|wallet)$/.test(fact) && args.some((arg) => asksForPassword.test(arg))
}
