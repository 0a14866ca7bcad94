import type { ChatPrompt, GenerateRequest, ToolCall } from '@shared/inference/generate-request.ts'
import type { GenerationEvent, GenerationFinish, ToolResult } from '@shared/inference/generation-event.ts'
import type { EngineWishes } from '../models/engine-wishes.ts'
import type { GenerateText } from '../text/generate-text.ts'
import { addTurn } from './add-turn.ts'
import type { SelectedTools, ServerTool, ServerTools } from './server-tools.ts'
import { TurnReader } from './turn-reader.ts'
import { createTurnTotals } from './turn-totals.ts'

/** How often the model may call tools before it has to answer. */
const MOST_ROUNDS = 10
const NO_TOOLS: ReadonlyMap<string, ServerTool> = new Map()

interface Loop {
  readonly generateText: GenerateText
  readonly signal: AbortSignal
  readonly wishes: EngineWishes
  /** Tools of this node that the request may use, by name. */
  readonly tools: ReadonlyMap<string, ServerTool>
}

/**
 * Answers with the tools of this node: as long as the model calls some, they are run, their results are told to it, and it
 * goes on. To the caller it is one answer: one start, one finish, a `tool-result` for each call that was run here. Calls
 * of the caller's own tools end the answer as ever.
 */
export const createRunServerTools =
  ({
    generateText,
    serverTools,
  }: {
    readonly generateText: GenerateText
    readonly serverTools: ServerTools
  }): GenerateText =>
  (request, signal, wishes = {}) => {
    const selection = selectionOf(request, wishes)
    if (selection === undefined || !serverTools.hasAny) return generateText(request, signal, wishes)
    return runSelected({ generateText, signal, wishes }, request, () => serverTools.select(selection, signal))
  }

const selectionOf = ({ prompt }: GenerateRequest, { mcpServers = [] }: EngineWishes) => {
  if (prompt.type !== 'chat') return undefined
  const functions = (prompt.tools ?? []).map(({ name }) => name)
  return functions.length === 0 && mcpServers.length === 0 ? undefined : { functions, mcpServers }
}

async function* runSelected(
  parts: Omit<Loop, 'tools'>,
  request: GenerateRequest,
  select: () => Promise<SelectedTools>,
): AsyncGenerator<GenerationEvent> {
  const { functions, mcp, warnings } = await select()
  parts.wishes.onWarnings?.(warnings)
  const own = new Set(
    (request.prompt.type === 'chat' ? (request.prompt.tools ?? []) : []).map(({ name }) => name),
  )
  // What the caller lists under the same name is the caller's.
  const added = mcp.filter(({ definition }) => !own.has(definition.name))
  const tools = new Map([...functions, ...added].map((tool) => [tool.definition.name, tool]))
  if (request.prompt.type !== 'chat' || tools.size === 0) {
    yield* parts.generateText(request, parts.signal, parts.wishes)
    return
  }
  const definitions = [...(request.prompt.tools ?? []), ...added.map(({ definition }) => definition)]
  yield* runRounds({ ...parts, tools }, request, { ...request.prompt, tools: definitions })
}

async function* runRounds(
  loop: Loop,
  request: GenerateRequest,
  firstPrompt: ChatPrompt,
): AsyncGenerator<GenerationEvent> {
  const totals = createTurnTotals()
  let next: GenerateRequest = { ...request, prompt: firstPrompt }
  let prompt = firstPrompt
  for (let round = 1; ; round++) {
    // Whoever calls a tool that it was not told of gets no result.
    const tools = round > MOST_ROUNDS ? NO_TOOLS : loop.tools
    const turn = new TurnReader(tools, round === 1)
    for await (const event of loop.generateText(next, loop.signal, loop.wishes)) {
      if (event.type === 'generation-finish') totals.add(event)
      yield* turn.take(event)
    }
    const results = await runCalls(loop, turn.serverCalls)
    for (const result of results) yield { type: 'tool-result', result }
    const finish = totals.finish()
    if (results.length === 0 || turn.hasCallerCalls) return yield finish
    if (isSpent(request, finish)) return yield { ...finish, reason: 'length', rawReason: 'max-tokens' }
    prompt = addTurn(prompt, turn, results)
    next = nextRequest(request, round < MOST_ROUNDS ? prompt : withoutTools(prompt), finish)
  }
}

const isSpent = ({ maxTokens }: GenerateRequest, { reason, usage }: GenerationFinish): boolean =>
  reason === 'length' || usage.completionTokens >= (maxTokens ?? Number.POSITIVE_INFINITY)

/** A call that was demanded was made: from then on the model decides. */
const nextRequest = (
  request: GenerateRequest,
  prompt: ChatPrompt,
  { usage }: GenerationFinish,
): GenerateRequest => ({
  ...request,
  prompt,
  toolChoice: { type: 'auto' },
  ...(request.maxTokens === undefined ? {} : { maxTokens: request.maxTokens - usage.completionTokens }),
})

const withoutTools = (prompt: ChatPrompt): ChatPrompt => ({ ...prompt, tools: [] })

const runCalls = ({ signal, tools }: Loop, calls: readonly ToolCall[]): Promise<readonly ToolResult[]> =>
  Promise.all(
    calls.map(async (call): Promise<ToolResult> => {
      const args = parseArguments(call.arguments)
      const tool = tools.get(call.name)
      if (args === undefined || tool === undefined)
        return { call, output: 'The arguments are not the JSON of an object.', isError: true }
      const { isError, text } = await tool.call(args, signal)
      return { call, output: text, isError }
    }),
  )

const parseArguments = (text: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
