import type { WireJson } from '../wire-json.ts'

/** What the server says to one request; it may stream. */
export type MachineAnswer = (request: Request, body: unknown) => Response | Promise<Response>

/** A small server of another machine, as a test wants it: any route, any answer. */
export interface TestMachine {
  readonly url: string
  /** `METHOD /path` of every request, in order. */
  readonly requests: readonly string[]
  /** Parsed bodies of the requests that had one, in order. */
  readonly bodies: readonly WireJson[]
  /** The header `authorization` of each request. */
  readonly keys: readonly (string | null)[]
  /** How many requests were left by their caller before the answer was whole. */
  aborted(): number
  /** Later requests get these answers too. */
  answer(routes: Readonly<Record<string, MachineAnswer>>): void
  /** As if the power went. */
  stop(): Promise<void>
  /** At the same address again. */
  start(): void
}

export const openTestMachine = (routes: Readonly<Record<string, MachineAnswer>>): TestMachine => {
  const requests: string[] = []
  const bodies: WireJson[] = []
  const keys: (string | null)[] = []
  let known = routes
  let aborts = 0
  const serve = (port: number) =>
    Bun.serve({
      hostname: '127.0.0.1',
      port,
      idleTimeout: 0,
      async fetch(request) {
        const { pathname } = new URL(request.url)
        requests.push(`${request.method} ${pathname}`)
        keys.push(request.headers.get('authorization'))
        request.signal.addEventListener('abort', () => void (aborts += 1))
        const text = await request.text()
        const body: unknown = text === '' ? undefined : JSON.parse(text)
        if (body !== undefined) bodies.push(body as WireJson)
        const answer = known[`${request.method} ${pathname}`]
        return (
          answer?.(request, body) ??
          Response.json({ error: { message: `No ${pathname} here.` } }, { status: 404 })
        )
      },
    })
  let server = serve(0)
  const port = server.port ?? 0
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    bodies,
    keys,
    aborted: () => aborts,
    answer: (more) => void (known = { ...known, ...more }),
    stop: () => server.stop(true),
    start: () => void (server = serve(port)),
  }
}

/** An event stream of chunks. */
export const eventStream = (...chunks: readonly unknown[]): Response =>
  new Response(chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('') + 'data: [DONE]\n\n', {
    headers: { 'content-type': 'text/event-stream' },
  })

/** The chunk of a chat. */
export const chunkOf = (delta: object, finishReason: string | null = null) => ({
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta, finish_reason: finishReason }],
})

export const usageChunk = (promptTokens: number, completionTokens: number) => ({
  choices: [],
  usage: { prompt_tokens: promptTokens, completion_tokens: completionTokens },
})

/** What a server that speaks OpenAI's API alone says of its models. */
export const openaiRoutes = (...models: readonly string[]): Readonly<Record<string, MachineAnswer>> => ({
  'GET /v1/models': () =>
    Response.json({
      object: 'list',
      data: models.map((id) => ({ id, object: 'model', owned_by: 'somebody' })),
    }),
  'POST /v1/chat/completions': () =>
    eventStream(
      chunkOf({ role: 'assistant' }),
      chunkOf({ content: 'Hello ' }),
      chunkOf({ content: 'there.' }),
      chunkOf({}, 'stop'),
      usageChunk(7, 3),
    ),
})

/** What Ollama says of its models. */
export const ollamaRoutes = (
  models: Readonly<
    Record<string, { readonly capabilities: readonly string[]; readonly contextLength: number }>
  >,
): Readonly<Record<string, MachineAnswer>> => ({
  ...openaiRoutes(...Object.keys(models)),
  'GET /api/version': () => Response.json({ version: '0.12.1' }),
  'GET /api/tags': () =>
    Response.json({
      models: Object.keys(models).map((name, index) => ({
        name,
        model: name,
        modified_at: '2026-05-01T10:00:00.123456789+02:00',
        size: 2_000_000_000 + index,
        digest: String(index).padStart(64, 'a'),
        details: { family: 'llama', parameter_size: '3.2B', quantization_level: 'Q4_K_M' },
      })),
    }),
  'POST /api/show': (_request, body) => {
    // Sent by the probe, whose form the test is about.
    const found = models[(body as { model: string }).model]
    if (found === undefined) return Response.json({ error: 'not found' }, { status: 404 })
    return Response.json({
      capabilities: found.capabilities,
      model_info: { 'general.architecture': 'llama', 'llama.context_length': found.contextLength },
    })
  },
})
