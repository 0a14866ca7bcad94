import { Fault } from '@shared/fault/fault.ts'
import type { GenerateRequest, ToolChoice, ToolDefinition } from '@shared/inference/generate-request.ts'
import { decodeOpenaiFunctionCall, decodeOpenaiToolChoice } from './openai-tool-choice.ts'
import type { OpenaiToolChoice } from './openai-tool-choice.ts'
import { decodeOpenaiFunctions, decodeOpenaiTools } from './openai-tools.ts'

/** What a body says of tools. */
interface ToolBody {
  readonly tools?: unknown
  readonly tool_choice?: unknown
  readonly parallel_tool_calls?: boolean
  readonly functions?: unknown
  readonly function_call?: unknown
}

export interface OpenaiToolUse {
  /** Tools that the model is told of. */
  readonly tools: readonly ToolDefinition[]
  readonly request: Pick<GenerateRequest, 'toolChoice' | 'isOneCallOnly'>
  readonly usesLegacyFunctions: boolean
  /** No tool at all, also none of this node. */
  readonly mayNotCall: boolean
}

/**
 * The tools of a body and what the model is to do with them, in OpenAI's current and in its former words.
 * @param hasServerTools the model may also call tools of this node, whose names are not known here
 * @throws Fault naming the field
 */
export const decodeOpenaiToolUse = (body: ToolBody, hasServerTools: boolean): OpenaiToolUse => {
  const tools = decodeOpenaiTools(body.tools)
  const functions = decodeOpenaiFunctions(body.functions)
  const isLegacy = functions.length > 0
  if (isLegacy && tools.length > 0)
    throw new Fault('invalid_request', "Send either 'tools' or the former 'functions', not both.", {
      param: 'functions',
    })
  const all = isLegacy ? functions : tools
  const { choice, param } = choiceOf(body)
  checkChoice(choice, all, { param, hasServerTools })
  const isOneCallOnly = isLegacy || body.parallel_tool_calls === false
  const toolChoice = choiceForEngine(choice)
  return {
    tools: toldTools(choice, all),
    request: {
      ...(toolChoice === undefined ? {} : { toolChoice }),
      ...(isOneCallOnly ? { isOneCallOnly } : {}),
    },
    usesLegacyFunctions: isLegacy,
    mayNotCall: choice.type === 'none',
  }
}

const choiceOf = (body: ToolBody): { readonly choice: OpenaiToolChoice; readonly param: string } => {
  if (body.tool_choice !== undefined)
    return { choice: decodeOpenaiToolChoice(body.tool_choice), param: 'tool_choice' }
  if (body.function_call !== undefined)
    return { choice: decodeOpenaiFunctionCall(body.function_call), param: 'function_call' }
  return { choice: { type: 'auto' }, param: 'tool_choice' }
}

const namesOf = (choice: OpenaiToolChoice): readonly string[] => {
  if (choice.type === 'tool') return [choice.name]
  return choice.type === 'allowed' ? choice.names : []
}

const isMust = (choice: OpenaiToolChoice): boolean =>
  choice.type === 'required' ||
  choice.type === 'tool' ||
  (choice.type === 'allowed' && choice.mode === 'required')

/** A choice that cannot be held is refused. */
const checkChoice = (
  choice: OpenaiToolChoice,
  tools: readonly ToolDefinition[],
  { param, hasServerTools }: { readonly param: string; readonly hasServerTools: boolean },
): void => {
  if (hasServerTools) {
    if (choice.type !== 'allowed') return
    throw new Fault(
      'invalid_request',
      `'${param}.allowed_tools' cannot choose among the tools of MCP servers: name fewer servers instead.`,
      { param },
    )
  }
  const known = new Set(tools.map(({ name }) => name))
  const unknown = namesOf(choice).find((name) => !known.has(name))
  if (unknown !== undefined)
    throw new Fault(
      'invalid_request',
      `'${param}' names a function that is not among the tools: '${unknown.slice(0, 128)}'.`,
      { param },
    )
  if (isMust(choice) && toldTools(choice, tools).length === 0)
    throw new Fault('invalid_request', `'${param}' asks for a call, but there are no tools to call.`, {
      param,
    })
}

/** Only those that the model may call at all: who may not call is not told. */
const toldTools = (choice: OpenaiToolChoice, tools: readonly ToolDefinition[]): readonly ToolDefinition[] => {
  if (choice.type === 'none') return []
  if (choice.type !== 'allowed') return tools
  const allowed = new Set(choice.names)
  return tools.filter(({ name }) => allowed.has(name))
}

const choiceForEngine = (choice: OpenaiToolChoice): ToolChoice | undefined => {
  if (choice.type === 'tool') return choice
  return isMust(choice) ? { type: 'required' } : undefined
}
