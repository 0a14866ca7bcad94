// Writes deploy/.env.example from the config schemas of the services: `bun run env:example`.
import { join } from 'node:path'
import { envExample } from './env-example/env-example.ts'
import { loadServiceConfigs } from './env-example/load-service-configs.ts'

const REPOSITORY = join(import.meta.dir, '..')

await Bun.write(join(REPOSITORY, 'deploy', '.env.example'), envExample(await loadServiceConfigs(REPOSITORY)))
