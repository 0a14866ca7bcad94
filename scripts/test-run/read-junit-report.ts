/** What a test run says of itself. */
export interface JunitReport {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** Test files that occur in it, as the runner names them. */
  readonly files: ReadonlySet<string>
}

/** Reads the report of `bun test --reporter=junit`; undefined when it is not one. */
export const readJunitReport = (xml: string): JunitReport | undefined => {
  const root = /<testsuites\b([^>]*)>/.exec(xml)?.[1]
  // A runner that died while it wrote leaves a report without an end.
  if (root === undefined || !xml.trimEnd().endsWith('</testsuites>')) return undefined
  const [tests, failed, skipped] = ['tests', 'failures', 'skipped'].map((name) => countOf(root, name))
  if (tests === undefined || failed === undefined || skipped === undefined) return undefined
  const files = new Set(
    [...xml.matchAll(/<testsuite\b[^>]*\bfile="([^"]*)"/g)].map((match) => match[1] ?? ''),
  )
  return { passed: tests - failed - skipped, failed, skipped, files }
}

const countOf = (attributes: string, name: string): number | undefined => {
  const text = new RegExp(`\\b${name}="(\\d+)"`).exec(attributes)?.[1]
  return text === undefined ? undefined : Number(text)
}
