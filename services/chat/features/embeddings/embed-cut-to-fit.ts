import { Fault } from '@shared/fault/fault.ts'
import type { EmbedInput, Embeddings, EmbedRequest } from '@shared/inference/embed-request.ts'
import type { TextEngine } from '@shared/inference/text-engine.ts'

/** Room for the tokens that a model puts around a text. */
const TOKENS_AROUND = 2
/** No character is more tokens than it has bytes in UTF-8. */
const MOST_TOKENS_PER_CHARACTER = 3
/** Hardly a token is longer: what is behind so many characters is not looked at, for it would hold up other answers. */
const MOST_CHARACTERS_PER_TOKEN = 32

/** Embeds; inputs that are longer than the model's context are cut to its beginning. */
export const embedCutToFit = async (
  engine: TextEngine,
  request: EmbedRequest,
  signal: AbortSignal,
): Promise<Embeddings> => {
  try {
    return await engine.embed(request, signal)
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'context_length_exceeded') throw error
  }
  const inputs: EmbedInput[] = []
  for (const input of request.inputs) {
    signal.throwIfAborted()
    inputs.push(await cut(engine, input))
  }
  return engine.embed({ ...request, inputs }, signal)
}

const cut = async (engine: TextEngine, input: EmbedInput): Promise<EmbedInput> => {
  const longest = Math.max(1, engine.contextTokens - TOKENS_AROUND)
  if (input.type === 'tokens') return { type: 'tokens', tokens: input.tokens.slice(0, longest) }
  if (input.text.length * MOST_TOKENS_PER_CHARACTER < longest) return input
  const beginning = input.text.slice(0, longest * MOST_CHARACTERS_PER_TOKEN)
  const tokens = await engine.tokenize(beginning)
  const isWhole = beginning === input.text && tokens.length <= longest
  return isWhole ? input : { type: 'tokens', tokens: tokens.slice(0, longest) }
}
