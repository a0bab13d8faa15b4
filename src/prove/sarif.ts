import type { PropertyVerdict, VerifyReport } from './verify.ts'

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json'

/** A verified policy and where its file declares the system. */
export type Located = { readonly report: VerifyReport; readonly file: string; readonly line: number }

/** Findings as code scanners read them: violated is an error, unknown and vacuous are warnings. */
export function sarif(located: readonly Located[], version: string): object {
  const verdicts = located.flatMap(({ report }) => report.verdicts)
  const names = [...new Set(verdicts.map(({ property }) => property))]
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'portcullis verify',
            version,
            rules: names.map((name) => ({
              id: name,
              shortDescription: { text: verdicts.find(({ property }) => property === name)?.words ?? name },
            })),
          },
        },
        results: located.flatMap(({ report, file, line }) =>
          report.verdicts.flatMap((verdict) => result(verdict, file, line)),
        ),
      },
    ],
  }
}

function result(verdict: PropertyVerdict, file: string, line: number): object[] {
  const { property, trace } = verdict
  const isGood = (verdict.verdict === 'proved' || verdict.verdict === 'proved-bounded') && !verdict.vacuous
  if (isGood) return []
  const physicalLocation = { artifactLocation: { uri: file }, region: { startLine: line } }
  return [
    {
      ruleId: property,
      level: verdict.verdict === 'violated' ? 'error' : 'warning',
      message: { text: messageOf(verdict) },
      locations: [{ physicalLocation }],
      ...(trace === undefined
        ? {}
        : {
            codeFlows: [
              {
                threadFlows: [
                  {
                    locations: trace.map(({ story }) => ({
                      location: { physicalLocation, message: { text: story } },
                    })),
                  },
                ],
              },
            ],
          }),
    },
  ]
}

function messageOf({ verdict, words, reason, vacuous }: PropertyVerdict): string {
  if (verdict === 'violated') return `Violated: ${words}`
  if (vacuous) return `Vacuous: no weakening of the system breaks this. ${words}`
  return `Unknown (${reason ?? 'no reason given'}): ${words}`
}
