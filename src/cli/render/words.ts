import type { LookalikeKind, Objective } from '../../watch/report.ts'

/** What a campaign is after, in words. */
export const objectiveWords: Readonly<Record<Objective, string>> = {
  reasoning: 'the model’s reasoning',
  grading: 'the model’s judgement of answers',
  coding: 'the model’s programming',
  tools: 'the model’s use of tools',
  instructions: 'how the model follows instructions',
  other: 'the model’s answers of many kinds',
}

/** What looks like a campaign and is not, in words. */
export const lookalikeWords: Readonly<Record<LookalikeKind, string>> = {
  batch: 'a batch job',
  benchmark: 'people running a benchmark',
  class: 'a class or course',
  company: 'a company’s seats',
  reseller: 'a reseller',
  promotion: 'sign-ups after a promotion',
  fans: 'strangers who use one tool',
  carrier: 'customers of one network',
  product: 'a product and its users',
  people: 'unrelated people',
}
