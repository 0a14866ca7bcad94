import type { RouteEntry, RouteFacts } from '@shared/contracts/route-manifest.ts'
import { localaiFlatFaultBody } from '@shared/dialects/localai/localai-flat-faults.ts'
import { Fault } from '@shared/fault/fault.ts'
import { faultsAs } from '@shared/http/faults-as.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import { Elysia } from 'elysia'
import { instructionGroups, operationsOf } from './instruction-groups.ts'
import { instructionPage } from './instruction-page.ts'
import { localaiDiscovery, localaiFeatures } from './localai-discovery.ts'
import { openapiOperations, swaggerFragment } from './openapi-operations.ts'

const FACTS: RouteFacts = {
  dialect: 'localai',
  capability: 'node',
  scope: 'inference',
  kind: 'local',
  bodyLimitBytes: 0,
  admission: 'none',
}

const INSTRUCTIONS = '/api/instructions'

export interface CapabilityPorts {
  readonly version: string
  /** Routes of all services that are known now. */
  readonly routes: () => readonly RouteEntry[]
  /** The OpenAPI document of the whole node. */
  readonly readOpenapi: () => Promise<unknown>
}

const about = (summary: string, description = '') => ({
  detail: routeDetail(FACTS, { tag: 'Node', summary, description }),
})

/** What this node can do, for programs that ask before they try: LocalAI's routes. */
export const capabilitiesPlugin = ({ version, routes, readOpenapi }: CapabilityPorts) =>
  new Elysia({ name: 'router/capabilities' })
    .use(faultsAs('localai-flat', localaiFlatFaultBody))
    .get('/api/features', () => localaiFeatures(routes()), about('What this node has of what LocalAI has'))
    .get(
      '/.well-known/localai.json',
      () => localaiDiscovery(version, routes()),
      about('Routes of this node by their names', 'Only those that a service of this node answers.'),
    )
    .get(
      INSTRUCTIONS,
      async () => listInstructions(await readOpenapi()),
      about('Chapters of what can be asked of this node', 'Made for agents, from the OpenAPI document.'),
    )
    .get(
      `${INSTRUCTIONS}/:name`,
      async ({ params, query }) => readInstruction(await readOpenapi(), params.name, query['format']),
      about('One chapter, with its routes', 'Markdown; `?format=json`: as a part of an OpenAPI document.'),
    )

const listInstructions = (document: unknown) => ({
  instructions: instructionGroups(openapiOperations(document)).map(({ name, description, tags }) => ({
    name,
    description,
    tags,
    url: `${INSTRUCTIONS}/${name}`,
  })),
  hint: `GET ${INSTRUCTIONS}/{name} for one of them as Markdown, with ?format=json as JSON.`,
})

/**
 * @param name null where the percent signs of the path make no sense
 * @throws Fault `not_found`, `invalid_request`
 */
const readInstruction = (document: unknown, name: string | null, format = 'markdown') => {
  const operations = openapiOperations(document)
  const group = instructionGroups(operations).find((one) => one.name === name)
  if (group === undefined)
    throw new Fault('not_found', `instruction not found: ${(name ?? '').slice(0, 100)}`)
  const own = operationsOf(group, operations)
  if (format === 'json') return { ...group, swagger_fragment: swaggerFragment(document, own) }
  if (format === 'markdown') return markdownReply(instructionPage(group, own))
  throw new Fault('invalid_request', "Invalid 'format': expected json or markdown.", { param: 'format' })
}

const markdownReply = (text: string): Response =>
  new Response(text, { headers: { 'content-type': 'text/markdown; charset=utf-8' } })
