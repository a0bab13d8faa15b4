// What programs that every system has can be made to do: GTFOBins and its kin.
import {
  type Collection,
  type Entry,
  type Family,
  type Files,
  field,
  objects,
  tacticFamilies,
  text,
  yaml,
} from './collection.ts'

export const lolbins: readonly Collection[] = [
  { name: 'GTFOBins', has: /^_gtfobins\//, files: /^_gtfobins\//, read: gtfobins },
  { name: 'GTFOArgs', has: /^_gtfoargs\//, files: /^_gtfoargs\//, read: gtfoargs },
  { name: 'LOOBins', has: /^LOOBins\//, files: /^LOOBins\/.*\.yml$/, read: loobins },
]

const gtfobinFamilies: Readonly<Record<string, Family>> = {
  'reverse-shell': 'shells',
  'bind-shell': 'shells',
  'file-read': 'credentials',
  'file-write': 'persistence',
  upload: 'exfiltration',
}

/** Reads are aimed at a secret and writes at the schedule: without an aim nothing is wrong with either. */
function gtfobins(files: Files): readonly Entry[] {
  return files.flatMap(([path, page]) => {
    const functions = field(head(page), 'functions')
    return Object.entries(gtfobinFamilies).flatMap(([kind, family]) =>
      objects(field(functions, kind)).flatMap(({ code }) => {
        const command = text(code)
          .replaceAll('/path/to/input-file', kind === 'file-read' ? '/etc/shadow' : '/path/to/input-file')
          .replaceAll('/path/to/output-file', '/etc/cron.d/job')
          .replaceAll('attacker.com', '192.0.2.7')
        const isAimed = kind !== 'file-read' && kind !== 'file-write' ? true : /shadow|cron\.d/.test(command)
        return isAimed ? [{ family, name: path, command }] : []
      }),
    )
  })
}

function gtfoargs(files: Files): readonly Entry[] {
  return files.flatMap(([path, page]) => {
    const functions = field(head(page), 'functions')
    return objects(field(functions, 'file-upload')).map(({ code }) => ({
      family: 'exfiltration' as const,
      name: path,
      command: text(code),
    }))
  })
}

function loobins(files: Files): readonly Entry[] {
  return files.flatMap(([path, source]) =>
    objects(field(yaml(source), 'example_use_cases')).flatMap((use) => {
      const named = Array.isArray(use.tactics) ? use.tactics.map((tactic) => text(tactic).toLowerCase()) : []
      const family = named
        .map((tactic) => tacticFamilies[tactic.replace(' ', '-')])
        .find((each) => each !== undefined)
      return family === undefined
        ? []
        : [{ family, name: `${path} ${text(use.name)}`, command: text(use.code) }]
    }),
  )
}

/** The head of a page, between its dashes. */
const head = (page: string) => yaml((page.replace(/^---\n/, '').split(/\n(?:---|\.\.\.)/)[0] ?? '').trimEnd())
