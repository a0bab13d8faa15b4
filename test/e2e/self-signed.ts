import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/** Makes `key.pem` and `cert.pem` in a folder: a certificate nobody vouches for. False where openssl is not to be had. */
export function makeCertificate(folder: string, subject: string, ...more: readonly string[]): boolean {
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  const out = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')]
  const maker = 'openssl'
  try {
    execFileSync(maker, ['req', ...kind, '-subj', `/CN=${subject}`, ...more, ...out], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
