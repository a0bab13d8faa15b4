import type { TestExpression, Word } from 'unbash'
import { textOf, type WordScope } from './words.ts'

const arithmetic = /^-(?:eq|ne|lt|le|gt|ge)$/
/** The index of a list in a sum is worked out, whatever quotes it stood in. */
const indexed = /\[\s*\$\((.+)\)\s*\]/s
/** No sign of a pattern repeats inside of what repeats: no text can keep that busy. */
const plainPattern = /^[^*+?{]*(?:[*+?][^*+?{]*){0,3}$/
const PATTERN_CHARACTERS_MAX = 200

/** Reads the words of `[[ … ]]`: what they run, and what a match leaves in `BASH_REMATCH`. */
export function readCondition(node: TestExpression, scope: WordScope, run: (text: string) => void): void {
  switch (node.type) {
    case 'TestUnary':
      sum(node.operator === '-v' ? node.operand : undefined, scope, run)
      textOf(node.operand, scope)
      return
    case 'TestBinary': {
      const left = textOf(node.left, scope)
      const right = textOf(node.right, scope)
      if (node.operator === '=~') matched(left, right, scope)
      if (!arithmetic.test(node.operator)) return
      sum(node.left, scope, run)
      sum(node.right, scope, run)
      return
    }
    case 'TestLogical':
      for (const each of node.operands) readCondition(each, scope, run)
      return
    case 'TestNot':
      readCondition(node.operand, scope, run)
      return
    case 'TestGroup':
      readCondition(node.expression, scope, run)
      return
  }
}

function sum(word: Word | undefined, scope: WordScope, run: (text: string) => void): void {
  if (word === undefined) return
  const text = indexed.exec(textOf(word, scope))?.[1]
  if (text !== undefined) run(text)
}

function matched(text: string, pattern: string, scope: WordScope): void {
  if (pattern.length > PATTERN_CHARACTERS_MAX || !plainPattern.test(pattern)) return
  try {
    const match = new RegExp(pattern, 's').exec(text)
    match?.forEach((group, index) => {
      scope.variables.set(`BASH_REMATCH[${index}]`, group ?? '')
    })
  } catch {
    // A pattern that only the shell's own library reads.
  }
}
