import { systemTable } from '../gate/decide/system/compile.ts'
import { modelHash } from '../gate/decide/system/model.ts'
import type { AgentSystem } from '../gate/decide/system/system.ts'
import type { SystemTable, TableEvent } from '../gate/decide/system/table.ts'
import { countStates, type Rows } from './system/count.ts'
import { type Program, ProgramBuilder } from './system/program.ts'
import { properties } from './system/properties.ts'
import type { Property } from './system/property.ts'
import type { Counts } from './system/search.ts'
import { type Slice, sliceFor, touchIndex } from './system/slice.ts'
import { bitNames, casesText, commonText, eventName, rowText, sequence, text } from './system/tla-text.ts'

/** One file to write, and what a checker must find in it. */
export type Emitted = {
  readonly name: string
  readonly module: string
  readonly config: string
  /** As TLC reports them; absent where the module is expected to be violated, and the search ends early. */
  readonly counts: Counts | undefined
}

/** Larger modules are left out, with a line that says so. */
const STATES_MAX = 30_000
const CASES_MAX = 400

/** The whole system with as many bits at once as can be visited, and each property in all its cases. */
export function emitTla(
  system: AgentSystem,
  traces: readonly (readonly TableEvent[])[],
): { readonly modules: readonly Emitted[]; readonly left: readonly string[] } {
  const table = systemTable(system)
  const modules: Emitted[] = [commonModule(), wholeModule(table)]
  const left: string[] = []
  for (const property of properties) {
    if (property.kind !== 'never' || !property.applies(system)) continue
    const made = propertyModule(property, table)
    if (typeof made === 'string') left.push(`${property.name}: ${made}`)
    else modules.push(made)
  }
  if (traces.length > 0) modules.push(traceModule(table, traces))
  return { modules, left }
}

function commonModule(): Emitted {
  return { name: 'Rows', module: module('Rows', commonText), config: '', counts: undefined }
}

function wholeModule(table: SystemTable): Emitted {
  const whole = unlimited(table)
  let held = 1
  let counts = countStates(whole, STATES_MAX, held)
  for (let next = 2; next <= table.bits.length; next++) {
    const more = countStates(whole, STATES_MAX, next)
    if (more === undefined) break
    held = next
    counts = more
  }
  const names = bitNames(table)
  const body = [
    'EXTENDS Rows',
    `\\* The system with model hash ${modelHash(table.system)}, whole: every row of the gate's table.`,
    '\\* Budgets are left out, so it can do more than the gate lets it.',
    'CONSTANT HeldMax',
    'VARIABLE held',
    `Table == ${sequence(table.rows.map((row) => rowText(row, names, eventName(table.events[row.event]))))}`,
    'Init == held = {}',
    "Next == \\E at \\in DOMAIN Table : Enabled(Table[at], held) /\\ held' = After(Table[at], held)",
    'Spec == Init /\\ [][Next]_held',
    'Bounded == Cardinality(held) <= HeldMax',
  ]
  return {
    name: 'System',
    module: module('System', body),
    config: `CONSTANT HeldMax = ${held}\nSPECIFICATION Spec\nCONSTRAINT Bounded\nCHECK_DEADLOCK FALSE\n`,
    counts,
  }
}

function unlimited({ bits, rows }: SystemTable): Rows {
  return { bits: bits.length, rows: rows.map((row) => ({ ...row, counts: [] })), limits: [] }
}

/** All cases of a property side by side: the first step chooses one, and each has its own slice of the table. */
function propertyModule(property: Property, table: SystemTable): Emitted | string {
  const builder = new ProgramBuilder(table)
  property.build(table, builder)
  const program = builder.build()
  if (program.bads.length === 0) return 'the configuration leaves no case open'
  if (program.bads.length > CASES_MAX) return `more than ${CASES_MAX} cases`
  if (program.bads.some(({ spent }) => spent !== undefined)) return 'budgets count too far to be visited'
  // Nothing is taken as out of reach here: an auditor's checker finds that out for itself.
  const reach = new Uint8Array(program.bits).fill(1)
  const touching = touchIndex(program)
  const slices = program.bads.map((bad) => sliceFor(program, reach, touching, bad, false))
  const counts = sum(slices.map((slice) => countStates(slice, STATES_MAX)))
  if (counts === undefined) return `more than ${STATES_MAX} states`
  const name = property.name.replace(/(^|-)(\w)/g, (_all, _dash, letter: string) => letter.toUpperCase())
  const body = [
    'EXTENDS Rows',
    `\\* ${property.words(table.system)}`,
    `\\* Model hash ${modelHash(table.system)}; ${slices.length} cases.`,
    `\\* Each case has the rows of the gate's table that bear on it, and bits that remember what happened.`,
    'VARIABLES case, held',
    `Cases == ${sequence(slices.map((slice) => casesText(slice, slicedNames(program, slice))))}`,
    'Init == case \\in DOMAIN Cases /\\ held = {}',
    'Next == /\\ \\E at \\in DOMAIN Cases[case].rows :',
    '             /\\ Enabled(Cases[case].rows[at], held)',
    "             /\\ held' = After(Cases[case].rows[at], held)",
    "        /\\ case' = case",
    'Spec == Init /\\ [][Next]_<<case, held>>',
    'Holds == ~Bad(Cases[case], held)',
  ]
  const config = 'SPECIFICATION Spec\nINVARIANT Holds\nCHECK_DEADLOCK FALSE\n'
  return { name, module: module(name, body), config, counts }
}

function slicedNames(program: Program, slice: Slice): readonly string[] {
  return slice.bitOrigin.map((bit) => program.nameOf(bit))
}

function sum(counts: readonly (Counts | undefined)[]): Counts | undefined {
  const total = { distinct: 0, generated: 0, depth: 0 }
  for (const each of counts) {
    if (each === undefined) return undefined
    total.distinct += each.distinct
    total.generated += each.generated
    total.depth = Math.max(total.depth, each.depth)
  }
  return total.distinct > STATES_MAX ? undefined : total
}

/** What happened, session by session: a step that the table does not allow leaves a session standing before its end. */
function traceModule(table: SystemTable, traces: readonly (readonly TableEvent[])[]): Emitted {
  const names = bitNames(table)
  const body = [
    'EXTENDS Rows',
    `\\* ${traces.length} sessions under model ${modelHash(table.system)}, replayed. Accepted: each can be followed to its end.`,
    'VARIABLES session, at, held',
    `Table == ${sequence(table.rows.map((row) => rowText(row, names, eventName(table.events[row.event]))))}`,
    `Traces == ${sequence(traces.map((events) => sequence(events.map((event) => text(eventName(event))))))}`,
    'Fits(row) == row.name = Traces[session][at] /\\ Enabled(row, held)',
    'Init == session \\in DOMAIN Traces /\\ at = 1 /\\ held = {}',
    'Next == /\\ at <= Len(Traces[session])',
    '        /\\ \\E row \\in DOMAIN Table :',
    '             /\\ Fits(Table[row])',
    "             /\\ held' = After(Table[row], held)",
    "        /\\ at' = at + 1",
    "        /\\ session' = session",
    'Spec == Init /\\ [][Next]_<<session, at, held>>',
    'Accepted == at > Len(Traces[session]) \\/ \\E row \\in DOMAIN Table : Fits(Table[row])',
  ]
  return {
    name: 'Trace',
    module: module('Trace', body),
    config: 'SPECIFICATION Spec\nINVARIANT Accepted\nCHECK_DEADLOCK FALSE\n',
    counts: undefined,
  }
}

function module(name: string, body: readonly string[]): string {
  return `---- MODULE ${name} ----\n${body.join('\n')}\n====\n`
}
