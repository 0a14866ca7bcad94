// Writes the SQL migrations of every service that keeps a database, from its drizzle schema.
// Run after a change of a schema.ts and commit what it writes; drizzle-kit is fetched for the run, not installed.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const DRIZZLE_KIT = 'drizzle-kit@0.31.11'
const SERVICES_DIRECTORY = join(import.meta.dir, '..', 'services')

const servicesWithSchema = readdirSync(SERVICES_DIRECTORY).filter((service) =>
  existsSync(join(SERVICES_DIRECTORY, service, 'storage', 'schema.ts')),
)

for (const service of servicesWithSchema) {
  process.stdout.write(`${service}:\n`)
  const directory = join(SERVICES_DIRECTORY, service)
  const { exitCode } = Bun.spawnSync(
    [
      'bunx',
      '--bun',
      DRIZZLE_KIT,
      'generate',
      '--dialect=sqlite',
      '--schema=./storage/schema.ts',
      '--out=./storage/migrations',
      ...Bun.argv.slice(2),
    ],
    {
      cwd: directory,
      // drizzle-kit looks for drizzle-orm beside itself, in bunx's cache; the service has it.
      env: { ...process.env, NODE_PATH: join(directory, 'node_modules') },
      stdout: 'inherit',
      stderr: 'inherit',
    },
  )
  if (exitCode !== 0) process.exit(exitCode)
}
