import { Fault } from '@shared/fault/fault.ts'
import type { GenerateRequest, Sampling } from '@shared/inference/generate-request.ts'
import type { Static, TObject } from '@sinclair/typebox'
import { stringOrStrings } from '../wire-field.ts'
import { onlyDefined } from './only-defined.ts'
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

const samplingOf = (body: SamplingBody, choice: number): Sampling =>
  onlyDefined({
    temperature: body.temperature,
    topP: body.top_p,
    // llama.cpp's 0 is −1 for others.
    topK: body.top_k === -1 ? 0 : body.top_k,
    minP: body.min_p,
    typicalP: body.typical_p,
    seed: body.seed === undefined ? undefined : body.seed + choice,
    frequencyPenalty: body.frequency_penalty,
    presencePenalty: body.presence_penalty,
    repeatPenalty: body.repeat_penalty ?? body.repetition_penalty,
    repeatLastTokens: body.repeat_last_n,
    logitBias: body.logit_bias === undefined ? undefined : logitBiasOf(body.logit_bias),
    mirostat: mirostatOf(body),
    // Absent rather than false: an engine without it need not know of it.
    ignoresEndOfAnswer: body.ignore_eos === true ? true : undefined,
  })

const mirostatOf = ({ mirostat, mirostat_eta, mirostat_tau }: SamplingBody): Sampling['mirostat'] =>
  mirostat === 1 || mirostat === 2
    ? { version: mirostat, ...onlyDefined({ tau: mirostat_tau, eta: mirostat_eta }) }
    : undefined

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
