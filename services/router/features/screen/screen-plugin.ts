import type { RouteFacts } from '@shared/contracts/route-manifest.ts'
import { openaiFaultBody } from '@shared/dialects/openai/openai-faults.ts'
import { faultsAs } from '@shared/http/faults-as.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import { clampBrightness } from '../../policy/clamp-brightness.ts'
import type { ScreenBrightness } from './screen-brightness.ts'

const PATH = '/api/services/screen/brightness'

const READ: RouteFacts = {
  dialect: 'openai',
  capability: 'node',
  scope: 'manage',
  kind: 'local',
  bodyLimitBytes: 0,
  admission: 'none',
}
const WRITE: RouteFacts = { ...READ, bodyLimitBytes: 4096 }

/** Type.Number takes finite numbers only; `1e999` in JSON is Infinity. */
const BrightnessBody = Type.Object(
  { brightness: Type.Number({ description: 'Finite; what is outside of 0 to 1 becomes the nearer end.' }) },
  { additionalProperties: true },
)

/** The screen of this machine: ai.local's routes. */
export const screenPlugin = (screen: ScreenBrightness) =>
  new Elysia({ name: 'router/screen', normalize: false })
    .use(faultsAs('openai', openaiFaultBody))
    .get(PATH, async () => ({ brightness: await screen.read() }), {
      detail: routeDetail(READ, { tag: 'Screen', summary: 'Brightness of the screen, 0 to 1' }),
    })
    .post(
      PATH,
      async ({ body }) => ({
        requestedBrightness: body.brightness,
        appliedBrightness: await screen.write(clampBrightness(body.brightness)),
      }),
      {
        body: BrightnessBody,
        parse: 'json',
        detail: routeDetail(WRITE, { tag: 'Screen', summary: 'Set the brightness of the screen' }),
      },
    )
