// Prints `N passed, N failed` from Vitest's JSON report; exit 1 if anything failed.
//   node .ci/closing-line.mjs REPORT [NAME OF A FAILED STEP]...
import { readFileSync } from 'node:fs'

const [file = '', ...failedSteps] = process.argv.slice(2)
const { passed, failed } = counted(file)
// A step before the tests has no line in the report and counts as one failure; the tests' own are counted there.
const others = failedSteps.filter((name) => name !== 'tests').length
// The runner may fail without a failed test: an unhandled error, a worker that died.
const unnamed = failedSteps.includes('tests') && failed === 0 ? 1 : 0
const total = failed + others + unnamed
console.log(`${passed} passed, ${total} failed`)
process.exitCode = total > 0 || passed === 0 ? 1 : 0

function counted(report) {
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'))
    // A file that does not load has no tests to fail.
    const unloaded = testResults.filter(
      ({ status, assertionResults }) =>
        status === 'failed' && !assertionResults.some((result) => result.status === 'failed'),
    )
    return { passed: numPassedTests, failed: numFailedTests + unloaded.length }
  } catch {
    return { passed: 0, failed: 0 }
  }
}
