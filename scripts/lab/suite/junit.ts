/**
 * The files of a JUnit report, as Bun writes it, in which every test passed. One that failed before its first test has no
 * suite, so what is not among them has failed.
 */
export function filesWithoutFailure(report: string): string[] {
  const suites = report.matchAll(/<testsuite (?=[^>]*\bfailures="0")[^>]*\bfile="(?<file>[^"]+)"/g)
  return [...suites].flatMap(({ groups }) => groups?.['file'] ?? [])
}
