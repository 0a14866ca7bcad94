/** The answer to a client that is no longer there: nobody reads it, the status is for logs and metrics. */
export const clientHasLeft = (): Response => new Response(null, { status: 499 })
