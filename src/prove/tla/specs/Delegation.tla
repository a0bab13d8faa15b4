---------------------------- MODULE Delegation ----------------------------
(* Agents pass tools on to one another, a person approves destructive calls *)
(* one at a time, and untrusted text taints whoever reads it.               *)
EXTENDS Naturals, FiniteSets

CONSTANTS Agent, Tool, Owner, Destructive, Untrusted, Revocable

VARIABLES holds, approved, tainted, revoked

vars == <<holds, approved, tainted, revoked>>

TypeOK ==
  /\ holds \in [Agent -> SUBSET Tool]
  /\ approved \in SUBSET (Agent \X Destructive)
  /\ tainted \in SUBSET Agent
  /\ revoked \in SUBSET Revocable

Init ==
  /\ holds = [a \in Agent |-> IF a = Owner THEN Tool ELSE {}]
  /\ approved = {}
  /\ tainted = {}
  /\ revoked = {}

Delegate(a, b, t) ==
  /\ a # b
  /\ t \in holds[a] \ revoked
  /\ holds' = [holds EXCEPT ![b] = @ \cup {t}]
  /\ UNCHANGED <<approved, tainted, revoked>>

Approve(a, t) ==
  /\ a \notin tainted
  /\ t \in holds[a] \ revoked
  /\ approved' = approved \cup {<<a, t>>}
  /\ UNCHANGED <<holds, tainted, revoked>>

Call(a, t) ==
  /\ t \in holds[a] \ revoked
  /\ t \in Destructive => <<a, t>> \in approved
  /\ approved' = approved \ {<<a, t>>}
  /\ tainted' = IF t \in Untrusted THEN tainted \cup {a} ELSE tainted
  /\ UNCHANGED <<holds, revoked>>

Revoke(t) ==
  /\ t \notin revoked
  /\ revoked' = revoked \cup {t}
  /\ holds' = [a \in Agent |-> holds[a] \ {t}]
  /\ approved' = {p \in approved : p[2] # t}
  /\ UNCHANGED tainted

Next ==
  \/ \E a, b \in Agent, t \in Tool : Delegate(a, b, t)
  \/ \E a \in Agent, t \in Destructive : Approve(a, t)
  \/ \E a \in Agent, t \in Tool : Call(a, t)
  \/ \E t \in Revocable : Revoke(t)

Spec == Init /\ [][Next]_vars

Entitled == \A p \in approved : p[2] \in holds[p[1]]
RevocationHolds == \A a \in Agent : holds[a] \cap revoked = {}
NeverWidens == [][\A a \in Agent : holds'[a] \subseteq UNION {holds[b] : b \in Agent}]_vars
============================================================================
