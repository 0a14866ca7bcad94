import { Fault } from '@shared/fault/fault.ts'
import type { GenerateRequest, Sampling } from '@shared/inference/generate-request.ts'
import type { Static, TObject } from '@sinclair/typebox'
import { stringOrStrings } from '../wire-field.ts'
import type { openaiSamplingFields } from './openai-sampling-schema.ts'

type SamplingBody = Partial<Static<TObject<typeof openaiSamplingFields>>>

/** OpenAI documents 4; local clients send more. */
const MOST_STOPS = 16
const MOST_BIASES = 1024

/** The sampling and the limits of a body, for the answer at `choice` (a seed gives each its own, predictably). */
export const decodeOpenaiSampling = (
  body: SamplingBody,
  maxTokens: number | undefined,
  choice: number,
): Pick<GenerateRequest, 'sampling' | 'stop' | 'maxTokens'> => ({
  sampling: samplingOf(body, choice),
  stop: stringOrStrings('stop', body.stop, MOST_STOPS),
  ...(maxTokens === undefined || maxTokens === -1 ? {} : { maxTokens }),
})

/** @throws Fault for 0, which is neither a budget nor "no limit" */
export const checkMaxTokens = (param: string, value: number | undefined): number | undefined => {
  if (value === 0)
    throw new Fault('invalid_request', `'${param}' must be at least 1 (or −1 for no limit).`, { param })
  return value
}

const samplingOf = (body: SamplingBody, choice: number): Sampling => {
  const repeatPenalty = body.repeat_penalty ?? body.repetition_penalty
  return {
    ...(body.temperature === undefined ? {} : { temperature: body.temperature }),
    ...(body.top_p === undefined ? {} : { topP: body.top_p }),
    ...(body.top_k === undefined ? {} : { topK: body.top_k }),
    ...(body.min_p === undefined ? {} : { minP: body.min_p }),
    ...(body.seed === undefined ? {} : { seed: body.seed + choice }),
    ...penaltiesOf(body),
    ...(repeatPenalty === undefined ? {} : { repeatPenalty }),
    ...(body.logit_bias === undefined ? {} : { logitBias: logitBiasOf(body.logit_bias) }),
  }
}

const penaltiesOf = (body: SamplingBody): Sampling => ({
  ...(body.frequency_penalty === undefined ? {} : { frequencyPenalty: body.frequency_penalty }),
  ...(body.presence_penalty === undefined ? {} : { presencePenalty: body.presence_penalty }),
  ...(body.repeat_last_n === undefined ? {} : { repeatLastTokens: body.repeat_last_n }),
})

const logitBiasOf = (biases: Readonly<Record<string, number>>): ReadonlyMap<number, number> => {
  const entries = Object.entries(biases)
  const isTokenId = ([token]: [string, number]): boolean => /^\d{1,9}$/.test(token)
  if (entries.length > MOST_BIASES || !entries.every(isTokenId)) {
    throw new Fault(
      'invalid_request',
      `'logit_bias' takes at most ${MOST_BIASES} token ids (whole numbers) as keys.`,
      {
        param: 'logit_bias',
      },
    )
  }
  return new Map(entries.map(([token, bias]) => [Number(token), bias]))
}
