import { Fault } from '@shared/fault/fault.ts'
import { DEFAULT_SAMPLING } from '@shared/inference/default-sampling.ts'
import type { Sampling } from '@shared/inference/generate-request.ts'
import type { CompletionRequest } from '../completion-engine.ts'

/** llama.cpp reads groups by recursion: 20,000 of them overflow its stack and end the process. */
const DEEPEST_GROUP = 500
/** So does a chain of 100,000 rules. */
const MOST_RULES = 10_000

/** What llama-server would not do as asked, or not survive. @throws Fault `invalid_request` naming the field */
export const checkCompletion = ({ grammar, sampling }: CompletionRequest): void => {
  if (grammar !== undefined) checkGrammar(grammar.gbnf)
  if (sampling.mirostat !== undefined && hasPenalty(sampling)) {
    const reason = 'with mirostat it knows no penalties: leave them out, or mirostat'
    throw new Fault('invalid_request', `The engine llama-server cannot do this: ${reason}.`, {
      param: 'mirostat',
    })
  }
}

const hasPenalty = (sampling: Sampling): boolean => {
  const { frequencyPenalty, presencePenalty, repeatPenalty } = { ...DEFAULT_SAMPLING, ...sampling }
  return frequencyPenalty !== 0 || presencePenalty !== 0 || repeatPenalty !== 1
}

const checkGrammar = (gbnf: string): void => {
  if (gbnf.trim() === '') throw grammarFault('it is empty')
  if (gbnf.includes('\0')) throw grammarFault('it holds a NUL character')
  // Another language of grammars, over which a build without it aborts.
  if (gbnf.startsWith('%')) throw grammarFault('it is written in another language than GBNF')
  const { deepestGroup, rules } = measure(gbnf)
  if (deepestGroup > DEEPEST_GROUP)
    throw grammarFault(`its groups are nested deeper than ${DEEPEST_GROUP} levels`)
  if (rules > MOST_RULES) throw grammarFault(`it has more than ${MOST_RULES} rules`)
}

/** The parts of a grammar that matter here: strings, character classes, comments (none of them closed in any case). */
const PARTS = /"(?:\\.|[^"\\])*"?|\[(?:\\.|[^\]\\])*\]?|#[^\n]*|::=|[()]/gs

const measure = (gbnf: string): { readonly deepestGroup: number; readonly rules: number } => {
  let depth = 0
  let deepestGroup = 0
  let rules = 0
  for (const [part] of gbnf.matchAll(PARTS)) {
    if (part === '(') depth += 1
    if (part === ')') depth -= 1
    if (part === '::=') rules += 1
    deepestGroup = Math.max(deepestGroup, depth)
  }
  return { deepestGroup, rules }
}

/** A grammar that is refused, and why. */
export const grammarFault = (reason: string): Fault =>
  new Fault('invalid_request', `The engine refused the grammar: ${reason}.`, { param: 'grammar' })
