import type { RouteEntry } from '@shared/contracts/route-manifest.ts'

/** Whether the node answers a path, written with `:name` parameters of whatever name. */
export type OffersPath = (path: string) => boolean

/** By the routes as they are written: `/models/:id` does not make a route of `/models/available`. */
export const offeredPaths = (entries: readonly Pick<RouteEntry, 'path'>[]): OffersPath => {
  const shapes = new Set(entries.map(({ path }) => shapeOf(path)))
  return (path) => shapes.has(shapeOf(path))
}

const shapeOf = (path: string): string => path.replaceAll(/:[^/]+/g, ':')
