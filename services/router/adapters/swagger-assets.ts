import { dirname, join } from 'node:path'
import type { PageAsset } from '../features/documentation/documentation-plugin.ts'

/** The files that the page asks for; nothing else of the package is served. */
const CONTENT_TYPE: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
}

/** Reads the page's files from the installed package `swagger-ui-dist`. */
export const createSwaggerAssets = (): ((name: string) => PageAsset | undefined) => {
  const folder = dirname(Bun.resolveSync('swagger-ui-dist/package.json', import.meta.dir))
  return (name) => {
    const contentType = Object.hasOwn(CONTENT_TYPE, name) ? CONTENT_TYPE[name] : undefined
    return contentType === undefined ? undefined : { body: Bun.file(join(folder, name)), contentType }
  }
}
