// Files that a build obeys: what is written there runs on other machines, with the secrets of the project at hand.

const builds =
  /(^|\/)(\.github\/(workflows|actions)\/.*\.ya?ml|\.gitlab-ci\.ya?ml|\.circleci\/config\.ya?ml|Jenkinsfile|azure-pipelines\.ya?ml|bitbucket-pipelines\.ya?ml|\.travis\.ya?ml|\.drone\.ya?ml|\.woodpecker\S*\.ya?ml|buildspec\.ya?ml|cloudbuild\.ya?ml)$/

/** Over a plain connection, into a shell, or with what only the build knows. */
const strange =
  /\b(curl|wget)\b[^\n|;&]*\shttp:\/\/(?!localhost|127\.)|\b(curl|wget)\b[^\n]*(\$\{\{ *secrets\.|\$\(env\b|\$\(printenv)[^\n]*|toJSON\( *secrets|\b(env|printenv)\b *\| *(base64|curl|nc|wget|xxd|gzip)|\bbase64\b[^\n]*\| *base64\b|\/dev\/tcp\/|\b(nc|ncat) +-e\b/

/** What an editor runs when a folder is opened. */
const opensInEditor = /(^|\/)\.vscode\/tasks\.json$/

/** What decides whose packages and pages are taken for the real ones. */
const sources = /^\/etc\/apt\/sources\.list(\.d\/|$)/
const untrusted = /\[[^\]]*\btrusted=yes\b[^\]]*\]\s+https?:\/\/(?!localhost|127\.|10\.|192\.168\.|172\.)/

export function pipeline(path: string, text: string): boolean {
  if (opensInEditor.test(path)) return /"runOn"\s*:\s*"folderOpen"/.test(text)
  if (sources.test(path)) return untrusted.test(text)
  return builds.test(path) && strange.test(text)
}

export function isBuild(path: string): boolean {
  return builds.test(path)
}
