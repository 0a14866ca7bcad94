import { expect, test } from 'bun:test'
import { createScriptedNode } from '../../support/scripted-node.ts'

const LEVELS = 500_000
const NESTED = {
  lists: `${'['.repeat(LEVELS)}${']'.repeat(LEVELS)}`,
  objects: `${'{"a":'.repeat(LEVELS)}1${'}'.repeat(LEVELS)}`,
}

test.each(Object.entries(NESTED))(
  'half a million %s in each other are refused at every route, at once',
  async (_what, nested) => {
    const { app } = await createScriptedNode()
    const routes = app.routes.filter(({ method, path }) => method === 'POST' && !path.startsWith('/_skein'))
    expect(routes.length).toBeGreaterThan(20)
    const startedAt = performance.now()
    for (const { path } of routes) {
      for (const body of [
        nested,
        `{"model":"llama","messages":${nested},"input":${nested},"prompt":${nested}}`,
      ]) {
        const reply = await app.handle(
          new Request(`http://localhost${path.replaceAll(/:\w+/g, 'some')}`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body,
          }),
        )
        // 501: routes that read no body, because there is nothing here that could answer them.
        expect([400, 404, 501]).toContain(reply.status)
      }
    }
    // Without the check one of them alone takes that long.
    expect(performance.now() - startedAt).toBeLessThan(5000)
  },
)
