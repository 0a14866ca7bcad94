import type { RouteEntry, ServiceManifest } from '@shared/contracts/route-manifest.ts'
import { anthropicFaultBody } from '@shared/dialects/anthropic/anthropic-faults.ts'
import { ollamaFaultBody } from '@shared/dialects/ollama/ollama-faults.ts'
import { openaiFaultBody } from '@shared/dialects/openai/openai-faults.ts'
import { controlPlane } from '@shared/http/control-plane.ts'
import { openapiDocument, readOpenapiDocument } from '@shared/http/openapi-document.ts'
import { routeManifestOf } from '@shared/http/route-manifest-of.ts'
import { shallowJson } from '@shared/http/shallow-json.ts'
import { unknownRoute } from '@shared/http/unknown-route.ts'
import type { Log } from '@shared/log/create-log.ts'
import { Elysia } from 'elysia'
import type { Registry } from 'prom-client'
import { createAnswerEmbeddings } from './features/embeddings/answer-embeddings.ts'
import { createMakeEmbeddings } from './features/embeddings/make-embeddings.ts'
import { ollamaEmbeddingsPlugin } from './features/embeddings/ollama-embeddings-plugin.ts'
import { openaiEmbeddingsPlugin } from './features/embeddings/openai-embeddings-plugin.ts'
import type { EnginePool } from './features/engine-pool/engine-pool.ts'
import { revokePlugin } from './features/engine-pool/revoke-plugin.ts'
import { createHoldModel } from './features/models/hold-model.ts'
import type { ModelDirectory } from './features/models/model-directory.ts'
import { localaiRerankPlugin } from './features/rerank/localai-rerank-plugin.ts'
import { createRankDocuments } from './features/rerank/rank-documents.ts'
import type { ResponseClock } from './features/responses/follow-response.ts'
import type { ResponseStore } from './features/responses/response-store.ts'
import { responsesPlugin } from './features/responses/responses-plugin.ts'
import { RESPONSES_SOCKET_LIMITS } from './features/responses/responses-socket-plugin.ts'
import { rpcWorkersPlugin } from './features/rpc-workers/rpc-workers-plugin.ts'
import type { RpcWorkerDesk } from './features/rpc-workers/rpc-worker-desk.ts'
import { mcpPlugin } from './features/server-tools/mcp-plugin.ts'
import { createRunServerTools } from './features/server-tools/run-server-tools.ts'
import type { ServerTools } from './features/server-tools/server-tools.ts'
import { shardNeedsPlugin } from './features/sharding/shard-needs-plugin.ts'
import type { ShardNeedsPorts } from './features/sharding/shard-needs-plugin.ts'
import { anthropicTextPlugin } from './features/text/anthropic-text-plugin.ts'
import { createAnswerText } from './features/text/answer-text.ts'
import { createGenerateText } from './features/text/generate-text.ts'
import { localaiEditPlugin } from './features/text/localai-edit-plugin.ts'
import { ollamaTextPlugin } from './features/text/ollama-text-plugin.ts'
import { openaiTextPlugin } from './features/text/openai-text-plugin.ts'
import { createConvertTokens } from './features/tokens/convert-tokens.ts'
import { countTokensPlugin } from './features/tokens/count-tokens-plugin.ts'
import { createCountTokens } from './features/tokens/count-tokens.ts'
import { createLastAnswers } from './features/tokens/last-answers.ts'
import { localaiTokensPlugin } from './features/tokens/localai-tokens-plugin.ts'
import { tellAll } from './features/usage/engine-work.ts'
import type { WorkObserver } from './features/usage/engine-work.ts'
import type { UsageOutbox } from './features/usage/usage-outbox.ts'
import { usagePlugin } from './features/usage/usage-plugin.ts'

export interface ChatPorts {
  readonly pool: EnginePool
  readonly directory: ModelDirectory
  readonly observer: WorkObserver
  /** What the router reads of each request. */
  readonly usage: UsageOutbox
  /** The operator's own tools: functions and MCP servers. */
  readonly serverTools: ServerTools
  /** Responses that outlive a request, and how many of them are kept. */
  readonly responses: { readonly store: ResponseStore; readonly keep: number }
  /** Models over several nodes, and memory lent to others. Absent: this service knows of no other nodes. */
  readonly sharding?: Pick<ShardNeedsPorts, 'driver' | 'wishes'> & { readonly workers: RpcWorkerDesk }
  readonly clock: ResponseClock
  readonly metrics: Registry
  readonly manifest: Pick<ServiceManifest, 'instance' | 'slotsPerModel'>
  /** Unix milliseconds. */
  readonly now: () => number
  /** Milliseconds of a clock that never jumps. */
  readonly elapsedMs: () => number
  readonly createId: () => string
  readonly log: Log
}

/** Text in, text out. No I/O of its own: what it needs is in its ports. */
export const createChatApp = (ports: ChatPorts) => {
  const { directory, log, pool, usage } = ports
  const lastAnswers = createLastAnswers()
  const observer = tellAll([lastAnswers.observer, ports.observer, usage])
  const metered = { ...ports, observer }
  const generateText = createRunServerTools({
    generateText: createGenerateText(metered),
    serverTools: ports.serverTools,
  })
  const countTokens = createCountTokens(pool)
  const answerText = createAnswerText({ ...ports, generateText, holdModel: createHoldModel(pool) })
  const answerEmbeddings = createAnswerEmbeddings({
    directory,
    makeEmbeddings: createMakeEmbeddings(metered),
  })
  // Not normalised: Elysia would drop fields that the schema does not name, and they are refused or warned of by name.
  const app = new Elysia({ name: 'service/chat', normalize: false, websocket: RESPONSES_SOCKET_LIMITS })
    .use(shallowJson())
    .use(
      unknownRoute([
        { prefix: '/api/', faultBody: ollamaFaultBody },
        { prefix: '/v1/messages', faultBody: anthropicFaultBody },
        { prefix: '/messages', faultBody: anthropicFaultBody },
        { prefix: '', faultBody: openaiFaultBody },
      ]),
    )
    .use(openapiDocument({ title: 'Skein: chat', description: 'Text in, text out.' }))
    .use(
      controlPlane({
        service: 'chat',
        ...ports.manifest,
        metrics: ports.metrics,
        routes: (): readonly RouteEntry[] => routeManifestOf(app),
        openapi: (): Promise<unknown> => readOpenapiDocument(app),
      }),
    )
    .use(memoryPlugins(ports))
    .use(usagePlugin(usage))
    .use(openaiTextPlugin(answerText, log))
    .use(responsesPlugin({ ...ports, ...ports.responses, generateText, countTokens }))
    .use(ollamaTextPlugin(answerText, log))
    .use(anthropicTextPlugin(answerText, log))
    .use(countTokensPlugin({ countTokens, directory, log }))
    .use(localaiEditPlugin(answerText, log))
    .use(mcpPlugin({ answerText, serverTools: ports.serverTools, log }))
    .use(localaiTokensPlugin({ convertTokens: createConvertTokens(pool), lastAnswers, directory, log }))
    .use(openaiEmbeddingsPlugin(answerEmbeddings, log))
    .use(ollamaEmbeddingsPlugin(answerEmbeddings, log))
    .use(localaiRerankPlugin({ rankDocuments: createRankDocuments(metered), directory, log }))
  return app
}

const revoke = async ({ pool, sharding }: ChatPorts, leaseId: string): Promise<boolean> =>
  sharding?.workers.holds(leaseId) !== true && pool.revoke(leaseId)

/** What model-store and the router ask about memory, our own and what is lent. */
const memoryPlugins = (ports: ChatPorts) => {
  const { clock, directory, sharding } = ports
  const plugins = new Elysia({ name: 'chat/memory' }).use(
    revokePlugin({ revoke: (leaseId) => revoke(ports, leaseId) }),
  )
  if (sharding === undefined) return plugins
  return plugins
    .use(rpcWorkersPlugin(sharding.workers, clock))
    .use(shardNeedsPlugin({ directory, ...sharding }))
}
