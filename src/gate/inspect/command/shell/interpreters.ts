// Programs that run text: which of their words is the text, and in which language it is.

export type Inline = { readonly language: string; readonly code: string }

const shells = new Set(
  'sh bash dash zsh ksh ksh93 mksh pdksh ash fish rbash posh csh tcsh yash hush busybox-sh nu xonsh elvish osh ysh $0'.split(
    ' ',
  ),
)

export function isShell(name: string): boolean {
  return shells.has(name) || (name.startsWith('-') && shells.has(name.slice(1)))
}

type Interpreter = {
  /** Options whose next word, or the rest of the same word, is code. */
  readonly flags: readonly string[]
  /** The first plain word is code, as in awk. */
  readonly isFirstWordCode?: boolean
  /** Options that take a word that is not code. */
  readonly valued?: string
  /** Subcommand whose next word is code, as in `deno eval`. */
  readonly verb?: string
}

const interpreters: Readonly<Record<string, Interpreter>> = {
  python: { flags: ['-c'], valued: 'WXm' },
  perl: { flags: ['-e', '-E'], valued: 'IMm' },
  ruby: { flags: ['-e'], valued: 'IrC' },
  php: { flags: ['-r', '-B', '-R', '-E', '--run'], valued: 'dcz' },
  node: { flags: ['-e', '-p', '-pe', '--eval', '--print'], valued: 'r' },
  deno: { flags: [], verb: 'eval' },
  bun: { flags: ['-e', '-p', '--eval', '--print'] },
  lua: { flags: ['-e'], valued: 'l' },
  awk: { flags: ['-e', '--source'], isFirstWordCode: true, valued: 'vFf' },
  powershell: { flags: [], isFirstWordCode: true },
  tcl: { flags: ['-c'] },
  r: { flags: ['-e'] },
  julia: { flags: ['-e', '-E', '--eval', '--print'] },
  groovy: { flags: ['-e'] },
  java: { flags: ['-e'] },
  scala: { flags: ['-e'] },
  kotlin: { flags: ['-e'] },
  haskell: { flags: ['-e'] },
  erlang: { flags: ['-eval'] },
  elixir: { flags: ['-e', '--eval'] },
  crystal: { flags: [], verb: 'eval' },
  go: { flags: [] },
  c: { flags: [] },
  rust: { flags: ['-e', '--expr'] },
  zig: { flags: [] },
  d: { flags: ['--eval'] },
  prolog: { flags: ['-g', '-t', '--goal'] },
  pike: { flags: ['-e'] },
  wolfram: { flags: ['-code', '-run'] },
  v: { flags: ['-e'] },
  dart: { flags: [] },
  csharp: { flags: ['-e'] },
  applescript: { flags: ['-e'] },
  lisp: { flags: ['-c', '-e', '--eval', '-eval', '--eval-string'] },
  vim: { flags: ['-c', '--cmd'] },
  gdb: { flags: ['-ex', '-eval-command', '--eval-command'] },
  octave: { flags: ['--eval', '-r'] },
  ocaml: { flags: ['-e'] },
  nim: { flags: ['--eval'] },
  swift: { flags: ['-e'] },
  sqlite: { flags: ['-cmd', '-init'], isFirstWordCode: true },
}

const programs: Readonly<Record<string, string>> = {
  python: 'python pypy jython ipython',
  perl: 'perl raku perl6 rakudo',
  ruby: 'ruby jruby irb rbx',
  php: 'php php-cli php-cgi',
  node: 'node nodejs iojs qjs ts-node tsx',
  deno: 'deno',
  bun: 'bun',
  lua: 'lua luajit texlua',
  awk: 'awk gawk mawk nawk original-awk bwk',
  powershell: 'powershell pwsh PowerShell Powershell',
  tcl: 'tclsh wish expect',
  r: 'R Rscript littler',
  julia: 'julia',
  groovy: 'groovy groovysh',
  java: 'java jshell jrunscript jjs javac',
  scala: 'scala scala-cli amm',
  kotlin: 'kotlin kotlinc ki',
  haskell: 'ghc ghci runghc runhaskell stack',
  erlang: 'erl escript',
  elixir: 'elixir iex',
  crystal: 'crystal',
  go: 'go',
  c: 'gcc cc clang tcc g++ clang++ c++ musl-gcc x86_64-w64-mingw32-gcc',
  rust: 'rustc rust-script evcxr',
  zig: 'zig',
  d: 'rdmd dmd',
  prolog: 'swipl gprolog yap',
  pike: 'pike',
  wolfram: 'wolframscript wolfram math',
  v: 'v',
  dart: 'dart',
  csharp: 'csc mcs csi csharp dotnet-script dotnet',
  applescript: 'osascript',
  lisp: 'guile racket sbcl clisp emacs ecl chicken bb clojure janet fennel hy',
  vim: 'vi vim nvim view ex rvim vimdiff',
  gdb: 'gdb lldb',
  octave: 'octave octave-cli',
  ocaml: 'ocaml',
  nim: 'nim',
  swift: 'swift',
  sqlite: 'sqlite sqlite3',
}

const languages: ReadonlyMap<string, string> = new Map(
  Object.entries(programs).flatMap(([language, names]) => names.split(' ').map((name) => [name, language])),
)

/** The language a program interprets; `python3.12` is python. */
export function languageOf(name: string): string | undefined {
  const last = name.charCodeAt(name.length - 1)
  const isVersioned = last >= 48 && last <= 57
  return languages.get(name) ?? (isVersioned ? languages.get(name.replace(/-?[\d.]+$/, '')) : undefined)
}

/** The code among the words of an interpreter, and the files it would run. */
export function inlineOf(
  language: string,
  args: readonly string[],
): { readonly inline: readonly Inline[]; readonly files: readonly string[] } {
  const interpreter = interpreters[language] ?? { flags: [] }
  const inline: Inline[] = []
  const files: string[] = []
  let isCodeDue = interpreter.isFirstWordCode === true
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? ''
    const next = args[at + 1] ?? ''
    // Behind the name of a script the words are the script's own.
    if (files.length > 0 && scripted.test(language)) files.push(word)
    else if (word === interpreter.verb) {
      while (at + 2 < args.length && (args[at + 1] ?? '').startsWith('-')) at++
      inline.push({ language, code: args[at + 1] ?? '' })
      at++
    } else if (language === 'powershell' ? powershellCode.test(word) : isCodeFlag(word, interpreter)) {
      const isPowershellText = language === 'powershell' && !/^[-/]e/i.test(word)
      inline.push({ language, code: isPowershellText ? args.slice(at + 1).join(' ') : next })
      isCodeDue = false
      at++
    } else if (attachedCode(word, interpreter) !== undefined) {
      inline.push({ language, code: attachedCode(word, interpreter) ?? '' })
    } else if (language === 'vim' && word.startsWith('+') && word.length > 2) {
      inline.push({ language, code: word.slice(1) })
    } else if (word.startsWith('-') && word.length > 1) {
      if (language === 'powershell' && powershellValued.test(word)) at++
      else if (word.length === 2 && interpreter.valued?.includes(word.slice(1))) at++
    } else if (isCodeDue) {
      inline.push({ language, code: language === 'powershell' ? args.slice(at).join(' ') : word })
      isCodeDue = false
      if (language === 'powershell') break
    } else files.push(word)
  }
  return { inline, files }
}

/** `-Command` and `-EncodedCommand`, as short as they can be cut: `-Exec` is the policy. */
const powershellCode = /^[-/](?:c(?:o[a-z]*)?|e(?:c|n[a-z]*)?)$/i

/** Options of PowerShell whose next word is no code. */
const powershellValued =
  /^-(w(i\w*)?|ex(e\w*)?|ep|v(ersion)?|in\w*|if|o(u\w*)?|of|configurationname|psconsolefile|wd|wo\w*|custompipename|settingsfile)$/i

const scripted = /^(python|perl|ruby|node|lua)$/

function isCodeFlag(word: string, interpreter: Interpreter): boolean {
  if (interpreter.flags.includes(word)) return true
  // Clustered letters, as in `perl -lne CODE`.
  if (!/^-[a-zA-Z0-9]{2,6}$/.test(word) || /^-[MmIrx]/.test(word)) return false
  return interpreter.flags.includes('-' + (word.at(-1) ?? '')) && interpreter.flags.includes('-e')
}

function attachedCode(word: string, interpreter: Interpreter): string | undefined {
  for (const flag of interpreter.flags) {
    if (flag.startsWith('--') && (word.startsWith(`${flag}=`) || word.startsWith(`${flag}:`)))
      return word.slice(flag.length + 1)
    if (flag.length === 2 && word.startsWith(flag) && word.length > 6 && /[^\w-]/.test(word))
      return word.slice(2)
  }
  return undefined
}

export type ShellWords = {
  readonly script: string | undefined
  readonly positionals: readonly string[]
  readonly file: string | undefined
  readonly readsStdin: boolean
  readonly isInteractive: boolean
}

/** How a shell was called: `-c TEXT`, a file, or its standard input. */
export function shellWords(args: readonly string[]): ShellWords {
  let isInteractive = false
  let readsStdin = true
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? ''
    if (word === '--rcfile' || word === '--init-file' || word === '-o' || word === '-O' || word === '+O') at++
    else if (/^[-+][a-zA-Z]+$/.test(word) && !word.startsWith('--')) {
      if (word.includes('i')) isInteractive = true
      if (word.includes('c') && word.startsWith('-')) {
        const rest = args.slice(at + 1).filter((next, index) => index > 0 || !/^-[a-z]+$/.test(next))
        return {
          script: rest[0],
          positionals: rest.slice(1),
          file: undefined,
          readsStdin: rest[0] === undefined,
          isInteractive,
        }
      }
      if (word.includes('s')) {
        return {
          script: undefined,
          positionals: args.slice(at + 1),
          file: undefined,
          readsStdin: true,
          isInteractive,
        }
      }
    } else if (word === '-' || word === '--' || word.startsWith('--')) {
      if (/^--(version|help)$/.test(word)) readsStdin = false
    } else {
      const isStdin = /^\/dev\/(stdin|fd\/0)$|^\/proc\/self\/fd\/0$/.test(word)
      return {
        script: undefined,
        positionals: args.slice(at + 1),
        file: isStdin ? undefined : word,
        readsStdin: isStdin,
        isInteractive,
      }
    }
  }
  return { script: undefined, positionals: [], file: undefined, readsStdin, isInteractive }
}
