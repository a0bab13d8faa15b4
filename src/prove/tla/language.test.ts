import { expect, test } from 'vitest'
import { holds } from './testing.ts'

async function expectAll(expressions: readonly string[], preamble = ''): Promise<void> {
  const report = await holds(expressions, preamble)
  expect(report.reason ?? 'ok', report.place && expressions[report.place.line - 1]).toBe('ok')
}

test('a false assumption is an error with its place', async () => {
  const report = await holds(['1 + 1 = 2', '1 = 2'])
  expect(report).toMatchObject({ verdict: 'error', reason: 'An assumption (ASSUME) is false.' })
  expect(report.place?.line).toBe(5)
})

test('numbers: arithmetic, ranges and their sets', async () => {
  await expectAll([
    '7 \\div 2 = 3 /\\ (-7) \\div 2 = -4 /\\ (-7) % 2 = 1 /\\ 2 ^ 10 = 1024',
    '1..3 = {1, 2, 3} /\\ 3..1 = {} /\\ 5 \\in Nat /\\ -5 \\notin Nat /\\ -5 \\in Int',
    '\\b101 = 5 /\\ \\o17 = 15 /\\ \\hFF = 255',
    'Cardinality(1..10) = 10 /\\ {2, 1, 2} = {1, 2}',
  ])
})

test('logic: connectives, quantifiers, tuples in bounds', async () => {
  await expectAll([
    'TRUE /\\ ~FALSE /\\ (FALSE => 1 = 2) /\\ (TRUE <=> TRUE)',
    '\\A x \\in {} : FALSE',
    '\\E x, y \\in 1..3 : x + y = 6',
    '\\A <<a, b>> \\in {<<1, 2>>, <<3, 4>>} : b = a + 1',
    '(CHOOSE x \\in 1..9 : x * x = 49) = 7',
    '(IF 1 < 2 THEN "a" ELSE "b") = "a"',
    '(CASE 1 = 2 -> 3 [] 2 = 2 -> 4 [] OTHER -> 5) = 4',
  ])
})

test('sets: operations, comprehensions, powersets', async () => {
  await expectAll([
    '{1, 2} \\cup {3} = 1..3 /\\ 1..5 \\cap 3..9 = 3..5 /\\ 1..3 \\ {2} = {1, 3}',
    '{1} \\subseteq {1, 2} /\\ ~({3} \\subseteq {1, 2})',
    'SUBSET {1, 2} = {{}, {1}, {2}, {1, 2}} /\\ UNION {{1}, {2, 3}} = 1..3',
    '{x \\in 1..6 : x % 2 = 0} = {2, 4, 6} /\\ {x * x : x \\in -2..2} = {0, 1, 4}',
    '{x + y : x \\in 1..2, y \\in 1..2} = {2, 3, 4}',
    'Cardinality(SUBSET (1..10)) = 1024 /\\ {1, 2} \\in SUBSET Nat',
    '(SUBSET {1} \\X {2}) = SUBSET ({1} \\X {2})',
    'Cardinality({1, 2} \\X {3} \\X {4, 5}) = 4 /\\ <<1, 3, 5>> \\in {1, 2} \\X {3} \\X {4, 5}',
  ])
})

test('functions: application, EXCEPT with @, records, sequences and their one equality', async () => {
  await expectAll([
    '[x \\in 1..3 |-> x * x][2] = 4 /\\ DOMAIN [x \\in {"a"} |-> 1] = {"a"}',
    '[[x \\in 1..2 |-> 0] EXCEPT ![1] = @ + 5, ![2] = 7] = <<5, 7>>',
    '[[a |-> [b |-> 1]] EXCEPT !.a.b = @ + 1].a.b = 2',
    '[a |-> 1, b |-> 2] = [b |-> 2, a |-> 1] /\\ [a |-> 1]["a"] = 1',
    '<<>> = [x \\in {} |-> x] /\\ <<1, 2>> = [i \\in 1..2 |-> i]',
    'Cardinality([1..3 -> {0, 1}]) = 8 /\\ [a : {1, 2}, b : {3}] = {[a |-> 1, b |-> 3], [a |-> 2, b |-> 3]}',
    '[x, y \\in 1..2 |-> x - y][2, 1] = 1',
    '("a" :> 1 @@ "b" :> 2) = [a |-> 1, b |-> 2] /\\ ("a" :> 1 @@ "a" :> 2).a = 1',
    '[i \\in Nat |-> i + 1][41] = 42',
  ])
})

test('sequences', async () => {
  await expectAll([
    'Len(<<1, 2>>) = 2 /\\ Head(<<1, 2>>) = 1 /\\ Tail(<<1, 2>>) = <<2>>',
    'Append(<<1>>, 2) = <<1>> \\o <<2>> /\\ SubSeq(<<1, 2, 3>>, 2, 3) = <<2, 3>> /\\ SubSeq(<<1>>, 2, 1) = <<>>',
    'SelectSeq(<<1, 2, 3, 4>>, LAMBDA x : x % 2 = 0) = <<2, 4>>',
    '<<1, 2>> \\in Seq(Nat) /\\ <<"a">> \\notin Seq({"b"})',
    'Len("abc") = 3 /\\ "ab" \\o "c" = "abc"',
  ])
})

test('definitions: recursion, higher order, LET, infix symbols, functions by rule', async () => {
  await expectAll(
    [
      'Sum({1, 2, 3}) = 6 /\\ fact[5] = 120 /\\ Twice(Inc, 1) = 3 /\\ Twice(LAMBDA x : x * 2, 3) = 12',
      '(3 ++ 4) = 12 /\\ Fold(+, 0, <<1, 2, 3>>) = 6',
      'LET a == 1 f(x) == x + a IN f(2) = 3',
      'Even(10) /\\ ~Even(7)',
      'Guarded(FALSE, 1 \\div 0) = 0',
    ],
    `RECURSIVE Sum(_)
Sum(S) == IF S = {} THEN 0 ELSE LET x == CHOOSE x \\in S : TRUE IN x + Sum(S \\ {x})
fact[n \\in Nat] == IF n = 0 THEN 1 ELSE n * fact[n - 1]
Inc(x) == x + 1
Twice(F(_), x) == F(F(x))
a ++ b == a * b
RECURSIVE Fold(_, _, _)
Fold(Op(_, _), base, s) == IF s = <<>> THEN base ELSE Op(Head(s), Fold(Op, base, Tail(s)))
RECURSIVE Even(_), Odd(_)
Even(n) == IF n = 0 THEN TRUE ELSE Odd(n - 1)
Odd(n) == IF n = 0 THEN FALSE ELSE Even(n - 1)
Guarded(test, value) == IF test THEN value ELSE 0`,
  )
})

test('instances: substitution, parameters, LOCAL, subexpression names', async () => {
  await expectAll(
    ['One!Double = 2 /\\ Any(5)!Double = 10 /\\ Conj!2', 'Any(3)!Plus(4) = 7'],
    `---- MODULE Inner ----
EXTENDS Naturals
CONSTANT c
Double == 2 * c
Plus(x) == x + c
====
One == INSTANCE Inner WITH c <- 1
Any(p) == INSTANCE Inner WITH c <- p
Conj == /\\ 1 = 2
        /\\ 2 = 2`,
  )
})

test('TLC and community operators', async () => {
  await expectAll(
    [
      'Cardinality(Permutations({1, 2, 3})) = 6 /\\ SortSeq(<<3, 1, 2>>, LAMBDA a, b : a < b) = <<1, 2, 3>>',
      'ToString(<<1, {2}>>) = "<<1, {2}>>"',
      'ToSet(<<1, 1, 2>>) = {1, 2} /\\ Reverse(<<1, 2>>) = <<2, 1>> /\\ FoldLeft(LAMBDA a, b : a - b, 9, <<1, 2>>) = 6',
      'Max({1, 7, 3}) = 7 /\\ kSubset(2, 1..3) = {{1, 2}, {1, 3}, {2, 3}} /\\ SumSet({1, 2}) = 3',
      'Range([a |-> 1, b |-> 1]) = {1} /\\ IsInjective(<<1, 2>>) /\\ Front(<<1, 2>>) = <<1>> /\\ IsPrefix(<<1>>, <<1, 2>>)',
      'LET b == SetToBag({1, 2}) (+) SetToBag({2}) IN CopiesIn(2, b) = 2 /\\ BagCardinality(b) = 3 /\\ BagIn(1, b)',
    ],
    'EXTRA == INSTANCE SequencesExt\nLOCAL INSTANCE SequencesExt\nLOCAL INSTANCE FiniteSetsExt\nLOCAL INSTANCE Functions\nLOCAL INSTANCE Bags',
  )
})
