import { LlamaGrammar, LlamaGrammarEvaluationState } from 'node-llama-cpp'
import type { LlamaModel } from 'node-llama-cpp'
import { checkGbnf } from '../../policy/check-gbnf.ts'
import { grammarFault } from '../../policy/parse-gbnf.ts'
import { createGrammarState } from './grammar-state.ts'
import type { GrammarState } from './grammar-state.ts'

/** Agents send the same grammar with every turn. */
const MOST_KEPT = 16

/** Compiled grammars of a model; the ones used last are kept. */
export interface GrammarShelf {
  /** The beginning of a grammar in GBNF. @throws Fault `invalid_request` */
  begin(gbnf: string): GrammarState
}

export const createGrammarShelf = (model: LlamaModel): GrammarShelf => {
  /** In the order of their last use. */
  const kept = new Map<string, LlamaGrammarEvaluationState>()
  return {
    begin(gbnf) {
      const beginning = kept.get(gbnf) ?? compile(model, gbnf)
      kept.delete(gbnf)
      kept.set(gbnf, beginning)
      const [oldest] = kept.keys()
      if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest)
      return createGrammarState(model, beginning.clone())
    },
  }
}

const compile = (model: LlamaModel, gbnf: string): LlamaGrammarEvaluationState => {
  checkGbnf(gbnf)
  try {
    // The library has deprecated this way in favour of one that does the same and returns a promise.
    const grammar = new LlamaGrammar(model.llama, { grammar: gbnf })
    return new LlamaGrammarEvaluationState({ model, grammar })
  } catch {
    // What its parser says goes to the log of the process only, with the whole grammar.
    throw grammarFault('llama.cpp does not compile it; repetitions within repetitions may be too many')
  }
}
