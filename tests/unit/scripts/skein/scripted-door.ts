import type { CommandContext } from '../../../../scripts/skein/commands/command-context.ts'
import { createProgram } from '../../../../scripts/skein/create-program.ts'

/** What a door answers to one route: a value as JSON, or a whole response. */
export type DoorAnswer = (request: Request) => unknown

export interface ScriptedDoor extends Disposable {
  readonly url: string
  /** `METHOD /path?query` of each request, in order. */
  readonly requests: readonly string[]
}

/** An HTTP server that answers as the test says: `GET /models` and the like. Anything else is 404 in OpenAI's envelope. */
export const openScriptedDoor = (routes: Readonly<Record<string, DoorAnswer>>): ScriptedDoor => {
  const requests: string[] = []
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch(request) {
      const { pathname, search } = new URL(request.url)
      requests.push(`${request.method} ${pathname}${search}`)
      const answer = routes[`${request.method} ${pathname}`]
      if (answer === undefined)
        return Response.json({ error: { message: `No ${pathname} here.` } }, { status: 404 })
      const value = answer(request)
      return value instanceof Response || value instanceof Promise
        ? (value as Response)
        : Response.json(value)
    },
  })
  return {
    url: `http://127.0.0.1:${server.port}`,
    requests,
    [Symbol.dispose]: () => void server.stop(true),
  }
}

export interface RecordedTerminal {
  readonly context: CommandContext
  /** Everything that went to standard output. */
  output(): string
  /** Everything that went to standard error. */
  notes(): string
}

export const recordTerminal = (environment: Readonly<Record<string, string>> = {}): RecordedTerminal => {
  const output: string[] = []
  const notes: string[] = []
  return {
    context: {
      environment,
      terminal: {
        print: (text) => void output.push(`${text}\n`),
        write: (text) => void output.push(text),
        note: (text) => void notes.push(`${text}\n`),
        isInteractive: true,
      },
    },
    output: () => Bun.stripANSI(output.join('')),
    notes: () => Bun.stripANSI(notes.join('')),
  }
}

/** One of `GET /models`. */
export const MODEL = {
  id: 'owner/model',
  name: 'Model',
  family: 'llama',
  engine: 'llama.cpp',
  capabilities: ['chat'],
  format: 'gguf',
  quantization: 'Q4_K_M',
  sizeBytes: 1_850_000,
  path: '/models/model.gguf',
  contextLength: 4096,
  state: 'unloaded',
  installedAt: '2026-11-21T10:00:00.000Z',
  error: null,
}

/** Runs one command against a door. Resolves with what it wrote, or with what it threw. */
export const skein = async (routes: Readonly<Record<string, DoorAnswer>>, ...words: readonly string[]) => {
  using door = openScriptedDoor(routes)
  const recorded = recordTerminal({ SKEIN_URL: door.url, SKEIN_HOME: '/nowhere' })
  const thrown: unknown = await createProgram(recorded.context)
    .parseAsync(words, { from: 'user' })
    .then(
      () => undefined,
      (error: unknown) => error,
    )
  return { output: recorded.output(), notes: recorded.notes(), thrown, requests: door.requests }
}
