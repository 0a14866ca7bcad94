import type { TSchema } from '@sinclair/typebox'
import type { ServiceConfig } from './load-service-configs.ts'

const HEAD = `# Every variable that a service of Skein reads, with its default.
# Written by \`bun run env:example\` from services/*/config.ts: change it there.
# \`skein up\` sets the *_LISTEN, *_ADDRESS, ROUTER_HOST, ROUTER_PORT and ROUTER_SERVICES of its services itself.
`

/** The text of \`.env.example\`: what several services read comes first, then each service's own. */
export const envExample = (configs: readonly ServiceConfig[]): string => {
  const counts = new Map<string, number>()
  for (const name of configs.flatMap(({ schema }) => Object.keys(schema.properties)))
    counts.set(name, (counts.get(name) ?? 0) + 1)
  const isCommon = (name: string): boolean => (counts.get(name) ?? 0) > 1 || name.startsWith('SKEIN_')
  const entries = configs.map(({ part, schema }) => ({
    title: part,
    variables: Object.entries(schema.properties),
  }))
  const common = new Map(
    entries.flatMap(({ variables }) => variables.filter(([name]) => isCommon(name))).toReversed(),
  )
  const own = entries.map(({ title, variables }) =>
    section(
      title,
      variables.filter(([name]) => !isCommon(name)),
    ),
  )
  return [HEAD, section('all services', [...common].toReversed()), ...own].join('\n')
}

const section = (title: string, variables: readonly (readonly [string, TSchema])[]): string =>
  [`# --- ${title} ---\n`, ...variables.map(([name, schema]) => variable(name, schema))].join('\n')

const variable = (name: string, schema: TSchema): string => {
  const words = [schema.description ?? '', choices(schema), bounds(schema)]
    .filter((part) => part !== '')
    .join(' ')
  return `# ${words}\n# ${name}=${String(schema['default'] ?? '')}\n`
}

/** The members of a union of literals. */
const choices = (schema: TSchema): string => {
  const members: unknown = schema['anyOf']
  if (!Array.isArray(members)) return ''
  return `(${members.map((member: TSchema) => String(member['const'])).join(' | ')})`
}

const bounds = (schema: TSchema): string => {
  const least: unknown = schema['minimum']
  const most: unknown = schema['maximum']
  if (typeof least !== 'number') return typeof most === 'number' ? `(at most ${most})` : ''
  return typeof most === 'number' ? `(${least} to ${most})` : `(at least ${least})`
}
