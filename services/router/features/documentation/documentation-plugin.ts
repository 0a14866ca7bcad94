import { swagger } from '@elysiajs/swagger'
import type { RouteFacts } from '@shared/contracts/route-manifest.ts'
import { SKEIN_VERSION } from '@shared/contracts/skein-version.ts'
import { openaiFaultBody } from '@shared/dialects/openai/openai-faults.ts'
import { Fault } from '@shared/fault/fault.ts'
import { faultsAs } from '@shared/http/faults-as.ts'
import { routeDetail } from '@shared/http/route-detail.ts'
import { Elysia } from 'elysia'
import { mergeOpenapi } from './merge-openapi.ts'
import type { ServiceDocument } from './merge-openapi.ts'

const DOCUMENT_PATH = '/v1/openapi.json'
const PAGE_PATH = '/swagger'
const ASSETS_PATH = `${PAGE_PATH}/assets`

/** Where @elysiajs/swagger would have the browser load its scripts from. */
const FOREIGN_ASSETS = /https:\/\/unpkg\.com\/swagger-ui-dist@[\d.]+/g

const FACTS: RouteFacts = {
  dialect: 'openai',
  capability: 'node',
  scope: 'inference',
  kind: 'local',
  bodyLimitBytes: 0,
  admission: 'none',
}

/** A file of the page, from the disk of this node. */
export interface PageAsset {
  readonly body: Blob
  readonly contentType: string
}

export interface DocumentationPorts {
  /** OpenAPI documents of this router and of the services that answer. */
  readonly readDocuments: () => Promise<readonly ServiceDocument[]>
  /** Undefined when the page has no such file. */
  readonly readAsset: (name: string) => PageAsset | undefined
}

const about = (summary: string) => routeDetail(FACTS, { tag: 'Node', summary })

/** What can be asked of this node: as a document, and as a page that tries it out. Both work offline. */
export const documentationPlugin = ({ readDocuments, readAsset }: DocumentationPorts) =>
  new Elysia({ name: 'router/documentation' })
    .use(faultsAs('openai', openaiFaultBody))
    .get(DOCUMENT_PATH, async () => mergeOpenapi(await readDocuments()) as object, {
      detail: about('Every route of this node (OpenAPI)'),
    })
    .get(PAGE_PATH, readPage, { detail: about('Every route of this node, to try out') })
    .get(
      `${ASSETS_PATH}/:name`,
      ({ params }) => {
        const asset = readAsset(params.name)
        if (asset === undefined) throw new Fault('not_found', 'The page has no such file.')
        return new Response(asset.body, {
          headers: { 'content-type': asset.contentType, 'cache-control': 'max-age=3600' },
        })
      },
      { detail: { ...about('Scripts and styles of the page'), hide: true } },
    )

const swaggerPlugin = swagger({
  provider: 'swagger-ui',
  path: PAGE_PATH,
  theme: `${ASSETS_PATH}/swagger-ui.css`,
  documentation: { info: { title: 'Skein', version: SKEIN_VERSION, description: 'The API of this node.' } },
  // A null validator: without it the page shows a badge of a validator on the internet.
  swaggerOptions: { url: DOCUMENT_PATH, validatorUrl: null } as object,
})

/** The plugin's page with its scripts from this node: it has no option for them. */
const readPage = async (): Promise<Response> => {
  const page = await swaggerPlugin.handle(new Request(`http://localhost${PAGE_PATH}`))
  const html = (await page.text()).replaceAll(FOREIGN_ASSETS, ASSETS_PATH)
  return new Response(html, {
    headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' },
  })
}
