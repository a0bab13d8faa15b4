// Files that a build obeys: what is written there runs on other machines, with the secrets of the project at hand.

const builds =
  /(^|\/)(\.github\/(workflows|actions)\/.*\.ya?ml|\.gitlab-ci\.ya?ml|\.circleci\/config\.ya?ml|Jenkinsfile|azure-pipelines\.ya?ml|bitbucket-pipelines\.ya?ml|\.travis\.ya?ml|\.drone\.ya?ml|\.woodpecker\S*\.ya?ml|buildspec\.ya?ml|cloudbuild\.ya?ml)$/

/** Over a plain connection, into a shell, or with what only the build knows. */
const strange =
  /\b(curl|wget)\b[^\n|;&]*\shttp:\/\/(?!localhost|127\.)|\b(curl|wget)\b[^\n]*(\$\{\{ *secrets\.|\$\(env\b|\$\(printenv)[^\n]*|toJSON\( *secrets|\b(env|printenv)\b *\| *(base64|curl|nc|wget|xxd|gzip)|\bbase64\b[^\n]*\| *base64\b|\/dev\/tcp\/|\b(nc|ncat) +-e\b/

/** What strangers write (a title, a comment, the name of a branch) put into the line of a shell. */
const said =
  /\brun:[^\n]*\$\{\{\s*github\.(?:head_ref|event\.(?:(?:pull_request|issue|discussion)\.(?:title|body|head\.(?:ref|label))|(?:comment|review)\.body|head_commit\.message))\b/

/** Files that builds, tests, editors and package managers run by themselves. */
const ofTools =
  /(^|\/)(conftest\.py|setup\.(py|cfg)|noxfile\.py|build\.rs|binding\.gyp|(GNU)?[Mm]akefile|Rakefile|Gruntfile\.\w+|gulpfile\.\w+|[\w.-]+\.config\.[cm]?[jt]s|\.eslintrc\.\w+|\.pnpmfile\.cjs|package\.json|composer\.json|\.cargo\/config(\.toml)?|build\.gradle(\.kts)?|CMakeLists\.txt|\.envrc|Vagrantfile|(\w+\.)?(Docker|Container)file(\.\w+)?|Gemfile|devcontainer\.json|\.pre-commit-config\.ya?ml|\.husky\/[\w-]+|lefthook\.ya?ml|\.idea\/\S+\.xml|\.vscode\/(launch|settings)\.json|(Code|Cursor|VSCodium|Windsurf)[^/]*\/User\/settings\.json|node_modules\/\S+\.[cm]?js|(site|dist)-packages\/\S+\.py)$/
const startsNowhere =
  /\b(?:system|exec\w*|spawn\w*|[Pp]open|Command::new|check_\w+|call|run)\s*\(?\s*[[("'`]+\s*(?:(?:ba)?sh (?:-c )?)?(?:\/tmp|\/var\/tmp|\/dev\/shm)\/\w|"(?:(?:pre|post)[\w]+|install|prepare|test|build|start|(?:onCreate|updateContent|initialize)Command)"\s*:\s*"(?:(?:ba)?sh |node |python3? )?(?:\/tmp|\/var\/tmp|\/dev\/shm)\/\w|(?:^|;)\s*[@-]*(?:\/tmp|\/var\/tmp|\/dev\/shm)\/[\w.-]+\s*(?:$|&)|\b(?:curl|wget)\b[^\n|]*(?:http:\/\/(?!localhost|127\.)|\/\/\d{1,3}(?:\.\d{1,3}){3})[^\n|]*\|\s*(?:ba|z|da)?sh\b|\bbash -i\b|\/dev\/tcp\/|(?:^|;|&&)\s*(?:(?:ba|z)?sh|source|\.)\s+(?:\/tmp|\/var\/tmp|\/dev\/shm)\/\w|\b(?:rustc-wrapper|rustc|linker|runner|credential-provider)\s*=\s*["'[]+(?:\/tmp|\/var\/tmp|\/dev\/shm)\/|"path"\s*:\s*"(?:\/tmp|\/var\/tmp|\/dev\/shm)\//m
/** Packages as they were installed, which nobody edits to have them start something. */
const installed = /(^|\/)(node_modules|(site|dist)-packages)\//
const starts =
  /\b(?:child_process|os\.system|subprocess|popen|__import__)\b[\s\S]{0,200}\b(?:curl|wget|(?:ba)?sh|node|python\d?|powershell)\b/

/** What an editor runs when a folder is opened. */
const opensInEditor = /(^|\/)\.vscode\/tasks\.json$/

/** What decides whose packages and pages are taken for the real ones. */
const sources = /^\/etc\/apt\/sources\.list(\.d\/|$)/
const untrusted = /\[[^\]]*\btrusted=yes\b[^\]]*\]\s+https?:\/\/(?!localhost|127\.|10\.|192\.168\.|172\.)/

export function pipeline(path: string, text: string): boolean {
  if (opensInEditor.test(path)) return /"runOn"\s*:\s*"folderOpen"/.test(text)
  if (sources.test(path)) return untrusted.test(text)
  if (ofTools.test(path)) return startsNowhere.test(text) || (installed.test(path) && starts.test(text))
  return builds.test(path) && (strange.test(text) || said.test(text))
}

export function isBuild(path: string): boolean {
  return builds.test(path)
}

/** `s#actions/checkout@v4#other/checkout@main#`: another owner's step, under the old one's name. */
export function changesOwner(script: string): boolean {
  const match = /^s(.)([\w-]+)\/[\w./-]+@[^\s]*?\1([\w-]+)\/[\w./-]+@/.exec(script)
  return match !== null && match[2] !== match[3]
}
