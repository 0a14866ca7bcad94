// Writes the list of packages that ship with Skein and their licences: `bun run licenses`.
import { join } from 'node:path'
import { shippedPackages } from './licenses/shipped-packages.ts'

const REPOSITORY = join(import.meta.dir, '..')

await Bun.write(
  join(REPOSITORY, 'services/router/adapters/shipped-packages.json'),
  `${JSON.stringify(shippedPackages(REPOSITORY), null, 2)}\n`,
)
