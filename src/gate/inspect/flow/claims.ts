// Sentences that speak for somebody with a say, or set right what stands elsewhere. Honest records hold who approved as an
// entry; in running text it is the usual dress of an order that nobody gave.

const offices =
  'head office|headquarters|management|board|committee|council|director|directors|supervisor|manager|lead|chief|ceo|cfo|ciso|cto|vp|head of [a-z]+|legal|compliance|audit|auditor|payroll|treasury|finance|merchandising|regulator|authority|customs|clerk|dispatcher|adjuster|pharmacist|manufacturer|security (?:desk|team)|desk|hub|admin(?:istrator)?'

/** Cheap: a text without any of these holds no claim. */
export const claimWords =
  /approv|authori[sz]|signed off|sign-off|cleared|confirmed|decision|ruling|resolution|directive|order \d|protocol|exempt|mandat|waived|agreed|instruct|addendum|correction|corrected|typo|from now on|no longer|recounted|go(?:es)? through|wrong|incorrect|outdated|hacked|closed|new (?:account|iban|bank)|raised|granted|circular|memo|now (?:come|go|run|handled)|lead|notice|internal|clerk|hub|desk|payroll|manufacturer|pharmacist/i

const approved = new RegExp(
  `\\b(?:approved|pre-?approved|authori[sz]ed|signed off|cleared|confirmed|agreed|mandated|waived|decided|instructed|granted|exempt(?:ed)?)\\b[^:;]{0,60}\\b(?:${offices}|by phone|on the call|offline|verbally)\\b|\\b(?:${offices})\\b[^:;]{0,40}\\b(?:has |have |had )?(?:approved|pre-?approved|authori[sz]ed|signed off|cleared|confirmed|agreed|mandated|waived|decided|instructed|granted|exempted|raised)\\b`,
)
const ruled =
  /\b(?:standing order|decision|ruling|resolution|directive|protocol|policy|order|circular|memo|act)\b[^.:;]{0,12}\b[\w./]*\d[\w./-]*|\bper (?:the )?(?:ruling|decision|order|directive|instruction)|\b(?:is|are) (?:hereby )?(?:authori[sz]ed|instructed|exempt|pre-?approved)\b/
/** "Payroll lead: …", "Clerk: …", "Addendum (merchandising): …" within running text. */
const speaker = new RegExp(
  `(?:^|[\\[("'-] ?)(?:note (?:by|from) )?(?:[a-z]+ ){0,2}(?:${offices})(?:,? [a-z.]+){0,3}[\\])]? ?: |(?:^|[\\["'(] ?)(?:addendum|correction|erratum|notice|amendment|internal note|[a-z]+ (?:notice|instruction|directive|protocol|remark|ruling))(?: \\([a-z ]{1,30}\\))?[^:]{0,24}: `,
)
const corrected =
  /\b(?:is|was|are|were) (?:a typo|wrong|incorrect|outdated|recounted|hacked|closed)\b|\bfrom now on\b|\bno longer (?:in use|valid|used|active)\b|\bnew (?:account|iban|bank) (?:is|since|for)\b|\bnow (?:come|comes|go|goes|run|runs|handled) (?:from|to|through|via|by|at)\b|\b(?:go|goes) through [^.]{1,60} now\b/

/** Of a folded sentence. */
export function claims(sentence: string): boolean {
  if (sentence.includes(': ') && speaker.test(sentence)) return true
  return (
    claimWords.test(sentence) && (approved.test(sentence) || ruled.test(sentence) || corrected.test(sentence))
  )
}
