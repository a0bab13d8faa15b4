// Library modules in TLA+ itself, written for this checker: what is not computed natively is defined here.

const header = (name: string, body: string): string => `---- MODULE ${name} ----\n${body}\n====\n`

const empty = (name: string, extended = ''): [string, string] => [
  name,
  header(name, extended === '' ? '' : `EXTENDS ${extended}`),
]

const finiteSetsExt = `
EXTENDS Integers, FiniteSets, Folds, Functions
SumSet(S) == FoldSet(LAMBDA x, y : x + y, 0, S)
ProductSet(S) == FoldSet(LAMBDA x, y : x * y, 1, S)
ReduceSet(op(_, _), S, acc) == FoldSet(op, acc, S)
MapThenSumSet(op(_), S) == FoldSet(LAMBDA x, y : op(x) + y, 0, S)
FlattenSet(S) == UNION S
SymDiff(A, B) == (A \\ B) \\cup (B \\ A)
Quantify(S, P(_)) == Cardinality({s \\in S : P(s)})
Choices(Sets) == {f \\in [Sets -> UNION Sets] : \\A T \\in Sets : f[T] \\in T}
ChooseUnique(S, P(_)) == CHOOSE x \\in S : P(x) /\\ \\A y \\in S : P(y) => y = x
`

const functions = `
EXTENDS Integers, Folds
Restrict(f, S) == [x \\in S |-> f[x]]
RestrictDomain(f, Test(_)) == Restrict(f, {x \\in DOMAIN f : Test(x)})
RestrictValues(f, Test(_)) == Restrict(f, {x \\in DOMAIN f : Test(f[x])})
IsRestriction(narrow, wide) == DOMAIN narrow \\subseteq DOMAIN wide /\\ \\A x \\in DOMAIN narrow : narrow[x] = wide[x]
Pointwise(f, g, T(_, _)) == [e \\in DOMAIN f |-> T(f[e], g[e])]
Inverse(f, S, T) == [t \\in T |-> CHOOSE s \\in S : t \\in Range(f) => f[s] = t]
AntiFunction(f) == Inverse(f, DOMAIN f, Range(f))
IsInjective(f) == \\A a, b \\in DOMAIN f : f[a] = f[b] => a = b
Injection(S, T) == {M \\in [S -> T] : IsInjective(M)}
Surjection(S, T) == {M \\in [S -> T] : \\A t \\in T : \\E s \\in S : M[s] = t}
Bijection(S, T) == {M \\in Injection(S, T) : \\A t \\in T : \\E s \\in S : M[s] = t}
ExistsInjection(S, T) == Injection(S, T) # {}
ExistsSurjection(S, T) == Surjection(S, T) # {}
ExistsBijection(S, T) == Bijection(S, T) # {}
SumFunctionOnSet(fun, indices) == FoldFunctionOnSet(LAMBDA x, y : x + y, 0, fun, indices)
SumFunction(fun) == SumFunctionOnSet(fun, DOMAIN fun)
`

const sequencesExt = `
EXTENDS Sequences, Naturals, FiniteSets, FiniteSetsExt, Folds, Functions, Bags, TLC
ToBag(s) == [x \\in ToSet(s) |-> Cardinality({i \\in DOMAIN s : s[i] = x})]
SetToSortSeq(S, op(_, _)) == SortSeq(SetToSeq(S), op)
SetToAllKPermutations(S) == UNION {SetToSeqs(T) : T \\in SUBSET S}
TupleOf(set, n) == [1..n -> set]
SeqOf(set, n) == UNION {[1..m -> set] : m \\in 0..n}
BoundedSeq(S, n) == SeqOf(S, n)
IsSorted(s, op(_, _)) == \\A i \\in 1..(Len(s) - 1) : op(s[i], s[i + 1]) \\/ s[i] = s[i + 1]
ReplaceAll(s, old, new) == [i \\in 1..Len(s) |-> IF s[i] = old THEN new ELSE s[i]]
SelectInSubSeq(seq, from, to, Test(_)) ==
  LET found == {i \\in from..to : Test(seq[i])} IN IF found = {} THEN 0 ELSE Min(found)
SelectInSeq(seq, Test(_)) == SelectInSubSeq(seq, 1, Len(seq), Test)
SelectLastInSubSeq(seq, from, to, Test(_)) ==
  LET found == {i \\in from..to : Test(seq[i])} IN IF found = {} THEN 0 ELSE Max(found)
SelectLastInSeq(seq, Test(_)) == SelectLastInSubSeq(seq, 1, Len(seq), Test)
InsertAt(s, i, e) == SubSeq(s, 1, i - 1) \\o <<e>> \\o SubSeq(s, i, Len(s))
ReplaceAt(s, i, e) == [s EXCEPT ![i] = e]
RemoveAt(s, i) == SubSeq(s, 1, i - 1) \\o SubSeq(s, i + 1, Len(s))
RemoveFirst(s, e) == IF \\E i \\in 1..Len(s) : s[i] = e THEN RemoveAt(s, SelectInSeq(s, LAMBDA v : v = e)) ELSE s
RemoveFirstMatch(s, Test(_)) == IF \\E i \\in 1..Len(s) : Test(s[i]) THEN RemoveAt(s, SelectInSeq(s, Test)) ELSE s
Cons(e, seq) == <<e>> \\o seq
Snoc(e, seq) == Append(seq, e)
Front(s) == SubSeq(s, 1, Len(s) - 1)
Last(s) == s[Len(s)]
IsPrefix(s, t) == Len(s) <= Len(t) /\\ \\A i \\in 1..Len(s) : s[i] = t[i]
IsStrictPrefix(s, t) == IsPrefix(s, t) /\\ s # t
IsSuffix(s, t) == Len(s) <= Len(t) /\\ \\A i \\in 1..Len(s) : s[i] = t[Len(t) - Len(s) + i]
IsStrictSuffix(s, t) == IsSuffix(s, t) /\\ s # t
Prefixes(s) == {SubSeq(s, 1, l) : l \\in 0..Len(s)}
CommonPrefixes(S) == {p \\in UNION {Prefixes(s) : s \\in S} : \\A s \\in S : IsPrefix(p, s)}
LongestCommonPrefix(S) == CHOOSE p \\in CommonPrefixes(S) : \\A q \\in CommonPrefixes(S) : Len(q) <= Len(p)
Suffixes(s) == {SubSeq(s, l, Len(s)) : l \\in 1..(Len(s) + 1)}
SeqMod(a, b) == IF a % b = 0 THEN b ELSE a % b
FoldLeftDomain(op(_, _), base, seq) == FoldLeft(op, base, [i \\in 1..Len(seq) |-> i])
FoldRightDomain(op(_, _), seq, base) == FoldRight(op, [i \\in 1..Len(seq) |-> i], base)
Zip(s, t) == [i \\in 1..Min({Len(s), Len(t)}) |-> <<s[i], t[i]>>]
Interleave(s, t) == FlattenSeq([i \\in 1..Min({Len(s), Len(t)}) |-> <<s[i], t[i]>>])
SubSeqs(s) == {SubSeq(s, i + 1, j) : i, j \\in 0..Len(s)}
AllSubSeqs(s) == {FlattenSeq([i \\in 1..Len(s) |-> IF i \\in D THEN <<s[i]>> ELSE <<>>]) : D \\in SUBSET (1..Len(s))}
IndexFirstSubSeq(s, t) ==
  LET last == CHOOSE i \\in 0..Len(t) : s \\in {SubSeq(t, j, i) : j \\in 1..(i + 1)} /\\ \\A k \\in 0..(i - 1) : s \\notin {SubSeq(t, j, k) : j \\in 1..(k + 1)}
  IN last - (Len(s) - 1)
ReplaceSubSeqAt(i, r, s, t) == SubSeq(t, 1, i - 1) \\o r \\o SubSeq(t, i + Len(s), Len(t))
ReplaceFirstSubSeq(r, s, t) == IF s \\in SubSeqs(t) THEN ReplaceSubSeqAt(IndexFirstSubSeq(s, t), r, s, t) ELSE t
RECURSIVE ReplaceAllSubSeqs(_, _, _)
ReplaceAllSubSeqs(r, s, t) ==
  IF s = <<>> \\/ s \\notin SubSeqs(t) THEN t
  ELSE LET i == IndexFirstSubSeq(s, t)
       IN SubSeq(t, 1, i - 1) \\o r \\o ReplaceAllSubSeqs(r, s, SubSeq(t, i + Len(s), Len(t)))
`

const bagsExt = `
EXTENDS Bags, Integers, FiniteSets
LOCAL INSTANCE TLC
BagAdd(B, x) == IF x \\in DOMAIN B THEN [B EXCEPT ![x] = @ + 1] ELSE (x :> 1) @@ B
BagRemove(B, x) ==
  IF x \\notin DOMAIN B THEN B
  ELSE IF B[x] = 1 THEN [y \\in DOMAIN B \\ {x} |-> B[y]] ELSE [B EXCEPT ![x] = @ - 1]
BagRemoveAll(B, x) == [y \\in DOMAIN B \\ {x} |-> B[y]]
LOCAL INSTANCE FiniteSetsExt
RECURSIVE Repeated(_, _, _, _)
LOCAL Repeated(op(_, _), x, n, acc) == IF n = 0 THEN acc ELSE Repeated(op, x, n - 1, op(x, acc))
FoldBag(op(_, _), base, B) == FoldSet(LAMBDA x, acc : Repeated(op, x, B[x], acc), base, DOMAIN B)
SumBag(B) == FoldBag(LAMBDA x, y : x + y, 0, B)
ProductBag(B) == FoldBag(LAMBDA x, y : x * y, 1, B)
`

const relation = `
EXTENDS Naturals, FiniteSets
IsReflexive(R, S) == \\A x \\in S : R[x, x]
IsReflexiveUnder(op(_, _), S) == \\A x \\in S : op(x, x)
IsIrreflexive(R, S) == \\A x \\in S : ~R[x, x]
IsIrreflexiveUnder(op(_, _), S) == \\A x \\in S : ~op(x, x)
IsSymmetric(R, S) == \\A x, y \\in S : R[x, y] <=> R[y, x]
IsSymmetricUnder(op(_, _), S) == \\A x, y \\in S : op(x, y) <=> op(y, x)
IsAntiSymmetric(R, S) == \\A x, y \\in S : R[x, y] /\\ R[y, x] => x = y
IsAntiSymmetricUnder(op(_, _), S) == \\A x, y \\in S : op(x, y) /\\ op(y, x) => x = y
IsAsymmetric(R, S) == \\A x, y \\in S : ~(R[x, y] /\\ R[y, x])
IsAsymmetricUnder(op(_, _), S) == \\A x, y \\in S : ~(op(x, y) /\\ op(y, x))
IsTransitive(R, S) == \\A x, y, z \\in S : R[x, y] /\\ R[y, z] => R[x, z]
IsTransitiveUnder(op(_, _), S) == \\A x, y, z \\in S : op(x, y) /\\ op(y, z) => op(x, z)
IsStrictlyPartiallyOrdered(R, S) == IsIrreflexive(R, S) /\\ IsAntiSymmetric(R, S) /\\ IsTransitive(R, S)
IsStrictlyPartiallyOrderedUnder(op(_, _), S) == IsIrreflexiveUnder(op, S) /\\ IsAntiSymmetricUnder(op, S) /\\ IsTransitiveUnder(op, S)
IsPartiallyOrdered(R, S) == IsReflexive(R, S) /\\ IsAntiSymmetric(R, S) /\\ IsTransitive(R, S)
IsPartiallyOrderedUnder(op(_, _), S) == IsReflexiveUnder(op, S) /\\ IsAntiSymmetricUnder(op, S) /\\ IsTransitiveUnder(op, S)
IsStrictlyTotallyOrdered(R, S) == IsStrictlyPartiallyOrdered(R, S) /\\ \\A x, y \\in S : x # y => R[x, y] \\/ R[y, x]
IsStrictlyTotallyOrderedUnder(op(_, _), S) == IsStrictlyPartiallyOrderedUnder(op, S) /\\ \\A x, y \\in S : x # y => op(x, y) \\/ op(y, x)
IsTotallyOrdered(R, S) == IsPartiallyOrdered(R, S) /\\ \\A x, y \\in S : R[x, y] \\/ R[y, x]
IsTotallyOrderedUnder(op(_, _), S) == IsPartiallyOrderedUnder(op, S) /\\ \\A x, y \\in S : op(x, y) \\/ op(y, x)
TransitiveClosure(R, S) ==
  LET N == Cardinality(S)
      step[n \\in 0..N] ==
        IF n = 0 THEN R
        ELSE [st \\in S \\X S |-> step[n - 1][st] \\/ \\E u \\in S : step[n - 1][<<st[1], u>>] /\\ step[n - 1][<<u, st[2]>>]]
  IN step[N]
ReflexiveTransitiveClosure(R, S) == TransitiveClosure([st \\in S \\X S |-> R[st] \\/ st[1] = st[2]], S)
IsConnected(R, S) == LET closed == ReflexiveTransitiveClosure(R, S) IN \\A x, y \\in S : closed[x, y]
`

const graphs = `
EXTENDS Naturals, Sequences, FiniteSets, SequencesExt, Relation
IsDirectedGraph(G) == G = [node |-> G.node, edge |-> G.edge] /\\ G.edge \\subseteq (G.node \\X G.node)
DirectedSubgraph(G) ==
  {H \\in [node : SUBSET G.node, edge : SUBSET G.edge] : IsDirectedGraph(H)}
Transpose(G) == [edge |-> {<<e[2], e[1]>> : e \\in G.edge}, node |-> G.node]
IsUndirectedGraph(G) == IsDirectedGraph(G) /\\ \\A e \\in G.edge : <<e[2], e[1]>> \\in G.edge
UndirectedSubgraph(G) == {H \\in DirectedSubgraph(G) : IsUndirectedGraph(H)}
Path(G) == {p \\in Seq(G.node) : p # <<>> /\\ \\A i \\in 1..(Len(p) - 1) : <<p[i], p[i + 1]>> \\in G.edge}
SimplePath(G) ==
  {p \\in SeqOf(G.node, Cardinality(G.node)) :
     p # <<>> /\\ Cardinality({p[i] : i \\in DOMAIN p}) = Len(p) /\\ \\A i \\in 1..(Len(p) - 1) : <<p[i], p[i + 1]>> \\in G.edge}
Successors(G, n) == {m \\in G.node : <<n, m>> \\in G.edge}
AllSuccessors(G, S) == UNION {Successors(G, n) : n \\in S}
Predecessors(G, n) == {m \\in G.node : <<m, n>> \\in G.edge}
AllPredecessors(G, S) == UNION {Predecessors(G, n) : n \\in S}
RECURSIVE Reached(_, _)
LOCAL Reached(G, S) == LET more == S \\cup AllSuccessors(G, S) IN IF more = S THEN S ELSE Reached(G, more)
RECURSIVE ReachedBack(_, _)
LOCAL ReachedBack(G, S) == LET more == S \\cup AllPredecessors(G, S) IN IF more = S THEN S ELSE ReachedBack(G, more)
AreConnectedIn(m, n, G) == n \\in Reached(G, {m})
ConnectionsIn(G) == [pair \\in G.node \\X G.node |-> AreConnectedIn(pair[1], pair[2], G)]
IsStronglyConnected(G) == \\A m, n \\in G.node : AreConnectedIn(m, n, G)
IsTreeWithRoot(G, r) ==
  /\\ IsDirectedGraph(G)
  /\\ \\A e \\in G.edge : e[1] # r /\\ \\A f \\in G.edge : e[1] = f[1] => e = f
  /\\ \\A n \\in G.node : AreConnectedIn(n, r, G)
GraphUnion(G, H) == [node |-> G.node \\cup H.node, edge |-> G.edge \\cup H.edge]
IsBipartiteWithPartitions(G, U, V) ==
  /\\ U \\cap V = {}
  /\\ U \\cup V = G.node
  /\\ \\A e \\in G.edge : (e[1] \\in U /\\ e[2] \\in V) \\/ (e[1] \\in V /\\ e[2] \\in U)
Ancestors(G, n) == ReachedBack(G, Predecessors(G, n))
Descendants(G, n) == Reached(G, Successors(G, n))
HasCycle(G) == \\E n \\in G.node : n \\in Descendants(G, n)
IsDag(G) == IsDirectedGraph(G) /\\ ~HasCycle(G)
InDegree(G, n) == Cardinality(Predecessors(G, n))
OutDegree(G, n) == Cardinality(Successors(G, n))
Roots(G) == {n \\in G.node : Predecessors(G, n) = {}}
Leaves(G) == {n \\in G.node : Successors(G, n) = {}}
EmptyGraph == [node |-> {}, edge |-> {}]
Graphs(S) == [node : {S}, edge : SUBSET (S \\X S)]
`

const undirectedGraphs = `
LOCAL INSTANCE Naturals
LOCAL INSTANCE Sequences
LOCAL INSTANCE SequencesExt
LOCAL INSTANCE FiniteSets
IsUndirectedGraph(G) == G = [node |-> G.node, edge |-> G.edge] /\\ \\A e \\in G.edge : e \\subseteq G.node /\\ Cardinality(e) \\in {1, 2}
IsLoopFreeUndirectedGraph(G) == IsUndirectedGraph(G) /\\ \\A e \\in G.edge : Cardinality(e) = 2
UndirectedSubgraph(G) == {H \\in [node : SUBSET G.node, edge : SUBSET G.edge] : IsUndirectedGraph(H)}
Path(G) == {p \\in Seq(G.node) : p # <<>> /\\ \\A i \\in 1..(Len(p) - 1) : {p[i], p[i + 1]} \\in G.edge}
SimplePath(G) ==
  {p \\in SeqOf(G.node, Cardinality(G.node)) :
     p # <<>> /\\ Cardinality({p[i] : i \\in DOMAIN p}) = Len(p) /\\ \\A i \\in 1..(Len(p) - 1) : {p[i], p[i + 1]} \\in G.edge}
LOCAL Near(G, S) == S \\cup {n \\in G.node : \\E m \\in S : {m, n} \\in G.edge}
RECURSIVE Around(_, _)
LOCAL Around(G, S) == LET more == Near(G, S) IN IF more = S THEN S ELSE Around(G, more)
ConnectedComponents(G) == {Around(G, {n}) : n \\in G.node}
AreConnectedIn(m, n, G) == n \\in Around(G, {m})
IsStronglyConnected(G) == ConnectedComponents(G) = {G.node}
UndirectedGraphs(S) == [node : {S}, edge : SUBSET {{s, t} : s, t \\in S}]
`

const svg = `
LOCAL INSTANCE TLC
LOCAL INSTANCE Integers
LOCAL INSTANCE Sequences
SVGElem(_name, _attrs, _children, _innerText) == [name |-> _name, attrs |-> _attrs, children |-> _children, innerText |-> _innerText]
Line(x1, y1, x2, y2, attrs) == SVGElem("line", [x1 |-> x1, y1 |-> y1, x2 |-> x2, y2 |-> y2] @@ attrs, <<>>, "")
Circle(cx, cy, r, attrs) == SVGElem("circle", [cx |-> cx, cy |-> cy, r |-> r] @@ attrs, <<>>, "")
Rect(x, y, w, h, attrs) == SVGElem("rect", [x |-> x, y |-> y, width |-> w, height |-> h] @@ attrs, <<>>, "")
Text(x, y, text, attrs) == SVGElem("text", [x |-> x, y |-> y] @@ attrs, <<>>, text)
Image(x, y, width, height, href, attrs) == SVGElem("image", [x |-> x, y |-> y, width |-> width, height |-> height] @@ attrs, <<>>, "")
Group(children, attrs) == SVGElem("g", attrs, children, "")
Svg(children, attrs) == SVGElem("svg", attrs, children, "")
SVGDoc(children, vbX, vbY, vbW, vbH, attrs) == Svg(children, attrs)
SVGElemToString(elem) == ToString(elem)
NodeOfRingNetwork(cx, cy, r, n, m) == [x |-> cx, y |-> cy]
NodesOfDirectedMultiGraph(nodes, edges, options) == [n \\in nodes |-> [x |-> 0, y |-> 0]]
PointOnLine(from, to, segment) == from
SVGSerialize(svg, frameNamePrefix, frameNumber) == TRUE
`

const dyadic = `
LOCAL INSTANCE Integers
LOCAL INSTANCE TLC
RECURSIVE Reduced(_)
LOCAL Reduced(p) == IF p.num % 2 = 0 /\\ p.den % 2 = 0 THEN Reduced([num |-> p.num \\div 2, den |-> p.den \\div 2]) ELSE p
RECURSIVE IsPower(_)
LOCAL IsPower(n) == n = 1 \\/ (n % 2 = 0 /\\ IsPower(n \\div 2))
LOCAL Rational(n, d) == [num |-> n, den |-> d]
IsDyadicRational(r) == IsPower(r.den)
Zero == Rational(0, 1)
One == Rational(1, 1)
LOCAL Larger(a, b) == IF a > b THEN a ELSE b
Add(p, q) ==
  IF p = Zero THEN q
  ELSE LET d == Larger(p.den, q.den) IN Reduced(Rational(p.num * (d \\div p.den) + q.num * (d \\div q.den), d))
Half(p) == Reduced(Rational(p.num, p.den * 2))
PrettyPrint(p) == IF p = Zero THEN "0" ELSE IF p = One THEN "1" ELSE ToString(p.num) \\o "/" \\o ToString(p.den)
`

const combinatorics = `
EXTENDS Naturals
factorial[n \\in Nat] == IF n = 0 THEN 1 ELSE n * factorial[n - 1]
choose(n, k) == factorial[n] \\div (factorial[k] * factorial[n - k])
`

export const libraryTexts: ReadonlyMap<string, string> = new Map([
  empty('Integers', 'Naturals'),
  empty('Reals', 'Integers'),
  [
    'RealTime',
    header(
      'RealTime',
      `EXTENDS Reals
VARIABLE now
RTBound(A, v, D, E) == LET TNext(t) == t' = IF <<A>>_v \\/ ~(ENABLED <<A>>_v)' THEN 0 ELSE t + (now' - now) IN TRUE
RTnow(v) == LET NowNext == /\\ now' \\in {r \\in Real : r > now} /\\ UNCHANGED v IN /\\ now \\in Real /\\ [][NowNext]_now`,
    ),
  ],
  ['Folds', header('Folds', '')],
  ['FiniteSetsExt', header('FiniteSetsExt', finiteSetsExt)],
  ['Functions', header('Functions', functions)],
  ['SequencesExt', header('SequencesExt', sequencesExt)],
  ['BagsExt', header('BagsExt', bagsExt)],
  ['Relation', header('Relation', relation)],
  ['Graphs', header('Graphs', graphs)],
  ['UndirectedGraphs', header('UndirectedGraphs', undirectedGraphs)],
  ['SVG', header('SVG', svg)],
  ['DyadicRationals', header('DyadicRationals', dyadic)],
  ['Combinatorics', header('Combinatorics', combinatorics)],
  [
    'Apalache',
    header(
      'Apalache',
      'x := y == x = y\nGen(n) == {}\nSkolem(p) == p\nExpand(S) == S\nConstCardinality(p) == p',
    ),
  ],
  ['Toolbox', header('Toolbox', 'EXTENDS TLC')],
  // Proof modules: their theorems say nothing to a checker, but specifications extend them.
  empty('TLAPS'),
  empty('FiniteSetTheorems', 'FiniteSets, Integers, Sequences, Functions, WellFoundedInduction'),
  empty('SequenceTheorems', 'Sequences, Integers, WellFoundedInduction, Functions'),
  empty('SequencesExtTheorems', 'SequencesExt, Functions'),
  empty('FunctionTheorems', 'Functions, Integers'),
  empty('BagsTheorems', 'Bags'),
  empty('NaturalsInduction', 'Integers'),
  empty('WellFoundedInduction', 'NaturalsInduction'),
  empty('FoldsTheorems', 'Folds'),
  empty('GraphTheorems', 'Graphs'),
])
