import type { RouteFacts } from '@shared/contracts/route-manifest.ts'
import {
  decodeLocalaiDetokenize,
  decodeLocalaiTokenize,
  encodeLocalaiTokenMetrics,
  LocalaiDetokenizeBody,
  LocalaiTokenizeBody,
} from '@shared/dialects/localai/localai-tokens.ts'
import { openaiFaultBody } from '@shared/dialects/openai/openai-faults.ts'
import { clientHasLeft } from '@shared/http/client-has-left.ts'
import { dropNulls } from '@shared/http/drop-nulls.ts'
import { faultsAs } from '@shared/http/faults-as.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import { warningsHeader } from '@shared/http/warnings-header.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import type { Log } from '@shared/log/create-log.ts'
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { ModelDirectory } from '../models/model-directory.ts'
import { requestedModel } from '../models/requested-model.ts'
import type { ConvertTokens } from './convert-tokens.ts'
import type { LastAnswers } from './last-answers.ts'

/** Waits for a slot like an answer: the model has to be open, and may have to be loaded for it. */
const FACTS: RouteFacts = {
  dialect: 'localai',
  capability: 'chat',
  scope: 'inference',
  kind: 'placed',
  // More text would hold up the model's answers for longer than a second.
  bodyLimitBytes: 4 * 1024 * 1024,
  admission: 'engine',
}
/** What this node measured. */
const METRICS_FACTS: RouteFacts = { ...FACTS, kind: 'local', bodyLimitBytes: 0, admission: 'none' }
const TAG = 'Tokens'
const MetricsOf = Type.Object({ model: Type.Optional(Type.String()) })
const METRICS_DOCUMENTATION = { tag: TAG, summary: "Figures of a model's last answer" }

export interface LocalaiTokensPorts {
  readonly convertTokens: ConvertTokens
  readonly lastAnswers: LastAnswers
  readonly directory: ModelDirectory
  readonly log: Log
}

export const localaiTokensPlugin = (ports: LocalaiTokensPorts) => {
  const plugin = new Elysia({ name: 'chat/localai-tokens' }).use(
    faultsAs('localai', openaiFaultBody, ports.log),
  )
  for (const prefix of ['/v1', '']) {
    plugin
      .post(`${prefix}/tokenize`, ({ body, request }) => answerTokenize(ports, body, request), {
        body: LocalaiTokenizeBody,
        parse: 'json',
        transform: dropNulls,
        detail: routeDetail(FACTS, { tag: TAG, summary: "Cut a text into a model's tokens" }),
      })
      .post(`${prefix}/detokenize`, ({ body, request }) => answerDetokenize(ports, body, request), {
        body: LocalaiDetokenizeBody,
        parse: 'json',
        transform: dropNulls,
        detail: routeDetail(FACTS, { tag: TAG, summary: "Put a model's tokens together to a text" }),
      })
      .get(`${prefix}/tokenMetrics`, ({ query, request }) => answerMetrics(ports, query.model, request), {
        query: MetricsOf,
        detail: routeDetail(METRICS_FACTS, METRICS_DOCUMENTATION),
      })
      .post(`${prefix}/tokenMetrics`, ({ body, request }) => answerMetrics(ports, body.model, request), {
        body: MetricsOf,
        parse: 'json',
        transform: dropNulls,
        detail: routeDetail({ ...METRICS_FACTS, bodyLimitBytes: 64 * 1024 }, METRICS_DOCUMENTATION),
      })
  }
  return plugin
}

const answerTokenize = (
  ports: LocalaiTokensPorts,
  body: LocalaiTokenizeBody,
  request: Request,
): Promise<Response> => {
  const { text, warnings } = decodeLocalaiTokenize(body)
  return answer(ports, { model: body.model, warnings, request }, async (model) => ({
    tokens: await ports.convertTokens.tokenize(model, text, request.signal),
  }))
}

const answerDetokenize = (
  ports: LocalaiTokensPorts,
  body: LocalaiDetokenizeBody,
  request: Request,
): Promise<Response> => {
  const { tokens, warnings } = decodeLocalaiDetokenize(body)
  return answer(ports, { model: body.model, warnings, request }, async (model) => ({
    content: await ports.convertTokens.detokenize(model, tokens, request.signal),
  }))
}

const answerMetrics = async (
  { directory, lastAnswers }: LocalaiTokensPorts,
  asked: string | undefined,
  request: Request,
) => encodeLocalaiTokenMetrics(lastAnswers.figuresOf(await requestedModel(directory, asked, 'chat', request)))

interface TokensRequest {
  readonly model: string | undefined
  readonly warnings: readonly string[]
  readonly request: Request
}

const answer = async (
  { directory }: LocalaiTokensPorts,
  { model, warnings, request }: TokensRequest,
  convert: (model: ModelId) => Promise<object>,
): Promise<Response> => {
  try {
    const reply = await convert(await requestedModel(directory, model, 'chat', request))
    return Response.json(reply, { headers: Object.fromEntries(warningsHeader(warnings)) })
  } catch (error) {
    if (request.signal.aborted) return clientHasLeft()
    throw error
  }
}
