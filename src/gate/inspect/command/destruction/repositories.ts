import type { Finding } from '../../../finding.ts'
import { finding } from '../detector.ts'
import { unconcerned } from '../dispatch.ts'
import { hasMarker, type Invocation } from '../shell/model.ts'

const NAME = 'destruction'

/** Work that only exists in a working tree, a stash or a branch. */
export function repositoryLoss({
  name,
  args,
  input,
  isRepeated,
  pipeline,
  stage,
}: Invocation): readonly Finding[] {
  if (name !== 'git') return otherLoss(name, args)
  const words = withoutGlobals(args)
  const [verb = '', ...all] = words
  const rest = verb === 'worktree' ? flagged(all) : verb === 'clean' ? withoutPatterns(all) : all
  const has = (...flags: string[]) => rest.some((arg) => flags.includes(arg))
  const cluster = (letter: string) => rest.some((arg) => /^-[a-zA-Z]+$/.test(arg) && arg.includes(letter))
  const lost = (what: string): readonly Finding[] => [finding(NAME, 'destroy.work', 'high', what)]
  switch (verb) {
    case 'reset':
      return has('--hard', '--merge') ? lost('git reset throws away uncommitted work') : []
    case 'clean':
      return (cluster('f') ||
        has('--force') ||
        args.some((arg) => /^clean\.requireForce=false$/i.test(arg))) &&
        !cluster('n') &&
        !has('--dry-run') &&
        !cluster('i')
        ? lost('git clean deletes files that are not under version control')
        : []
    case 'push':
      return push(rest)
    case 'stash':
      return rest[0] === 'drop' || rest[0] === 'clear'
        ? lost(`git stash ${rest[0]} deletes shelved work`)
        : []
    case 'branch':
      return cluster('D') || (has('--delete', '-d') && has('--force', '-f'))
        ? // Everyday work after a squashed merge, and the commits stay in the reflog: a person may say yes.
          [
            finding(
              NAME,
              'destroy.branch',
              'medium',
              'git branch deletes a branch whether or not it is merged',
            ),
          ]
        : cluster('f') || has('--force')
          ? [finding(NAME, 'destroy.replaced', 'medium', 'git branch moves a branch away from its commits')]
          : []
    case 'checkout':
      return checkout(rest)
    case 'restore':
      return rest.some((arg) => !arg.startsWith('-')) &&
        (!(has('--staged', '--staged=true') || cluster('S')) || has('--worktree') || cluster('W'))
        ? lost('git restore throws away uncommitted work')
        : []
    case 'switch':
      return (has('--discard-changes', '--force') || rest.some((arg) => /^-[a-bd-zA-BD-Z]*f$/.test(arg))) &&
        !rest.includes('--')
        ? lost('git switch throws away uncommitted work')
        : []
    case 'filter-branch':
    case 'filter-repo':
      // filter-repo refuses whatever is no fresh clone, unless forced.
      return [
        finding(
          NAME,
          'destroy.history',
          verb === 'filter-branch' || has('--force', '-f') ? 'medium' : 'low',
          `git ${verb} rewrites history`,
        ),
      ]
    case 'reflog':
      return rest[0] === 'delete' ||
        (rest[0] === 'expire' && rest.some((arg) => /^--exp\w*(-\w*)?=(now|all)/.test(arg)))
        ? lost('git reflog deletes the way back to lost commits')
        : []
    case 'submodule':
      return rest[0] === 'deinit' && (has('--force') || cluster('f'))
        ? lost('git submodule throws away what was changed in a submodule')
        : []
    case 'read-tree':
    case 'checkout-index':
      return has('--reset', '-f', '--force') && (has('-u', '-a', '--all') || cluster('a'))
        ? [finding(NAME, 'destroy.replaced', 'medium', `git ${verb} writes over uncommitted work`)]
        : []
    case 'prune':
      return rest.some(
        (arg, index) =>
          /^(--expire=)?(now|all)$/.test(arg) && (arg.includes('=') || rest[index - 1] === '--expire'),
      )
        ? lost('git prune deletes what could be recovered')
        : []
    case 'symbolic-ref':
      return has('--delete', '-d') && has('HEAD') ? lost('git symbolic-ref deletes HEAD') : []
    case 'lfs':
      return rest[0] === 'prune' && has('--force', '-f')
        ? [finding(NAME, 'destroy.replaced', 'medium', 'git lfs deletes files by force')]
        : []
    case 'tag':
      return has('-d', '--delete') && (isRepeated || rest.some(hasMarker))
        ? [finding(NAME, 'destroy.branch', 'medium', 'git tag deletes every tag that a list names')]
        : []
    case 'update-ref':
      return has('-d', '--delete') ||
        (has('--stdin') &&
          (/^\s*delete\b/m.test(input ?? '') ||
            (pipeline.stages[stage - 1] ?? []).some((each) =>
              each.args.some((arg) => /\bdelete %\(/.test(arg)),
            )))
        ? lost('git update-ref deletes a reference')
        : []
    case 'annex':
      return /^(?:drop|dropunused|uninit)$/.test(rest[0] ?? '') && has('--force')
        ? lost('git annex deletes what may be kept nowhere else')
        : []
    case 'gc':
      return rest.some((arg) => /^--p\w*=(now|all)$/.test(arg)) ||
        args.some((arg) => /^gc\.pruneExpire=(now|all)$/i.test(arg)) ||
        (has('--prune') && has('now', 'all'))
        ? lost('git gc deletes what could be recovered')
        : []
    case 'worktree':
      return rest[0] === 'remove' && has('--force', '-f') ? lost('git worktree deletes uncommitted work') : []
    case 'rm':
      return cluster('r') && rest.some((arg) => /^(\.|\*|\/|\.\/)$/.test(arg)) && !has('--cached')
        ? // Without force it leaves alone what is not committed.
          [
            finding(
              NAME,
              'destroy.tracked',
              cluster('f') || has('--force') ? 'medium' : 'low',
              'git rm deletes every file',
            ),
          ]
        : []
    default:
      return []
  }
}

function push(rest: readonly string[]): readonly Finding[] {
  if (rest.includes('-n')) return []
  const isLeased = rest.some((arg) => arg.startsWith('--force-with-lease'))
  const isForced =
    (!isLeased ||
      rest.some((arg) => arg.startsWith('--force-with-lease=') && rest.some((word) => /^\+\S/.test(word)))) &&
    rest.some((arg) => /^--force(=|$)/.test(arg) || /^-[a-zA-Z]*f[a-zA-Z]*$/.test(arg) || /^\+\S/.test(arg))
  const deletes = rest.some((arg) => arg === '--delete' || arg === '-d' || /^:\S/.test(arg))
  if (rest.some((arg) => arg === '--mirror'))
    return [finding(NAME, 'destroy.work', 'high', 'git push --mirror deletes what the other side alone has')]
  if (isForced)
    return [finding(NAME, 'destroy.work', 'high', 'git push overwrites history on the other side')]
  return deletes || rest.includes('--prune')
    ? [finding(NAME, 'destroy.remote-branch', 'medium', 'git push deletes a branch on the other side')]
    : []
}

/** The same in other systems of version control. */
function otherLoss(name: string, args: readonly string[]): readonly Finding[] {
  const has = (...words: string[]) => args.some((arg) => words.includes(arg))
  const lost = (what: string, severity: Finding['severity'] = 'medium'): readonly Finding[] => [
    finding(NAME, 'destroy.work', severity, what),
  ]
  switch (name) {
    case 'hg':
      if (args[0] === 'strip' || args[0] === 'debugstrip')
        return lost('hg strip deletes commits', has('--no-backup') ? 'high' : 'medium')
      if ((args[0] === 'purge' || args[0] === 'clean') && !has('-p', '--print'))
        return lost('hg purge deletes files that are not under version control')
      return (args[0] === 'update' && has('-C', '--clean')) ||
        (args[0] === 'revert' && has('-a', '--all') && has('-C', '--no-backup'))
        ? lost('hg throws away uncommitted work')
        : []
    case 'svn':
      if (args[0] === 'revert' && (has('-R', '--recursive') || has('.', './')))
        return lost('svn throws away uncommitted work')
      return /^(delete|del|rm|remove)$/.test(args[0] ?? '') && args.some((arg) => /^[a-z+]+:\/\//.test(arg))
        ? lost('svn deletes on the server')
        : args[0] === 'cleanup' && has('--remove-unversioned', '--remove-ignored')
          ? lost('svn deletes files that are not under version control')
          : []
    case 'jj':
      if (args[0] === 'abandon' && args.some((arg) => /[()]|::|\.\./.test(arg)))
        return lost('jj abandons many commits')
      return (args[0] === 'op' || args[0] === 'operation') && args[1] === 'abandon'
        ? lost('jj forgets the way back')
        : []
    case 'p4':
      if (args[0] === 'obliterate' && has('-y')) return lost('p4 obliterates files and their history', 'high')
      return (/^(?:client|workspace|depot|branch|label|user)$/.test(args[0] ?? '') &&
        has('-d') &&
        has('-f')) ||
        (args[0] === 'revert' && args.some((arg) => arg.endsWith('...')) && !has('-n', '-a'))
        ? lost('p4 throws away work that was not submitted')
        : []
    case 'fossil':
      return args[0] === 'purge' &&
        /^(?:artifacts|cat|checkins|files|tickets|wiki|obliterate)$/.test(args[1] ?? '')
        ? lost('fossil takes pieces out of the history')
        : []
    case 'darcs':
      return /^(?:obliterate|unpull)$/.test(args[0] ?? '') ? lost('darcs deletes patches') : []
    case 'cvs':
      return args.includes('release') && has('-d') ? lost('cvs deletes a working copy') : []
    case 'dvc':
      return (args[0] === 'gc' && has('-f', '--force')) || (args[0] === 'remove' && has('--outs'))
        ? lost('dvc deletes data that is kept in no repository')
        : []
    case 'bzr':
      return args[0] === 'uncommit' && has('--force')
        ? lost('bzr throws commits away')
        : args[0] === 'clean-tree' && has('--force')
          ? lost('bzr deletes files that are not under version control')
          : []
    default:
      return unconcerned
  }
}

/** `git checkout -- file` and `git checkout .`: the same verb that switches branches. */
const sourceFile =
  /^(?!(?:feature|feat|fix|bugfix|hotfix|release|chore|refactor|origin|dependabot|renovate|users?)\/)\.?[\w@.-]+(?:\/[\w@.-]+)*\.(?:[cm]?[jt]sx?|py|go|rs|rb|java|kt|swift|cs|c|h|cc|cpp|hpp|php|css|scss|html|vue|svelte|json|ya?ml|toml|md|sql|sh|txt|lock|tf)$/

function checkout(rest: readonly string[]): readonly Finding[] {
  // It asks about each piece.
  if (rest.some((arg) => arg === '-p' || arg === '--patch')) return []
  const dashes = rest.indexOf('--')
  const isNewBranch = rest.some((arg) => /^-[a-zA-Z]*[bB]|^--orphan$/.test(arg))
  const isLoss =
    (dashes >= 0 && dashes < rest.length - 1) ||
    rest.some((arg) => arg === '.' || arg === '--force' || /^-[a-zA-Z]*f[a-zA-Z]*$/.test(arg))
  const words = rest.filter((arg) => !arg.startsWith('-'))
  const namesFiles =
    dashes < 0 && !isNewBranch && words.length > 1 && words.slice(1).every((arg) => /[./]/.test(arg))
  if ((dashes > 0 && isLoss) || namesFiles)
    return [
      finding(NAME, 'destroy.replaced', 'medium', 'git checkout replaces files with those of another commit'),
    ]
  // One word with a folder and an ending is a file far more often than a branch.
  if (!isNewBranch && words.length === 1 && rest.length === 1 && sourceFile.test(words[0] ?? ''))
    return [
      finding(NAME, 'destroy.replaced', 'medium', 'git checkout throws away what was changed in a file'),
    ]
  const isForced = rest.some((arg) => arg === '--force' || /^-[qf]*f$/.test(arg))
  return isLoss && (!isNewBranch || isForced)
    ? [finding(NAME, 'destroy.work', 'high', 'git checkout throws away uncommitted work')]
    : []
}

/** Behind `--` nothing is a flag. */
function flagged(words: readonly string[]): readonly string[] {
  const dashes = words.indexOf('--')
  return dashes < 0
    ? words
    : [...words.slice(0, dashes), ...words.slice(dashes + 1).map((word) => `./${word}`)]
}

/** What is left out of a `git clean` is a pattern, whatever it looks like. */
function withoutPatterns(words: readonly string[]): readonly string[] {
  const dashes = words.indexOf('--')
  return (dashes < 0 ? words : words.slice(0, dashes)).filter(
    (_, at) => !/^(?:--exclude|-[a-zA-Z]*e)$/.test(words[at - 1] ?? ''),
  )
}

function withoutGlobals(args: readonly string[]): readonly string[] {
  let at = 0
  while (at < args.length && (args[at] ?? '').startsWith('-')) {
    at += /^(-C|-c|--git-dir|--work-tree|--namespace|--config-env|--super-prefix)$/.test(args[at] ?? '')
      ? 2
      : 1
  }
  return args.slice(at)
}
