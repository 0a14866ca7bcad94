/** The path of a request, and what a service is asked for. */
export interface RequestTarget {
  readonly path: string
  readonly pathAndQuery: string
}

/** A segment that begins with a dot (also encoded) or a backslash: what URL parsers take for a step in the tree. */
const STEPS = /\/\.|%2e|\\/i

/**
 * Takes a URL apart. Steps (`..`) are walked first, as every HTTP client would on the way to the service: otherwise a
 * path that matches one route could arrive as another, up to those of the control plane.
 */
export const requestTarget = (url: string): RequestTarget => {
  const start = url.indexOf('/', url.indexOf('://') + 3)
  const pathAndQuery = start < 0 ? '/' : url.slice(start)
  const end = pathAndQuery.indexOf('?')
  const path = end < 0 ? pathAndQuery : pathAndQuery.slice(0, end)
  if (!STEPS.test(path)) return { path, pathAndQuery }
  const walked = new URL(`http://localhost${pathAndQuery}`)
  return { path: walked.pathname, pathAndQuery: walked.pathname + walked.search }
}
