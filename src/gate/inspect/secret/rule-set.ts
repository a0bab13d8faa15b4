// Shapes of secrets that secretlint's rule set keeps up with. Its rules are asked one by one, without its engine: that
// takes configurations and answers with promises, and an act may wait for neither.
import { rules } from '@secretlint/secretlint-rule-preset-recommend'
import type { Span } from '../../finding.ts'

type RuleKind = {
  /** The rule, by the last part of its id. */
  readonly rule: string
  /** What it reports of which kind of secret; other reports of the rule are passed over. */
  readonly names: Readonly<Record<string, string>>
  /** One of these must be there before the rule is asked: all rules cost 20 µs on a short command, the marks 1 µs. */
  readonly marks: readonly string[]
}

// Left out: rules that a shape of ours is narrower or wider than for a reason (`tokens.ts`), and `gcp`, which opens the
// file that it is asked about.
export const ruleKinds: readonly RuleKind[] = [
  { rule: '1password', names: { OPS_TOKEN: '1Password token' }, marks: ['ops_ey'] },
  { rule: 'anthropic', names: { ANTHROPIC_API_KEY: 'Anthropic key' }, marks: ['sk-ant-api'] },
  {
    rule: 'aws',
    names: { AWSSecretAccessKey: 'AWS secret key' },
    marks: ['ACCESS_KEY', 'access_key', 'AccessKey', 'accessKey', 'ACCESSKEY'],
  },
  { rule: 'databricks', names: { DATABRICKS_PERSONAL_ACCESS_TOKEN: 'Databricks token' }, marks: ['dapi'] },
  { rule: 'docker', names: { DOCKER_PERSONAL_ACCESS_TOKEN: 'Docker token' }, marks: ['dckr_pat_'] },
  { rule: 'figma', names: { FIGMA_PERSONAL_ACCESS_TOKEN: 'Figma token' }, marks: ['figd_'] },
  {
    rule: 'grafana',
    names: { GRAFANA_CLOUD_API_TOKEN: 'Grafana token', GRAFANA_SERVICE_ACCOUNT_TOKEN: 'Grafana token' },
    marks: ['glc_', 'glsa_'],
  },
  { rule: 'groq', names: { GROQ_API_KEY: 'Groq key' }, marks: ['gsk_'] },
  { rule: 'huggingface', names: { HUGGINGFACE_USER_ACCESS_TOKEN: 'Hugging Face token' }, marks: ['hf_'] },
  { rule: 'linear', names: { LINEAR_API_TOKEN: 'Linear key' }, marks: ['lin_api_'] },
  { rule: 'notion', names: { NOTION_INTEGRATION_TOKEN: 'Notion token' }, marks: ['ntn_'] },
  { rule: 'openai', names: { OPENAI_TOKEN: 'OpenAI key' }, marks: ['T3BlbkFJ'] },
  {
    rule: 'shopify',
    names: { SHOPIFY_KEY: 'Shopify token' },
    marks: ['shppa_', 'shpca_', 'shpat_', 'shpss_'],
  },
  {
    rule: 'vercel',
    names: {
      VERCEL_PERSONAL_ACCESS_TOKEN: 'Vercel token',
      VERCEL_INTEGRATION_TOKEN: 'Vercel token',
      VERCEL_APP_ACCESS_TOKEN: 'Vercel token',
      VERCEL_APP_REFRESH_TOKEN: 'Vercel token',
      VERCEL_AI_GATEWAY_API_KEY: 'Vercel key',
    },
    marks: ['vcp_', 'vci_', 'vca_', 'vcr_', 'vck_'],
  },
]

export const ruleMarks: readonly string[] = ruleKinds.flatMap(({ marks }) => marks)

/** As secretlint's types have it; they are a package of their own. */
type RuleReport = {
  readonly message: { readonly messageId: string }
  readonly range: readonly [number, number]
}

type Report = { readonly name: string; readonly span: Span }

let reports: Report[] = []

const asked = ruleKinds.map(({ rule, names, marks }) => {
  const creator = rules.find(({ meta }) => meta.id === `@secretlint/secretlint-rule-${rule}`)
  if (creator === undefined) throw new Error(`secretlint has no rule ${rule}`)
  const { file } = creator.create(
    {
      sharedOptions: {},
      createTranslator: () => (messageId: string) => ({ message: messageId, messageId }),
      report: ({ message, range }: RuleReport) => {
        const name = names[message.messageId]
        if (name !== undefined) reports.push({ name, span: [range[0], range[1]] })
      },
      ignore: () => {},
    },
    {},
  )
  return { file, marks }
})

/** What the rules see in a text. */
export function ruleReports(text: string): readonly Report[] {
  reports = []
  for (const { file, marks } of asked)
    if (marks.some((mark) => text.includes(mark)))
      void file?.({ filePath: 'act', content: text, contentType: 'text', ext: '', hasBOM: false })
  return reports
}
