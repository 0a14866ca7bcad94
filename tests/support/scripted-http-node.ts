import { createScriptedNode } from './scripted-node.ts'
import type { ScriptedNode } from './scripted-node.ts'

export interface ScriptedHttpNode extends ScriptedNode {
  readonly url: string
  stop(): Promise<void>
}

/** The chat service over the scripted engine, at a port of its own: for clients that bring their own HTTP. */
export const serveScriptedNode = (
  options: Parameters<typeof createScriptedNode>[0] = {},
): ScriptedHttpNode => {
  const node = createScriptedNode(options)
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    idleTimeout: 0,
    fetch: (request) => node.app.handle(request),
  })
  return { ...node, url: `http://127.0.0.1:${server.port}`, stop: () => server.stop(true) }
}
