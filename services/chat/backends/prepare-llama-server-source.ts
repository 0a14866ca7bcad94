import { createHash } from 'node:crypto'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface SourcePlan {
  readonly bundlePath: string
  readonly patchPaths: readonly string[]
  /** Where the source and the build of an unfinished attempt are kept. */
  readonly workDirectory: string
  /** Runs a tool and fails with its output. */
  readonly run: (command: readonly [string, ...string[]], workingDirectory: string) => Promise<void>
}

/** Nothing of the user's own git settings may change the source: line ends, hooks. */
const CLONE = [
  'git',
  '-c',
  'advice.detachedHead=false',
  '-c',
  'core.autocrlf=false',
  'clone',
  '--quiet',
  '--template=',
] as const

/** Written last: a source folder without it, or with another key, is not whole or not ours. */
const MARKER = '.skein-source'

/**
 * Lays the patched source into `<workDirectory>/source`. One that is there and whole is kept, so that a build that was
 * broken off goes on where it stopped.
 */
export const prepareLlamaServerSource = async (plan: SourcePlan): Promise<string> => {
  const source = join(plan.workDirectory, 'source')
  const key = await sourceKey(plan)
  if ((await readFile(join(source, MARKER), 'utf8').catch(() => '')) === key) return source
  const fresh = join(plan.workDirectory, 'source.new')
  for (const stale of [source, fresh, join(plan.workDirectory, 'build')]) {
    await rm(stale, { recursive: true, force: true })
  }
  await plan.run([...CLONE, plan.bundlePath, fresh], plan.workDirectory)
  for (const patch of plan.patchPaths) await plan.run(['git', 'apply', '--whitespace=nowarn', patch], fresh)
  await writeFile(join(fresh, MARKER), key)
  await rename(fresh, source)
  return source
}

const sourceKey = async ({ bundlePath, patchPaths }: SourcePlan): Promise<string> => {
  const hash = createHash('sha256')
  for (const path of [bundlePath, ...patchPaths]) {
    hash.update(
      createHash('sha256')
        .update(await readFile(path))
        .digest(),
    )
  }
  return hash.digest('hex')
}
