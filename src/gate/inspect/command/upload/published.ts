// Secrets put where the same text publishes from: into a commit that is pushed, a package, an image.
import type { Finding } from '../../../finding.ts'
import { secretFile } from '../credential-read/secret-files.ts'
import { finding, none, shown } from '../detector.ts'
import { looksByName, unconcerned } from '../dispatch.ts'
import { sourcesOf } from '../shell/lineage.ts'
import { hasMarker, type Invocation, type Reading } from '../shell/model.ts'

const NAME = 'upload'

/** `cp .env package/ && npm publish`, `git add -f .env && git commit -m x && git push`. */
export const published = looksByName(publishes)

function publishes({ name, args }: Invocation, reading: Reading): readonly Finding[] {
  switch (name) {
    case 'git':
      return args.includes('push') ? whatWasPut(name, reading) : none
    case 'npm':
    case 'pnpm':
    case 'yarn':
    case 'cargo':
    case 'poetry':
    case 'uv':
      return args[0] === 'publish' ? whatWasPut(name, reading) : none
    case 'twine':
      return args[0] === 'upload' ? whatWasPut(name, reading) : none
    case 'docker':
    case 'podman':
      return args[0] === 'push' ? whatWasPut(name, reading) : none
    case 'vercel':
    case 'netlify':
    case 'firebase':
    case 'surge':
    case 'wrangler':
      return /^(--version|login|logout|env|link|init|dev|serve|list)\b/.test(args[0] ?? '')
        ? none
        : onSite(name, reading)
    case 'npx':
      return args.includes('gh-pages') ? onSite('gh-pages', reading) : none
    case 'aws':
      return args[0] === 's3' && /^(sync|cp)$/.test(args[1] ?? '') ? onSite('aws', reading) : none
    default:
      return unconcerned
  }
}

function whatWasPut(publisher: string, reading: Reading): readonly Finding[] {
  for (const { name, args } of reading.invocations) {
    if (/^(cp|mv|install|ln)$/.test(name) || (name === 'git' && args[0] === 'add')) {
      const path = args.slice(0, name === 'git' ? undefined : -1).find(isSecretHere)
      if (path !== undefined && !(args.at(-1) ?? '').startsWith(`${path}.`))
        return [finding(NAME, 'upload.push', 'medium', `${publisher} publishes ${shown(path)}`)]
    }
    if (name === 'git' && /^(commit|tag|notes)$/.test(args[0] ?? '')) {
      const source = args
        .flatMap((arg) => (hasMarker(arg) ? sourcesOf(arg, reading) : []))
        .find((each) => /^(env|printenv|history)$/.test(each.name) || each.args.some(isSecretHere))
      if (source !== undefined)
        return [finding(NAME, 'upload.push', 'medium', `git publishes what ${source.name} shows`)]
    }
  }
  return none
}

/** What a site is made of; a secret has no business there. */
const ofSite = /(^|\/)(dist|public|build|out|static|www|site|_site|docs|assets|html)(\/|$)/

function onSite(publisher: string, { invocations }: Reading): readonly Finding[] {
  const path = invocations
    .filter(({ name, args }) => /^(cp|mv|install|ln)$/.test(name) && ofSite.test(args.at(-1) ?? ''))
    .flatMap(({ args }) => args.slice(0, -1))
    .find(isSecretHere)
  return path === undefined
    ? none
    : [finding(NAME, 'upload.push', 'medium', `${publisher} publishes ${shown(path)}`)]
}

/** Registries keep their settings in projects (`.npmrc`); what else is a secret has no place among them. */
function isSecretHere(path: string): boolean {
  if (path.startsWith('-')) return false
  const secret = secretFile(path)
  return secret !== undefined && secret.fact !== 'named' && (secret.fact !== 'token' || /^[~/$]/.test(path))
}
