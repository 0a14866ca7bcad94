import { Fault } from '@shared/fault/fault.ts'
import type { Sampling } from '@shared/inference/generate-request.ts'
import type { RemoteProduct } from '@shared/inference/remote-product.ts'
import type { RemoteAbilities } from './remote-abilities.ts'
import type { RemoteModel } from './remote-model.ts'

/** With these values a sampling does nothing, so that a server without it does the same. */
const OFF: Partial<Readonly<Record<keyof Sampling, unknown>>> = {
  topK: 0,
  minP: 0,
  typicalP: 1,
  repeatPenalty: 1,
  frequencyPenalty: 0,
  presencePenalty: 0,
  ignoresEndOfAnswer: false,
}

const LARGEST_INTEGER = 2 ** 31 - 1
const LONGEST_LOOK_BACK = 65_536
const ANY_SEED = 2 ** 32 - 1

/** Names that clients know, for a refusal. */
const PARAM = {
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
  minP: 'min_p',
  typicalP: 'typical_p',
  seed: 'seed',
  repeatPenalty: 'repeat_penalty',
  frequencyPenalty: 'frequency_penalty',
  presencePenalty: 'presence_penalty',
  repeatLastTokens: 'repeat_last_n',
  logitBias: 'logit_bias',
  mirostat: 'mirostat',
  ignoresEndOfAnswer: 'ignore_eos',
} as const satisfies Record<keyof Sampling, string>

/**
 * How tokens are drawn, in the server's names. What is absent is left to the server's own defaults.
 * @throws Fault `invalid_request` for what the server would ignore
 */
export const remoteSampling = (
  sampling: Sampling,
  { sampling: names }: RemoteAbilities,
  model: RemoteModel,
): Readonly<Record<string, unknown>> => {
  const fields: Record<string, unknown> = {}
  // The keys of a literal type, which `Object.keys` forgets.
  for (const key of Object.keys(PARAM) as (keyof Sampling)[]) {
    const value = sampling[key]
    if (value === undefined) continue
    const name = names[key]
    if (name !== undefined) Object.assign(fields, fieldsOf(key, name, sampling, model.product))
    else if (!isWithoutEffect(key, sampling))
      throw new Fault(
        'invalid_request',
        `'${PARAM[key]}' has no effect on '${model.id}': its machine '${model.machine}' does not know it. Leave it out.`,
        { param: PARAM[key] },
      )
  }
  return fields
}

const fieldsOf = (
  key: keyof Sampling,
  name: string,
  sampling: Sampling,
  product: RemoteProduct,
): Readonly<Record<string, unknown>> => {
  switch (key) {
    case 'seed':
      return { [name]: seedOf(sampling.seed ?? 0, product) }
    case 'logitBias':
      return { [name]: Object.fromEntries(sampling.logitBias ?? []) }
    case 'topK':
      return { [name]: Math.min(sampling.topK ?? 0, LARGEST_INTEGER) }
    case 'repeatLastTokens':
      return { [name]: lookBackOf(sampling.repeatLastTokens ?? 0) }
    case 'mirostat':
      return mirostatFields(sampling.mirostat)
    default:
      return { [name]: sampling[key] }
  }
}

/** Longer than nearly every context. Servers make room for it, and hang over larger numbers; not all take negative ones. */
const lookBackOf = (tokens: number): number =>
  tokens < 0 ? LONGEST_LOOK_BACK : Math.min(tokens, LONGEST_LOOK_BACK)

const mirostatFields = (mirostat: Sampling['mirostat']): Readonly<Record<string, unknown>> => ({
  mirostat: mirostat?.version,
  ...(mirostat?.tau === undefined ? {} : { mirostat_tau: mirostat.tau }),
  ...(mirostat?.eta === undefined ? {} : { mirostat_eta: mirostat.eta }),
})

/** llama-server takes 32 bits, the largest of which means any. */
const seedOf = (seed: number, product: RemoteProduct): number => {
  if (product !== 'llama-server') return seed
  const wrapped = Math.trunc(seed) >>> 0
  return wrapped === ANY_SEED ? ANY_SEED - 1 : wrapped
}

const isWithoutEffect = (key: keyof Sampling, sampling: Sampling): boolean => {
  if (key === 'logitBias') return sampling.logitBias?.size === 0
  if (key !== 'repeatLastTokens') return sampling[key] === OFF[key]
  return (['repeatPenalty', 'frequencyPenalty', 'presencePenalty'] as const).every(
    (penalty) => sampling[penalty] === undefined || sampling[penalty] === OFF[penalty],
  )
}
