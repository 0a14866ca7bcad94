import { Fault } from '@shared/fault/fault.ts'
import { DEFAULT_SAMPLING } from '@shared/inference/default-sampling.ts'
import type { Sampling } from '@shared/inference/generate-request.ts'
import { checkGbnf } from '../../policy/check-gbnf.ts'
import type { CompletionRequest } from '../completion-engine.ts'

/** What llama-server would not do as asked, or not survive. @throws Fault `invalid_request` naming the field */
export const checkCompletion = ({ grammar, sampling }: CompletionRequest): void => {
  if (grammar !== undefined) checkGbnf(grammar.gbnf)
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
