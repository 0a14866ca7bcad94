import { Fault } from '@shared/fault/fault.ts'
import type { GenerateRequest, JsonSchema, OutputFormat } from '@shared/inference/generate-request.ts'
import type { FinishReason } from '@shared/inference/generation-event.ts'
import { remoteJsonProblem } from './check-remote-json.ts'

export interface FinishedRemoteAnswer {
  readonly machine: string
  readonly text: string
  readonly reason: FinishReason
  readonly hasCalls: boolean
  readonly hasLogprobs: boolean
}

const ANY_OBJECT: JsonSchema = { type: 'object' }

/**
 * Whether a server did what it was asked for: there are some that ignore what they do not know.
 * @throws Fault `engine_failed` naming what it did not do
 */
export const checkRemoteAnswer = (request: GenerateRequest, answer: FinishedRemoteAnswer): void => {
  const problem = problemOf(request, answer)
  if (problem === undefined) return
  throw new Fault(
    'engine_failed',
    `The answer of the machine '${answer.machine}' is not as it was asked for: ${problem}.`,
  )
}

const problemOf = (request: GenerateRequest, answer: FinishedRemoteAnswer): string | undefined => {
  if (mustCall(request) && !answer.hasCalls && answer.reason !== 'length') return 'it calls no tool'
  const isSilent = answer.text !== '' && !answer.hasLogprobs
  if (request.logprobs !== undefined && isSilent) return 'it tells no probabilities'
  return answer.reason === 'stop' ? formProblem(request.output, answer.text) : undefined
}

const mustCall = ({ prompt, toolChoice = { type: 'auto' } }: GenerateRequest): boolean =>
  prompt.type === 'chat' && (prompt.tools ?? []).length > 0 && toolChoice.type !== 'auto'

const formProblem = (output: OutputFormat | undefined, text: string): string | undefined => {
  if (output === undefined || output.type === 'grammar') return undefined
  const problem = remoteJsonProblem(text, output.type === 'json' ? ANY_OBJECT : output.schema)
  return problem === undefined ? undefined : `its text is ${problem}`
}
