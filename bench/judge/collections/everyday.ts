// Everyday work: cheat sheets, scripts, images, build files, workflows.
import {
  type Collection,
  type Entry,
  type Files,
  field,
  isObject,
  objects,
  placeholder,
  text,
  type Yaml,
  yaml,
} from './collection.ts'
import { blocksOf, imageLines, recipeLines, scriptLines } from './scripts.ts'

export const everyday: readonly Collection[] = [
  { name: 'cheatsheets', has: /^7z$/, files: /^[\w-]+$/, read: sheets },
  { name: 'navi cheats', has: /^code\/git\.cheat$/, files: /\.cheat$/, read: navi },
  { name: 'starter workflows', has: /^ci\/.*\.yml$/, files: /\.ya?ml$/, read: workflows },
  { name: 'cheat.sh', has: /^sheets\/tar$/, files: /^sheets\/[\w.-]+$/, read: sheets },
  { name: 'Bash one-liners', has: /^_config\.yml$/, files: /^README\.md$/, read: oneLiners },
  ordinary('oh-my-zsh', /^oh-my-zsh\.sh$/),
  ordinary('bash-it', /^bash_it\.sh$/),
  ordinary('devcontainer features', /^src\/common-utils\//),
  ordinary('runner images', /^images\/ubuntu\//),
  ordinary('moby', /^hack\/make\.sh$/),
  ordinary('python images', /^apply-templates\.sh$/),
  ordinary('nvm', /^nvm\.sh$/),
  ordinary('dotfiles', /^\.macos$/),
]

const sheetLine = /^(?!#|\s*$|---|tags:|syntax:)(?:\$\s+)?([a-z][\w.-]*\s.*)$/

/** Sheets mix commands and sentences; what ends in a full stop or a colon is a sentence. */
function sheets(files: Files): readonly Entry[] {
  return files.flatMap(([path, page]) =>
    page.split('\n').flatMap((line) => {
      const command = sheetLine.exec(line)?.[1]?.replace(placeholder, 'value') ?? ''
      return command === '' || /[.:]$/.test(command)
        ? []
        : [{ family: 'ordinary' as const, name: path, command }]
    }),
  )
}

function navi(files: Files): readonly Entry[] {
  return files.flatMap(([path, page]) =>
    page
      .split('\n')
      .flatMap((line) =>
        /^(%|#|;|\$|@|\s*$)/.test(line)
          ? []
          : [{ family: 'ordinary' as const, name: path, command: line.replace(placeholder, 'value') }],
      ),
  )
}

function workflows(files: Files): readonly Entry[] {
  return files.flatMap(([path, source]) =>
    Object.values(isObject(field(yaml(source), 'jobs')) ? (field(yaml(source), 'jobs') as Yaml) : {}).flatMap(
      (job) =>
        objects(field(job, 'steps')).flatMap(({ run }) =>
          text(run) === '' ? [] : [{ family: 'ordinary' as const, name: path, command: text(run) }],
        ),
    ),
  )
}

function oneLiners(files: Files): readonly Entry[] {
  return files.flatMap(([name, page]) =>
    blocksOf(page).flatMap((block) =>
      scriptLines(block).map((command) => ({ family: 'ordinary' as const, name, command })),
    ),
  )
}

/** A project whose scripts, images, build files and workflows are everyday work. */
function ordinary(name: string, has: RegExp): Collection {
  return {
    name,
    has,
    files:
      /^(?!vendor\/|.*\/(testdata|vendor)\/).*(\.(sh|bash|zsh)|(^|\/)(Dockerfile[\w.-]*|Makefile|\.(aliases|functions|macos|bash_profile))|^\.github\/workflows\/[\w.-]+\.ya?ml)$/,
    read: (files) =>
      files.flatMap(([path, text]) =>
        linesOf(path, text).map((command) => ({ family: 'ordinary' as const, name: path, command })),
      ),
  }
}

function linesOf(path: string, text: string): readonly string[] {
  if (/\.ya?ml$/.test(path)) return workflowLines(text)
  if (/Dockerfile/.test(path)) return imageLines(text)
  return /Makefile$/.test(path) ? recipeLines(text) : scriptLines(text)
}

/** The texts of the steps, without a reader of YAML: templates of theirs are often none. */
function workflowLines(text: string): readonly string[] {
  return [...text.matchAll(/^( *)(?:- )?run: *(?:[|>][-+]? *\n((?:\1 +.*\n|\s*\n)+)|(.+)\n)/gm)].map(
    (match) => (match[2] ?? match[3] ?? '').replace(/^ {0,12}/gm, '').trim(),
  )
}
