// Files that a build obeys: what is written there runs on other machines, with the secrets of the project at hand.

const builds =
  /(^|\/)(\.github\/(workflows|actions)\/.*\.ya?ml|\.gitlab-ci\.ya?ml|\.circleci\/config\.ya?ml|Jenkinsfile|azure-pipelines\.ya?ml|bitbucket-pipelines\.ya?ml|\.travis\.ya?ml|\.drone\.ya?ml|\.woodpecker\S*\.ya?ml|buildspec\.ya?ml|cloudbuild\.ya?ml)$/

/** Over a plain connection, into a shell, or with what only the build knows. */
const strange =
  /\b(curl|wget)\b[^\n|;&]*\shttp:\/\/(?!localhost|127\.)|\b(curl|wget)\b[^\n]*(\$\{\{ *secrets\.|\$\(env\b|\$\(printenv)[^\n]*|toJSON\( *secrets|\b(env|printenv)\b *\| *(base64|curl|nc|wget|xxd|gzip)|\bbase64\b[^\n]*\| *base64\b|\/dev\/tcp\/|\b(nc|ncat) +-e\b/

export function pipeline(path: string, text: string): boolean {
  return builds.test(path) && strange.test(text)
}

export function isBuild(path: string): boolean {
  return builds.test(path)
}
