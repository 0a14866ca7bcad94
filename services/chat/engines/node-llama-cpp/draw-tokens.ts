import { Fault } from '@shared/fault/fault.ts'
import type { TokenLogprob } from '@shared/inference/generation-event.ts'
import type { LlamaContextSequence, Token } from 'node-llama-cpp'
import { drawToken } from '../../policy/draw-token.ts'
import type { DrawingRules } from '../../policy/draw-token.ts'
import type { GrammarGuide } from './grammar-guide.ts'
import { batchPriorityOf } from './ordered-batching.ts'
import type { NextTokens, TellChances } from './token-chances.ts'

/** More candidates than the rules leave: of equals, and for those that biases and penalties change. */
const SPARE_CANDIDATES = 32

export interface Drawing {
  readonly slotId: number
  readonly sequence: LlamaContextSequence
  readonly rules: DrawingRules
  /** The last tokens, which the penalties look at. */
  readonly recentTokens: () => readonly Token[]
  readonly chance: () => number
  readonly grammar: GrammarGuide | undefined
  readonly tellChances: TellChances
  /** Whether a token is part of the text, and therefore told. */
  readonly isText: (token: Token) => boolean
  /** How many of the likeliest tokens are told. */
  readonly alternatives: number
}

/** Tokens, as `LlamaContextSequence.evaluate` gives them, and what the model thought of each. */
export interface DrawnTokens {
  readonly tokens: AsyncGenerator<Token, void>
  /** Of the last token; undefined when nothing is to be told of it. */
  logprob(): TokenLogprob | undefined
}

/**
 * Draws here instead of in the library, whose samplers do not tell what the model thought before they came.
 * @param prompt the last chunk of it
 */
export const drawTokens = (drawing: Drawing, prompt: readonly Token[]): DrawnTokens => {
  let logprob: TokenLogprob | undefined
  async function* draw(): AsyncGenerator<Token, void> {
    let tokens = prompt
    for (;;) {
      const recent = countsOf(drawing.recentTokens())
      const next = await evaluate(drawing, tokens, recent.size)
      const drawn = choose(drawing, next, recent)
      // The engine gave its id just now.
      const token = drawn as Token
      logprob = drawing.isText(token) ? drawing.tellChances(token, next) : undefined
      yield token
      tokens = [token]
    }
  }
  return { tokens: draw(), logprob: () => logprob }
}

const countsOf = (tokens: readonly Token[]): ReadonlyMap<number, number> => {
  const counts = new Map<number, number>()
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1)
  return counts
}

/** @param penalised how many tokens the penalties change */
const evaluate = async (
  drawing: Drawing,
  tokens: readonly Token[],
  penalised: number,
): Promise<NextTokens> => {
  const last = tokens.at(-1)
  if (last === undefined) throw new Fault('internal', 'There is nothing to draw after.')
  const generateNext = {
    // At temperature 0 the library leaves the logits as they are.
    options: { temperature: 0 },
    logits: wantedLogits(drawing, penalised),
    totalLogitWeight: true,
  }
  const outputs = await drawing.sequence.controlledEvaluate(
    [...tokens.slice(0, -1), [last, { generateNext }]],
    { evaluationPriority: batchPriorityOf(drawing.slotId) },
  )
  const { logits, totalLogitWeight } = outputs[tokens.length - 1]?.next ?? {}
  if (logits === undefined || totalLogitWeight === undefined)
    throw new Fault('engine_failed', 'The engine drew no token.')
  const candidates = [...logits]
    .map(([id, logit]) => ({ id, logit }))
    .toSorted((one, other) => other.logit - one.logit || one.id - other.id)
  return { candidates, totalWeight: totalLogitWeight }
}

type WantedLogits = true | { readonly filter: { readonly tokens: Token[]; readonly includeTop: number } }

/**
 * A grammar may allow none but the most unlikely; and who cuts nothing, or rewards, draws from all. Of a large vocabulary
 * that takes as long as the token itself.
 */
const wantedLogits = ({ alternatives, grammar, rules }: Drawing, penalised: number): WantedLogits => {
  const kept = rules.temperature <= 0 ? 1 : rules.topK
  if (grammar?.current() !== undefined || kept <= 0 || raisesLogits(rules)) return true
  const includeTop = Math.max(kept, alternatives) + penalised + rules.biases.size + SPARE_CANDIDATES
  return { filter: { tokens: [], includeTop } }
}

const raisesLogits = ({ biases, frequencyPenalty, presencePenalty, repeatPenalty }: DrawingRules): boolean =>
  repeatPenalty < 1 ||
  frequencyPenalty < 0 ||
  presencePenalty < 0 ||
  [...biases.values()].some((bias) => bias > 0)

/** As the library: a draw that the grammar forbids is made again among what it allows. */
const choose = (
  { chance, grammar, rules }: Drawing,
  { candidates }: NextTokens,
  recent: ReadonlyMap<number, number>,
): number => {
  const state = grammar?.current()
  const isAllowed = (id: number | undefined): boolean =>
    state === undefined || (id !== undefined && state.allows(id))
  const first = drawToken(candidates, rules, recent, chance())
  const drawn = isAllowed(first)
    ? first
    : drawToken(
        candidates.filter(({ id }) => isAllowed(id)),
        rules,
        recent,
        chance(),
      )
  if (drawn === undefined) throw new Fault('engine_failed', 'The engine drew no token.')
  // Of no effect for a token that ends the answer.
  state?.accept(drawn)
  return drawn
}
