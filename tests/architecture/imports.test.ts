import { expect, test } from 'bun:test'
import { dirname, join } from 'node:path'
import { importsOf, sourceFiles } from '../support/source-files.ts'
import type { SourceFile } from '../support/source-files.ts'

/** What each room of `shared/` may import: other rooms and npm packages. `node` and `bun` mean the runtime's modules. */
const SHARED: Readonly<Record<string, readonly string[]>> = {
  fault: [],
  access: ['fault', '@sinclair/typebox', 'node'],
  inference: ['fault'],
  config: ['fault', '@sinclair/typebox', 'node'],
  log: ['fault', 'pino'],
  dialects: ['fault', 'inference', '@sinclair/typebox'],
  contracts: ['fault', 'inference', '@sinclair/typebox'],
  http: [
    'fault',
    'log',
    'contracts',
    'elysia',
    '@elysiajs/swagger',
    '@sinclair/typebox',
    'prom-client',
    'node',
  ],
  process: ['fault', 'log', 'node', 'bun'],
  fetch: ['fault', 'process', 'ipaddr.js', 'node'],
  storage: ['fault', 'drizzle-orm', 'node', 'bun'],
}

const EVERY_SHARED_ROOM = Object.keys(SHARED)

/** What each part of a service may import of `shared/` and of npm; its own files are judged by `mayReach`. */
const SERVICE = {
  policy: ['fault', 'inference'],
  features: [
    'access',
    'fault',
    'inference',
    'dialects',
    'http',
    'contracts',
    'log',
    'prom-client',
    '@sinclair/typebox',
    'memoirist',
    'openapi-merge',
  ],
  'app.ts': ['fault', 'inference', 'dialects', 'http', 'contracts', 'log', 'elysia', 'prom-client'],
  'config.ts': ['@sinclair/typebox'],
} as const satisfies Record<string, readonly string[]>

type ServicePart = keyof typeof SERVICE | 'main.ts' | 'adapters'

/** Which own parts a part may import: `features` never see an adapter, `policy` sees only itself. */
const REACH = {
  policy: ['policy'],
  features: ['features', 'policy'],
  adapters: ['adapters', 'features', 'policy'],
  'app.ts': ['features', 'policy'],
  'config.ts': [],
  'main.ts': ['adapters', 'features', 'policy', 'app.ts', 'config.ts'],
} as const satisfies Record<ServicePart, readonly ServicePart[]>

const partOf = (path: string): ServicePart => {
  const [, , part = ''] = path.split('/')
  if (part === 'main.ts') return part
  return part in SERVICE ? (part as ServicePart) : 'adapters'
}

/** The room of `shared/`, the npm package, `node`/`bun`, or undefined for a relative path. */
const targetOf = (specifier: string): string | undefined => {
  if (specifier.startsWith('.')) return undefined
  if (specifier.startsWith('@shared/')) return specifier.split('/')[1]
  if (specifier.startsWith('node:')) return 'node'
  if (specifier === 'bun' || specifier.startsWith('bun:')) return 'bun'
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

const violationsOf = (file: SourceFile, allowed: (target: string, specifier: string) => boolean): string[] =>
  importsOf(file)
    .filter((specifier) => {
      const target = targetOf(specifier)
      return target !== undefined && !allowed(target, specifier)
    })
    .map((specifier) => `${file.path} imports ${specifier}`)

test('a room of shared/ imports only the rooms and packages that its line names', () => {
  const violations = sourceFiles('shared').flatMap((file) => {
    const room = file.path.split('/')[1] ?? ''
    return violationsOf(file, (target) => target === room || (SHARED[room] ?? []).includes(target))
  })
  expect(violations).toEqual([])
})

test('every room of shared/ has its line', () => {
  expect([...new Set(sourceFiles('shared').map(({ path }) => path.split('/')[1]))].toSorted()).toEqual(
    EVERY_SHARED_ROOM.toSorted(),
  )
})

test('a part of a service imports only what its line names; Elysia is for plugins and app.ts', () => {
  const violations = sourceFiles('services').flatMap((file) => {
    const part = partOf(file.path)
    if (part === 'main.ts' || part === 'adapters') return []
    return violationsOf(
      file,
      (target) =>
        (SERVICE[part] as readonly string[]).includes(target) ||
        (file.path.endsWith('-plugin.ts') && ['elysia', '@elysiajs/swagger'].includes(target)),
    )
  })
  expect(violations).toEqual([])
})

test('no service imports another, and nothing in the product imports tests or scripts', () => {
  const violations = sourceFiles('services', 'shared').flatMap((file) =>
    violationsOf(file, (target) => !target.startsWith('@service') && !target.startsWith('@skein')),
  )
  expect(violations).toEqual([])
})

test('features never import adapters, policy imports only policy, only main.ts joins', () => {
  const violations = sourceFiles('services').flatMap((file) =>
    importsOf(file)
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => join(dirname(file.path), specifier))
      .filter((target) => !(REACH[partOf(file.path)] as readonly string[]).includes(partOf(target)))
      .map((target) => `${file.path} imports ${target}`),
  )
  expect(violations).toEqual([])
})

test('relative imports stay inside their package', () => {
  const packageOf = (path: string): string => path.split('/').slice(0, 2).join('/')
  const allowed = new Set(['shared/contracts/skein-version.ts']) // reads the version from the root package.json
  const violations = sourceFiles('services', 'shared').flatMap((file) =>
    importsOf(file)
      .filter((specifier) => specifier.startsWith('.') && !allowed.has(file.path))
      .filter((specifier) => packageOf(join(dirname(file.path), specifier)) !== packageOf(file.path))
      .map((specifier) => `${file.path} imports ${specifier}`),
  )
  expect(violations).toEqual([])
})
