import type { OutputFormat, ToolChoice, ToolDefinition } from '@shared/inference/generate-request.ts'
import { gbnfLiteral, gbnfText } from '../json-schema-grammar/gbnf-text.ts'
import { jsonSchemaRules } from '../json-schema-grammar/json-schema-grammar.ts'
import { anyObjectInGbnf, callsInGbnf } from './call-grammar.ts'
import { callTriggers } from './call-triggers.ts'
import type { CallTrigger } from './call-triggers.ts'
import type { ChatFormat, ReasoningStart } from './chat-format.ts'
import { RULE_PREFIX, SPACE, SPACE_RULE, anyTextUntil } from './grammar-pieces.ts'
import { renameRoot } from './rename-root.ts'

export interface AnswerGrammarOptions {
  /** Undefined: the answer to mere text, which has no form. */
  readonly format: ChatFormat | undefined
  readonly reasoningStart: ReasoningStart
  readonly tools: readonly ToolDefinition[]
  readonly toolChoice: ToolChoice
  readonly isOneCallOnly: boolean
  readonly output: OutputFormat | undefined
}

/** What the model may write, in GBNF; see `CompletionGrammar`. */
export interface AnswerGrammar {
  readonly gbnf: string
  readonly triggers?: readonly CallTrigger[]
}

/**
 * 1. Neither tools nor a form: undefined, the model is free.
 * 2. Tools that it may call: free, until a call begins.
 * 3. Otherwise reasoning, if there is any, and then calls, the form, or either.
 * @throws Fault `invalid_request` for a schema that cannot be guaranteed
 */
export const answerGrammar = (options: AnswerGrammarOptions): AnswerGrammar | undefined => {
  const { format, reasoningStart, tools } = options
  const rules = new Map([[SPACE, SPACE_RULE]])
  if (format === undefined || tools.length === 0) return outputGrammar(options, rules)
  const calls = callsOf(format, options, rules)
  if (!isFree(options)) return { gbnf: wholeAnswer(options, calls, rules) }
  return { gbnf: gbnfText(calls, rules), triggers: callTriggers(format, reasoningStart, tools) }
}

const outputGrammar = (
  options: AnswerGrammarOptions,
  rules: Map<string, string>,
): AnswerGrammar | undefined => {
  const { output } = options
  if (output === undefined) return undefined
  if (output.type === 'grammar' && !mayReason(options)) return { gbnf: output.grammar }
  return { gbnf: wholeAnswer(options, undefined, rules) }
}

const isFree = ({ output, toolChoice }: AnswerGrammarOptions): boolean =>
  toolChoice.type === 'auto' && output === undefined

const wholeAnswer = (
  options: AnswerGrammarOptions,
  calls: string | undefined,
  rules: Map<string, string>,
): string => {
  const { output, toolChoice } = options
  const mayAnswer = toolChoice.type === 'auto' || calls === undefined
  const written = mayAnswer ? outputOf(options, rules) : undefined
  const answer = [calls, written].filter((part) => part !== undefined).join(' | ')
  const text = gbnfText(`${reasoningOf(options, rules)}(${answer})`, rules)
  return mayAnswer && output?.type === 'grammar' ? `${text}\n${renameRoot(output.grammar, OWN_ROOT)}` : text
}

const OWN_ROOT = `${RULE_PREFIX}own-root`

const callsOf = (format: ChatFormat, options: AnswerGrammarOptions, rules: Map<string, string>): string => {
  const { tools, toolChoice, isOneCallOnly } = options
  const isNamed = toolChoice.type === 'tool'
  return callsInGbnf(format.calls, {
    tools: isNamed ? tools.filter(({ name }) => name === toolChoice.name) : tools,
    isOneCallOnly: isOneCallOnly || isNamed,
    rules,
  })
}

const mayReason = ({ format, reasoningStart }: AnswerGrammarOptions): boolean =>
  format?.calls.type === 'harmony' || (format?.reasoning !== undefined && reasoningStart !== 'none')

/** What may come before the answer proper. */
const reasoningOf = (options: AnswerGrammarOptions, rules: Map<string, string>): string => {
  const { format, reasoningStart } = options
  const name = `${RULE_PREFIX}reasoning`
  if (format?.calls.type === 'harmony')
    return `("<|channel|>analysis<|message|>" ${anyTextUntil('<|end|>', name, rules)} "<|start|>assistant")? `
  if (format?.reasoning === undefined || !mayReason(options)) return ''
  const { open, close } = format.reasoning
  const rest = `${anyTextUntil(close, name, rules)} ${SPACE}`
  return reasoningStart === 'open' ? `${rest} ` : `(${SPACE} ${gbnfLiteral(open)} ${rest})? `
}

/** The form that was asked for, within what the model writes around its text. */
const outputOf = (
  { format, output }: AnswerGrammarOptions,
  rules: Map<string, string>,
): string | undefined => {
  const form = formOf(output, rules)
  if (form === undefined || format === undefined) return form
  if (format.calls.type === 'harmony')
    return `"<|channel|>final" (" "? "<|constrain|>" [a-zA-Z0-9_-]{1,32})? "<|message|>" ${form}`
  const { text } = format.calls
  if (text === undefined) return form
  const [open, close] = [text.open, text.close].map((marker) =>
    marker === '' ? '' : `${gbnfLiteral(marker)}?`,
  )
  return `${open} ${form} ${close}`
}

const formOf = (output: OutputFormat | undefined, rules: Map<string, string>): string | undefined => {
  if (output === undefined) return undefined
  if (output.type === 'json') return anyObjectInGbnf(rules)
  if (output.type === 'grammar') return OWN_ROOT
  const form = jsonSchemaRules(output.schema, { prefix: `${RULE_PREFIX}output`, unsupported: 'refuse' })
  for (const [name, rule] of form.rules) rules.set(name, rule)
  return `(${form.root})`
}
