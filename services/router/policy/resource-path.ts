/**
 * The path of the thing that a route is about: `/v1/responses/:id/cancel` of `/v1/responses/r1/cancel` is
 * `/v1/responses/r1`. Undefined where the route names none.
 */
export const resourcePath = (route: string, path: string): string | undefined => {
  const segments = route.split('/')
  const last = segments.findIndex((segment) => segment.startsWith(':'))
  return last < 0
    ? undefined
    : path
        .split('/')
        .slice(0, last + 1)
        .join('/')
}
