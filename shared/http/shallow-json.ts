import { Elysia } from 'elysia'
import { checkJsonDepth } from './json-depth.ts'

/**
 * Plugin: JSON that is nested too deeply is refused before it is parsed, on every route of the app. Bun parses a million
 * levels without complaint; what then walks over them, checks of schemas first, is busy for many seconds and breaks.
 */
export const shallowJson = () =>
  new Elysia({ name: 'http/shallow-json' }).onRequest(({ request }) => {
    // Routes read JSON with this method, by whichever way Elysia comes to it; their body cannot be handed to them instead.
    Object.defineProperty(request, 'json', { value: () => readShallow(request) })
  })

const readShallow = async (request: Request): Promise<unknown> => {
  const body = new Uint8Array(await request.arrayBuffer())
  checkJsonDepth(body)
  return JSON.parse(new TextDecoder().decode(body))
}
