import { swagger } from '@elysiajs/swagger'
import { INTERNAL_PREFIX } from '@shared/contracts/internal-routes.ts'
import { SKEIN_VERSION } from '@shared/contracts/skein-version.ts'

/** Inside the control plane, so that the router never forwards it and no manifest lists it. */
const DOCS_PATH = `${INTERNAL_PREFIX}docs`

export interface OpenapiInfo {
  readonly title: string
  readonly description: string
}

/** The part of an Elysia app that is read here. */
interface AppWithHandle {
  readonly handle: (request: Request) => Promise<Response>
}

/** Plugin: makes the OpenAPI document of all public routes of the app that uses it. */
export const openapiDocument = (info: OpenapiInfo) =>
  swagger({
    path: DOCS_PATH,
    // Paths with a dot in them are routes here, not files.
    excludeStaticFile: false,
    exclude: [new RegExp(`^${INTERNAL_PREFIX.replaceAll('/', '\\/')}`)],
    documentation: { info: { ...info, version: SKEIN_VERSION } },
  })

/** Reads the document that `openapiDocument` makes, for `ControlPlanePorts.openapi`. The app must use the plugin. */
export const readOpenapiDocument = async (app: AppWithHandle): Promise<unknown> => {
  // Elysia routes only URLs with a full host; nothing is sent anywhere.
  const response = await app.handle(new Request(`http://localhost${DOCS_PATH}/json`))
  return response.json()
}
