// Asserts that a `portcullis demo --json` found campaigns and says what it found.
import { readFileSync } from 'node:fs'

const { report, verdict, seconds } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'))
const { campaigns, exchanges } = report
console.log(
  `${campaigns.length} campaigns in ${exchanges} exchanges in ${seconds} s; ` +
    `${verdict.campaignsFound} of ${verdict.campaigns} true ones, ${verdict.benignFlagged} benign accounts flagged`,
)
if (campaigns.length === 0 || verdict.campaignsFound === 0) {
  console.error('the demo found no campaign')
  process.exit(1)
}
