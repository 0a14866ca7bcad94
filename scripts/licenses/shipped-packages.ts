import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A package that the services or `skein` need to run. */
export interface ShippedPackage {
  readonly name: string
  readonly version: string
  readonly license: string
}

interface Manifest {
  readonly name?: string
  readonly version?: string
  readonly license?: string | { readonly type?: string }
  readonly dependencies?: Readonly<Record<string, string>>
}

/**
 * Everything that is installed because something that ships depends on it, by name and version. What is optional is left
 * out: it differs from machine to machine.
 */
export const shippedPackages = (repository: string): readonly ShippedPackage[] => {
  const found = new Map<string, ShippedPackage>()
  const pending = workspaces(repository)
  const visited = new Set<string>()
  for (const directory of pending) {
    const manifest = readManifest(directory)
    for (const [name, range] of Object.entries(manifest.dependencies ?? {})) {
      const installed = range.startsWith('workspace:') ? undefined : findPackage(directory, name)
      if (installed === undefined || visited.has(installed)) continue
      visited.add(installed)
      pending.push(installed)
      const shipped = describe(readManifest(installed))
      found.set(`${shipped.name}@${shipped.version}`, shipped)
    }
  }
  return [...found].toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([, shipped]) => shipped)
}

const workspaces = (repository: string): string[] => [
  ...['services', 'shared'].flatMap((folder) =>
    readdirSync(join(repository, folder)).map((name) => join(repository, folder, name)),
  ),
  join(repository, 'scripts'),
]

const readManifest = (directory: string): Manifest =>
  JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Manifest

const describe = ({ name, version, license }: Manifest): ShippedPackage => ({
  name: name ?? 'unknown',
  version: version ?? 'unknown',
  license: (typeof license === 'string' ? license : license?.type) ?? 'unknown',
})

/** Where Node's resolution finds it; undefined when it is not installed. */
const findPackage = (from: string, name: string): string | undefined => {
  for (let directory = from; ; directory = dirname(directory)) {
    const path = join(directory, 'node_modules', name)
    if (existsSync(join(path, 'package.json'))) return realpathSync(path)
    if (directory === dirname(directory)) return undefined
  }
}
