import { Fault } from '@shared/fault/fault.ts'
import type { Token } from 'node-llama-cpp'
import type { CompletionGrammar } from '../completion-engine.ts'
import type { GrammarShelf } from './grammar-shelf.ts'
import type { GrammarState } from './grammar-state.ts'
import type { ModelTokenizer } from './model-tokenizer.ts'
import type { ModelVocabulary } from './model-vocabulary.ts'
import { createTriggerWatch } from './trigger-watch.ts'
import type { TriggerWatch } from './trigger-watch.ts'

/** Asking for one token takes a microsecond; a grammar with this many ways to read what came so far takes for ever next. */
const SLOW_CHECK_MS = 50
/** One slow check may be the machine's doing; a grammar that grows is slow again at every token. */
const MOST_SLOW_CHECKS = 4
const SLOWEST_CHECK_MS = 2000

export interface GrammarParts {
  readonly tokenizer: ModelTokenizer
  readonly vocabulary: ModelVocabulary
  readonly grammars: GrammarShelf
}

/** The grammar of one answer. */
export interface GrammarGuide {
  /** Undefined while any token may come. */
  current(): GrammarState | undefined
  /**
   * Called before each draw. The trap: when the sampler finds no token that the grammar allows, it draws one all the same,
   * and the library then never comes back from it.
   * @throws Fault `invalid_request` where nothing that the model can write fits
   */
  check(): void
  /** A token of the answer that was drawn, and the text that came with it. */
  took(token: Token, text: string): void
}

/** @throws Fault `invalid_request` */
export const openGrammarGuide = (parts: GrammarParts, grammar: CompletionGrammar): GrammarGuide => {
  const beginning = parts.grammars.begin(grammar.gbnf)
  const { triggers } = grammar
  if (triggers === undefined) return governed(parts, () => beginning)
  const awaiting = createAwaiting(parts, beginning, createTriggerWatch(triggers))
  return { ...governed(parts, awaiting.current), took: awaiting.took }
}

const governed = (parts: GrammarParts, current: () => GrammarState | undefined): GrammarGuide => {
  let slowInARow = 0
  return {
    current,
    check() {
      const state = current()
      if (state === undefined) return
      const startedAt = performance.now()
      const canGoOn = parts.vocabulary.some((token) => state.allows(token))
      if (!canGoOn) throw refused('asks for a text that this model has no tokens for')
      const checkMs = performance.now() - startedAt
      slowInARow = checkMs > SLOW_CHECK_MS ? slowInARow + 1 : 0
      if (slowInARow >= MOST_SLOW_CHECKS || checkMs > SLOWEST_CHECK_MS)
        throw refused(
          'can be read in too many ways at the same time: make its alternatives begin differently',
        )
    },
    took: () => undefined,
  }
}

const refused = (reason: string): Fault =>
  new Fault('invalid_request', `The grammar ${reason}.`, { param: 'grammar' })

interface Awaiting {
  current(): GrammarState | undefined
  took(token: Token, text: string): void
}

/** Waits for a trigger, then hands over the grammar with all that came since the trigger's first character. */
const createAwaiting = (parts: GrammarParts, beginning: GrammarState, watch: TriggerWatch): Awaiting => {
  const taken: TakenToken[] = []
  let length = 0
  let isWaiting = true
  let state: GrammarState | undefined
  return {
    current: () => state,
    took(token, text) {
      if (!isWaiting) return
      taken.push({ token, start: length, text })
      length += text.length
      const start = watch.push(text)
      if (start === undefined) return
      isWaiting = false
      // A text that does not fit (the trigger in one token with something else behind it) stays free.
      if (tokensSince(parts, taken, start).every((one) => beginning.accept(one))) state = beginning
    },
  }
}

interface TakenToken {
  readonly token: Token
  /** Where its text begins in the answer. */
  readonly start: number
  readonly text: string
}

/** The tokens behind `start`; of one that begins before it, what is behind, as tokens of its own. */
const tokensSince = (
  { tokenizer, vocabulary }: GrammarParts,
  taken: readonly TakenToken[],
  start: number,
): readonly Token[] =>
  taken.flatMap(({ start: begin, text, token }) => {
    if (begin >= start) return text === '' && vocabulary.isControl(token) ? [] : [token]
    return tokenizer.tokenizeContinuation(text.slice(start - begin))
  })
