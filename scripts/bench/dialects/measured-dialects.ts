import { anthropicMessages } from '@shared/dialects/anthropic/anthropic-messages.ts'
import { parseModelId } from '@shared/dialects/model-name.ts'
import { ollamaChat } from '@shared/dialects/ollama/ollama-chat.ts'
import { ollamaGenerate } from '@shared/dialects/ollama/ollama-generate.ts'
import { openaiChat } from '@shared/dialects/openai/openai-chat.ts'
import { openaiCompletion } from '@shared/dialects/openai/openai-completion.ts'
import { decodeResponses } from '@shared/dialects/openai/responses/responses-decode.ts'
import { responsesFrame, writtenEvent } from '@shared/dialects/openai/responses/responses-frames.ts'
import { newResource } from '@shared/dialects/openai/responses/responses-resource.ts'
import { ResponseWriter } from '@shared/dialects/openai/responses/responses-writer.ts'
import type { ChoiceEvent, ReplyContext, TextDialect } from '@shared/dialects/text-dialect.ts'
import type { Generation } from '@shared/inference/generation.ts'
import { scriptedChat } from './scripted-chat.ts'
import type { ScriptedChat } from './scripted-chat.ts'

/** A wire, ready to be measured with the scripted chat. */
export interface MeasuredDialect {
  readonly name: string
  /** The body of a request, as its bytes come from the client. */
  readonly bodyJson: string
  /** Reads a parsed body, as for each request. */
  decode(body: unknown): void
  /** The frames of a streamed answer. */
  frames(events: AsyncIterable<ChoiceEvent>): AsyncIterable<string>
  /** The body of an answer that is not streamed. */
  encode(generation: Generation): string
}

const MODEL = 'bench'
const TURNS = 21

const modelId = () => {
  const id = parseModelId(MODEL)
  if (id === undefined) throw new Error(`${MODEL} is no id of a model.`)
  return id
}

const REPLY: ReplyContext = {
  id: 'bench0123456789',
  createdAt: 1_790_000_000,
  model: MODEL,
  now: Date.now,
  includesTimings: false,
}

/** Every dialect that streams text, the same chat in each. */
export const measuredDialects = (): readonly MeasuredDialect[] => {
  const chat = scriptedChat(TURNS)
  const messages = [{ role: 'system' as const, content: chat.system }, ...chat.turns]
  return [
    measured('OpenAI chat', openaiChat, { model: MODEL, stream: true, messages }),
    measured('OpenAI completions', openaiCompletion, { model: MODEL, stream: true, prompt: chat.text }),
    measuredResponses(chat),
    measured('Anthropic messages', anthropicMessages, {
      model: MODEL,
      stream: true,
      max_tokens: 4096,
      system: chat.system,
      messages: [...chat.turns],
    }),
    measured('Ollama chat', ollamaChat, { model: MODEL, messages }),
    measured('Ollama generate', ollamaGenerate, { model: MODEL, prompt: chat.text }),
  ]
}

const measured = <Body>(name: string, dialect: TextDialect<Body>, request: Body): MeasuredDialect => {
  const model = modelId()
  const shape = dialect.decode(request, model)
  return {
    name,
    bodyJson: JSON.stringify(request),
    // What `bodyJson` says is a `Body`: it was made of one.
    decode: (body) => void dialect.decode(body as Body, model),
    frames: (events) => dialect.frames(events, shape, REPLY),
    encode: (generation) => JSON.stringify(dialect.encode([generation], shape, REPLY)),
  }
}

/** Has no `TextDialect`: its responses live longer than their requests. Joined here as the service does. */
const measuredResponses = ({ system, turns }: ScriptedChat): MeasuredDialect => {
  const request: Parameters<typeof decodeResponses>[0] = {
    model: MODEL,
    stream: true,
    instructions: system,
    input: [...turns],
  }
  const context = { model: modelId(), history: [], responseId: REPLY.id, findItem: () => undefined }
  const { settings } = decodeResponses(request, context)
  const newWriter = () =>
    new ResponseWriter(newResource(settings, { id: REPLY.id, createdAt: REPLY.createdAt }), REPLY.now)
  return {
    name: 'OpenAI responses',
    bodyJson: JSON.stringify(request),
    // What `bodyJson` says is such a body: it was made of one.
    decode: (body) => void decodeResponses(body as typeof request, context),
    async *frames(events) {
      const writer = newWriter()
      for (const event of writer.begin()) yield responsesFrame(writtenEvent(event))
      for await (const { event } of events)
        for (const told of writer.take(event)) yield responsesFrame(writtenEvent(told))
    },
    encode({ reason, rawReason, text, timings, usage }) {
      const writer = newWriter()
      writer.take({ type: 'text-delta', text, tokens: usage.completionTokens })
      writer.take({ type: 'generation-finish', reason, rawReason, usage, timings })
      return JSON.stringify(writer.resource())
    },
  }
}
