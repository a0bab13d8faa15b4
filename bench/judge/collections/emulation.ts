// Attacks as defenders emulate them, by technique.
import {
  address,
  type Collection,
  type Entry,
  type Family,
  type Files,
  field,
  filledIn,
  isObject,
  objects,
  tacticFamilies,
  text,
  yaml,
} from './collection.ts'
import { blocksByHeading } from './scripts.ts'

export const emulations: readonly Collection[] = [
  {
    name: 'Atomic Red Team',
    has: /^atomics\//,
    files: /^atomics\/.*\/T\d+(\.\d+)?\.yaml$/,
    read: atomics,
    isSwapped: true,
  },
  {
    name: 'Caldera Stockpile',
    has: /^data\/abilities\//,
    files: /^data\/abilities\/.*\.ya?ml$/,
    read: abilities,
  },
  { name: 'PANIX', has: /^modules\/setup_udev\.sh$/, files: /^modules\/setup_\w+\.sh$/, read: modules },
  { name: 'Red Teaming TTPs', has: /^Mac_OSX\.md$/, files: /^(Linux|Mac_OSX|Cloud)\.md$/, read: ttps },
]

const techniques: readonly (readonly [family: Family, technique: RegExp])[] = [
  ['exfiltration', /^T(1048|1567|1030|1041|1020|1537)/],
  ['credentials', /^T(1003|1552|1555|1040|1110|1056|1539)/],
  ['persistence', /^T(1053|1098|1136|1543|1546|1547|1037|1556|1176|1574|1078|1548)/],
  ['destruction', /^T(1485|1486|1489|1490|1529|1561)/],
]

function atomics(files: Files): readonly Entry[] {
  return files.flatMap(([, source]) => {
    const page = yaml(source)
    const technique = text(field(page, 'attack_technique'))
    const family = techniques.find(([, pattern]) => pattern.test(technique))?.[0]
    if (family === undefined) return []
    return objects(field(page, 'atomic_tests')).flatMap((test) => {
      const platforms = JSON.stringify(test.supported_platforms ?? '')
      if (!/linux|macos/.test(platforms) || !/^(sh|bash)$/.test(text(field(test.executor, 'name')))) return []
      const name = `${technique} ${text(test.name)}`
      const command = filled(text(field(test.executor, 'command')), test.input_arguments)
      return [{ family, name, command, key: text(test.auto_generated_guid) || text(test.name) }]
    })
  })
}

/** Placeholders take their default, which may hold placeholders. */
function filled(command: string, inputs: unknown): string {
  let full = command
  for (let pass = 0; pass < 3; pass++)
    full = full
      .replace(/#\{([^}]+)\}/g, (whole, name: string) =>
        String(field(field(inputs, name), 'default') ?? whole),
      )
      .replaceAll('PathToAtomicsFolder', '/opt/atomics')
  return full
}

function abilities(files: Files): readonly Entry[] {
  return files.flatMap(([path, source]) => {
    const page = yaml(source)
    return objects(Array.isArray(page) ? page : [page]).flatMap((ability) => {
      const family = tacticFamilies[text(ability.tactic)]
      if (family === undefined) return []
      return Object.entries(isObject(ability.platforms) ? ability.platforms : {}).flatMap(
        ([system, runners]) => {
          const command = text(field(field(runners, 'sh'), 'command'))
          if (!/linux|darwin/.test(system) || command === '') return []
          return [
            {
              family,
              name: `${path} ${text(ability.name)}`,
              command: command.replace(/#\{[^}]*\}/g, 'value'),
            },
          ]
        },
      )
    })
  })
}

/** Each module as the script it is, called as its own help says. */
function modules(files: Files): readonly Entry[] {
  return files.map(([name, text]) => ({
    family: 'persistence',
    name,
    command: `ip=${address}; port=4444; username=backup; password=pass\n${text}`,
    key: name,
  }))
}

const headings: readonly (readonly [family: Family, technique: RegExp])[] = [
  ['shells', /T1059(?!\.00[157])|T1573/],
  ['exfiltration', /T(1048|1567|1030|1041|1020|1537)/],
  ['credentials', /T(1003|1552|1555|1056|1539)/],
  ['persistence', /T(1053|1098|1136|1543|1546|1547|1037|1556|1176|1574|1078|1548\.003)/],
]

function ttps(files: Files): readonly Entry[] {
  return files.flatMap(([name, page]) =>
    blocksByHeading(page).flatMap(([heading, block]) => {
      const family = headings.find(([, pattern]) => pattern.test(heading))?.[0]
      return family === undefined
        ? []
        : [{ family, name: `${name} ${heading}`, command: filledIn(block.replace(/^[$#❯] /gm, '')) }]
    }),
  )
}
