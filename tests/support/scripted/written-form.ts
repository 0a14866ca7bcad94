import { answerGrammar } from '@service/chat/policy/chat-format/answer-grammar.ts'
import { checkGbnf } from '@service/chat/policy/check-gbnf.ts'
import { gbnfText } from '@service/chat/policy/json-schema-grammar/gbnf-text.ts'
import { jsonSchemaRules } from '@service/chat/policy/json-schema-grammar/json-schema-grammar.ts'
import type { GenerateRequest, OutputFormat, ToolDefinition } from '@shared/inference/generate-request.ts'
import { parseGbnf } from '../gbnf/gbnf-grammar.ts'
import { createGbnfSampler } from '../gbnf/sample-gbnf.ts'
import type { Script } from './script.ts'

/**
 * What a request leaves no choice about: the call that it demands, or else a text of the form that it demands.
 * Undefined: it demands nothing. @throws Fault `invalid_request` for a form that cannot be kept
 */
export const writtenForm = ({
  output,
  prompt,
  sampling,
  toolChoice,
}: GenerateRequest): Script | undefined => {
  const { seed = 0 } = sampling
  const tools = prompt.type === 'chat' ? (prompt.tools ?? []) : []
  const tool = toolChoice?.type === 'tool' ? tools.find(({ name }) => name === toolChoice.name) : tools[0]
  if (tool !== undefined && (toolChoice ?? { type: 'auto' }).type !== 'auto')
    return { toolCalls: [{ id: 'call_1', name: tool.name, arguments: argumentsOf(tool, seed) }] }
  return output === undefined ? undefined : { pieces: answerOf(output, seed) }
}

const argumentsOf = ({ isStrict, parameters }: ToolDefinition, seed: number): readonly string[] => {
  const unsupported = isStrict === true ? 'refuse' : 'loosen'
  const { root, rules } = jsonSchemaRules(parameters, { prefix: 'arguments', unsupported })
  return sample(gbnfText(root, rules), seed)
}

const answerOf = (output: OutputFormat, seed: number): readonly string[] => {
  const grammar = answerGrammar({
    format: undefined,
    reasoningStart: 'none',
    tools: [],
    toolChoice: { type: 'auto' },
    isOneCallOnly: false,
    output,
  })
  return sample(grammar?.gbnf ?? '', seed)
}

/** A text that the grammar matches, one character a piece. */
const sample = (gbnf: string, seed: number): readonly string[] => {
  checkGbnf(gbnf)
  return [...createGbnfSampler(parseGbnf(gbnf), seed)()]
}
