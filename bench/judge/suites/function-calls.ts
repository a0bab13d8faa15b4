import {
  type Entry,
  type Json,
  lines,
  list,
  objects,
  pythonObject,
  type Read,
  type Step,
  type Suite,
  text,
} from './suite.ts'

export const functionCallSuite: Suite = {
  has: /BFCL_v4_multi_turn_base\.json$/,
  files: /bfcl_eval\/data\/(possible_answer\/)?BFCL_v4_multi_turn_(base|long_context)\.json$/,
  read: functionCalls,
}

/** BFCL: conversations of several turns with the right calls of each; no results. */
function functionCalls(paths: readonly string[], read: Read): readonly Entry[] {
  const answers = new Map(
    paths
      .filter((path) => path.includes('possible_answer'))
      .flatMap((path) => lines(read(path)))
      .map((row) => [text(row.id), list(row.ground_truth)]),
  )
  return paths
    .filter((path) => !path.includes('possible_answer'))
    .flatMap((path) => lines(read(path)))
    .map((row): Entry => {
      const steps = list(row.question).flatMap((turn, index): readonly Step[] => [
        [
          'user',
          objects(turn)
            .map(({ content }) => text(content))
            .join('\n'),
        ],
        ...list(answers.get(text(row.id))?.[index]).map((call): Step => pythonCall(text(call))),
      ])
      return { suite: 'BFCL, several turns', kind: 'benign', key: text(row.id).replace(/\D+/g, ''), steps }
    })
}

/** `post(content='Hello', tags=['#a'])` as a call; arguments without a name get their position as one. */
function pythonCall(source: string): Step {
  const match = /^(\w+)\(([\s\S]*)\)$/.exec(source.trim())
  const args: Json = {}
  let position = 0
  for (const part of (match?.[2] ?? '').split(/,\s*(?=\w+=)/)) {
    const named = /^(\w+)=([\s\S]*)$/.exec(part)
    const value = named?.[2] ?? part
    const quoted = /^(['"])([\s\S]*)\1$/.exec(value.trim())
    if (value.trim() !== '') args[named?.[1] ?? `argument${position}`] = quoted?.[2] ?? pythonValue(value)
    position++
  }
  return ['call', match?.[1] ?? source, args]
}

function pythonValue(source: string): unknown {
  const wrapped = pythonObject(`{"value": ${source}}`)
  return wrapped.value ?? source
}
