// Prints `N passed, N failed` from Vitest's JSON reports; exit 1 if anything failed. Of a file that is in several
// reports the last one counts.
//   node .ci/closing-line.mjs REPORT... -- [NAME OF A FAILED STEP]...
import { readFileSync } from 'node:fs'

const words = process.argv.slice(2)
const reports = words.slice(0, words.indexOf('--'))
const failedSteps = words.slice(words.indexOf('--') + 1)
const { passed, failed } = counted(reports)
// A step before the tests has no line in the report and counts as one failure; the tests' own are counted there.
const others = failedSteps.filter((name) => name !== 'tests').length
// The runner may fail without a failed test: an unhandled error, a worker that died.
const unnamed = failedSteps.includes('tests') && failed === 0 ? 1 : 0
const total = failed + others + unnamed
console.log(`${passed} passed, ${total} failed`)
process.exitCode = total > 0 || passed === 0 ? 1 : 0

function counted(paths) {
  const files = new Map(paths.flatMap(resultsOf).map((result) => [result.name, result]))
  const count = { passed: 0, failed: 0 }
  for (const { status, assertionResults } of files.values()) {
    const failures = assertionResults.filter((result) => result.status === 'failed').length
    count.passed += assertionResults.filter((result) => result.status === 'passed').length
    // A file that does not load has no tests to fail.
    count.failed += status === 'failed' && failures === 0 ? 1 : failures
  }
  return count
}

function resultsOf(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).testResults
  } catch {
    return []
  }
}
