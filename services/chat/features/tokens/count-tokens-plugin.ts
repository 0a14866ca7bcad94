import { AnthropicCountTokensBody } from '@shared/dialects/anthropic/anthropic-count-tokens-schema.ts'
import { anthropicCountTokens } from '@shared/dialects/anthropic/anthropic-count-tokens.ts'
import { anthropicFaultBody } from '@shared/dialects/anthropic/anthropic-faults.ts'
import { clientHasLeft } from '@shared/http/client-has-left.ts'
import { dropNulls } from '@shared/http/drop-nulls.ts'
import { faultsAs } from '@shared/http/faults-as.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import { warningsHeader } from '@shared/http/warnings-header.ts'
import type { Log } from '@shared/log/create-log.ts'
import { Elysia } from 'elysia'
import type { ModelDirectory } from '../models/model-directory.ts'
import { requestedModel } from '../models/requested-model.ts'
import type { CountTokens } from './count-tokens.ts'
import { modelWork } from '../models/model-work.ts'

/** Waits for a slot like an answer: the model has to be open, and may have to be loaded for it. */
const FACTS = modelWork('anthropic', 'chat')

const PATHS = ['/v1/messages/count_tokens', '/messages/count_tokens'] as const

export interface CountTokensPorts {
  readonly countTokens: CountTokens
  readonly directory: ModelDirectory
  readonly log: Log
}

export const countTokensPlugin = (ports: CountTokensPorts) => {
  const plugin = new Elysia({ name: 'chat/count-tokens' }).use(
    faultsAs('anthropic', anthropicFaultBody, ports.log),
  )
  for (const path of PATHS) {
    plugin.post(path, ({ body, request }) => answerCount(ports, body, request), {
      body: AnthropicCountTokensBody,
      parse: 'json',
      transform: dropNulls,
      detail: routeDetail(FACTS, {
        tag: 'Chat',
        summary: 'Count the tokens of a prompt as its model reads it',
      }),
    })
  }
  return plugin
}

const answerCount = async (
  { countTokens, directory }: CountTokensPorts,
  body: AnthropicCountTokensBody,
  request: Request,
): Promise<Response> => {
  const model = await requestedModel(directory, body.model, 'chat', request)
  const { prompt, warnings } = anthropicCountTokens.decode(body)
  try {
    const promptTokens = await countTokens(model, prompt, request.signal)
    const headers = Object.fromEntries(warningsHeader(warnings))
    return Response.json(anthropicCountTokens.encode(promptTokens), { headers })
  } catch (error) {
    if (request.signal.aborted) return clientHasLeft()
    throw error
  }
}
