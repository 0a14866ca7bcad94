import { callApp, ssePayloads } from './call-app.ts'
import { createScriptedNode } from './scripted-node.ts'
import type { ScriptedNode } from './scripted-node.ts'
import { jsonOf } from './wire-json.ts'
import type { WireJson } from './wire-json.ts'

export const RESPONSES = '/v1/responses'

/** The first response of a node. */
export const FIRST = `${RESPONSES}/resp_00000001`

/** A scripted node whose responses have ids of their own: `resp_00000001` is the first. */
export const createResponsesNode = (options: Parameters<typeof createScriptedNode>[0] = {}): ScriptedNode => {
  let ids = 0
  return createScriptedNode({ createId: () => (++ids).toString(16).padStart(8, '0'), ...options })
}

/** A response, whole. */
export const respond = ({ app }: ScriptedNode, body: object): Promise<WireJson> =>
  jsonOf(callApp(app, RESPONSES, { json: body }))

/** What an error body of a refused request says. */
export const refusal = async (
  { app }: ScriptedNode,
  path: string,
  init: Parameters<typeof callApp>[2],
): Promise<WireJson> => {
  const response = await callApp(app, path, init)
  return { status: response.status, ...(await jsonOf(response)).error }
}

/** The events of a streamed response, without the `[DONE]` at the end. */
export const streamed = async (node: ScriptedNode, body: object): Promise<WireJson[]> =>
  eventsOf(await callApp(node.app, RESPONSES, { json: { ...body, stream: true } }))

export const eventsOf = async (response: Response): Promise<WireJson[]> => {
  const text = await response.text()
  if (!text.endsWith('data: [DONE]\n\n')) throw new Error(`The stream has no end: ${text.slice(-300)}`)
  return ssePayloads(text).slice(0, -1)
}

/** A gate of the scripted engine that lets one token through for each call of `let`. */
export const createTurnstile = () => {
  const waiting: (() => void)[] = []
  let passes = 0
  return {
    /** Lets this many tokens more through. */
    let(count: number): void {
      passes += count
      while (passes > 0 && waiting.length > 0) {
        passes -= 1
        waiting.shift()?.()
      }
    },
    gate: async (signal: AbortSignal): Promise<void> => {
      signal.throwIfAborted()
      if (passes > 0) {
        passes -= 1
        return
      }
      await new Promise<void>((resolve, reject) => {
        waiting.push(resolve)
        signal.addEventListener('abort', () => reject(signal.reason))
      })
    },
  }
}

export const getJson = ({ app }: ScriptedNode, path: string): Promise<WireJson> => jsonOf(callApp(app, path))

export const statusOf = async (node: ScriptedNode, path: string): Promise<string> =>
  (await getJson(node, path)).status

/** Reads frames as they come. */
export const readerOf = (response: Response) => {
  const reader = response.body!.getReader()
  const decoder = new TextDecoder()
  return {
    next: async (): Promise<string> => decoder.decode((await reader.read()).value),
    leave: () => reader.cancel(),
  }
}
