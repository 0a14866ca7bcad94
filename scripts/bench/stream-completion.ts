import { EventSourceParserStream } from 'eventsource-parser/stream'

export interface StreamFigures {
  readonly firstTokenMs: number
  readonly totalMs: number
  readonly promptTokens: number
  readonly completionTokens: number
  /** When each piece of text came, by the clock of `performance.now()`. */
  readonly pieceTimes: readonly number[]
}

export interface StreamOptions {
  readonly model: string
  readonly prompt: string | readonly number[]
  readonly maxTokens: number
}

/** One streamed `POST /v1/completions` against any server that speaks OpenAI's wire, greedy, timed at the client. */
export const streamCompletion = async (baseUrl: string, options: StreamOptions): Promise<StreamFigures> => {
  const startedAt = performance.now()
  const response = await fetch(`${baseUrl}/v1/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    // llama-server keeps idle connections badly; a fresh one for each request is fair to both.
    keepalive: false,
    body: JSON.stringify({
      model: options.model,
      prompt: options.prompt,
      max_tokens: options.maxTokens,
      temperature: 0,
      stream: true,
      stream_options: { include_usage: true },
    }),
  })
  if (!response.ok || response.body === null)
    throw new Error(`${baseUrl}: ${response.status} ${await response.text()}`)
  const sinceStart = (): number => performance.now() - startedAt
  return { ...(await readStream(response.body, sinceStart)), totalMs: sinceStart() }
}

interface Chunk {
  readonly choices: readonly { readonly text: string }[]
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number } | null
  readonly error?: unknown
}

const readStream = async (
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  sinceStart: () => number,
): Promise<Omit<StreamFigures, 'totalMs'>> => {
  const pieceTimes: number[] = []
  let firstTokenMs: number | undefined
  let usage = { prompt_tokens: 0, completion_tokens: 0 }
  for await (const { data } of body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())) {
    if (data === '[DONE]') break
    // Any server that speaks OpenAI's wire writes this shape.
    const chunk = JSON.parse(data) as Chunk
    if (chunk.error !== undefined) throw new Error(`The server broke off: ${data}`)
    if (hasText(chunk)) {
      firstTokenMs ??= sinceStart()
      pieceTimes.push(performance.now())
    }
    usage = chunk.usage ?? usage
  }
  return {
    firstTokenMs: firstTokenMs ?? sinceStart(),
    promptTokens: usage.prompt_tokens,
    completionTokens: usage.completion_tokens,
    pieceTimes,
  }
}

const hasText = ({ choices }: Chunk): boolean => (choices[0]?.text ?? '') !== ''
