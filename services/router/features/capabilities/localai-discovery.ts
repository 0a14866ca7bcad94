import type { DialectName, RouteEntry } from '@shared/contracts/route-manifest.ts'
import { offeredPaths } from './offered-paths.ts'
import type { OffersPath } from './offered-paths.ts'

/** Names by which clients of LocalAI look for routes. What this node does not answer is left out. */
const ENDPOINTS: Readonly<Record<string, string>> = {
  models: '/v1/models',
  chat_completions: '/v1/chat/completions',
  completions: '/v1/completions',
  embeddings: '/v1/embeddings',
  config_metadata: '/api/models/config-metadata',
  config_json: '/api/models/config-json/:name',
  config_patch: '/api/models/config-json/:name',
  autocomplete: '/api/models/config-metadata/autocomplete/:provider',
  vram_estimate: '/api/models/vram-estimate',
  tts: '/tts',
  transcription: '/v1/audio/transcriptions',
  image_generation: '/v1/images/generations',
  swagger: '/swagger',
  instructions: '/api/instructions',
}

/** Those of its groups that are not simply all routes of one API. */
const GROUPS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  config_management: {
    config_metadata: '/api/models/config-metadata',
    config_json: '/api/models/config-json/:name',
    config_patch: '/api/models/config-json/:name',
    autocomplete: '/api/models/config-metadata/autocomplete/:provider',
    vram_estimate: '/api/models/vram-estimate',
  },
  model_management: {
    list_gallery: '/models/available',
    install: '/models/apply',
    delete: '/models/delete/:name',
    edit: '/models/edit/:name',
    import: '/models/import',
    reload: '/models/reload',
  },
  ai_functions: {
    tts: '/tts',
    vad: '/vad',
    video: '/video',
    detection: '/v1/detection',
    tokenize: '/v1/tokenize',
    rerank: '/v1/rerank',
  },
  monitoring: {
    metrics: '/metrics',
    backend_monitor: '/backend/monitor',
    backend_shutdown: '/backend/shutdown',
    system: '/system',
    resources: '/api/resources',
    version: '/version',
    traces: '/api/traces',
    traces_clear: '/api/traces/clear',
    backend_traces: '/api/backend-traces',
    backend_traces_clear: '/api/backend-traces/clear',
    backend_logs: '/api/backend-logs',
    backend_logs_model: '/api/backend-logs/:modelId',
    backend_logs_clear: '/api/backend-logs/:modelId/clear',
    backend_logs_ws: '/ws/backend-logs/:modelId',
  },
  mcp: { chat_completions: '/v1/mcp/chat/completions' },
  p2p: { nodes: '/api/p2p', token: '/api/p2p/token' },
  agents: {
    tasks: '/api/agent/tasks',
    jobs: '/api/agent/jobs',
    execute: '/api/agent/jobs/execute',
  },
  stores: { set: '/stores/set', get: '/stores/get', find: '/stores/find', delete: '/stores/delete' },
  docs: { swagger: '/swagger', instructions: '/api/instructions', openapi: '/v1/openapi.json' },
}

/** The route that must be there for each of LocalAI's flags. */
const CAPABILITIES = {
  config_metadata: '/api/models/config-metadata',
  config_patch: '/api/models/config-json/:name',
  vram_estimate: '/api/models/vram-estimate',
  mcp: '/v1/mcp/chat/completions',
  agents: '/api/agent/tasks',
  p2p: '/api/p2p',
  tracing: '/api/traces',
} as const

/** Of every dialect a group of all its routes. */
const DIALECT_GROUP = {
  openai: 'openai_compatible',
  anthropic: 'anthropic_compatible',
  ollama: 'ollama_compatible',
  localai: 'localai_compatible',
  toolpiper: 'toolpiper_compatible',
} as const satisfies Record<DialectName, string>

/** `GET /.well-known/localai.json`: what this node answers, by the routes that its services have declared. */
export const localaiDiscovery = (version: string, entries: readonly RouteEntry[]) => {
  const offers = offeredPaths(entries)
  const groups = Object.entries(GROUPS).map(([group, paths]) => [group, only(paths, offers)] as const)
  return {
    version: `v${version}`,
    endpoints: only(ENDPOINTS, offers),
    endpoint_groups: {
      ...dialectGroups(entries),
      ...Object.fromEntries(groups.filter(([, paths]) => Object.keys(paths).length > 0)),
    },
    capabilities: flagsOf(CAPABILITIES, offers),
  }
}

/** The route that must be there for each switch of LocalAI's pages; null: nothing that Skein does. */
const FEATURES = {
  agents: '/api/agents',
  mcp: '/v1/mcp/chat/completions',
  fine_tuning: null,
  quantization: null,
  distributed: '/api/nodes',
  localai_assistant: null,
} as const

/** `GET /api/features`. */
export const localaiFeatures = (entries: readonly RouteEntry[]) => flagsOf(FEATURES, offeredPaths(entries))

const flagsOf = <Name extends string>(
  paths: Readonly<Record<Name, string | null>>,
  offers: OffersPath,
): Readonly<Record<Name, boolean>> =>
  // The names are those of `paths`, one for one.
  Object.fromEntries(
    Object.entries<string | null>(paths).map(([name, path]) => [name, path !== null && offers(path)]),
  ) as Record<Name, boolean>

const only = (
  paths: Readonly<Record<string, string>>,
  offers: OffersPath,
): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(paths).filter(([, path]) => offers(path)))

/** Routes by the words of their paths; of those with and without `/v1` the one with it. */
const dialectGroups = (
  entries: readonly RouteEntry[],
): Readonly<Record<string, Readonly<Record<string, string>>>> => {
  const groups = new Map<string, Map<string, string>>()
  const ordered = entries.toSorted((left, right) => Number(isPlain(left)) - Number(isPlain(right)))
  for (const { dialect, path } of ordered) {
    const group = DIALECT_GROUP[dialect]
    const names = groups.get(group) ?? new Map<string, string>()
    const name = nameOf(path)
    if (!names.has(name)) names.set(name, path)
    groups.set(group, names)
  }
  return Object.fromEntries([...groups].map(([group, names]) => [group, Object.fromEntries(names)]))
}

const isPlain = ({ path }: RouteEntry): boolean => !path.startsWith('/v1/')

/** `/v1/responses/:id/cancel` is `responses_id_cancel`. */
const nameOf = (path: string): string =>
  path
    .replace(/^\/(v1|api)(?=\/)/, '')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .replaceAll(/^_|_$/g, '') || 'home'
