/**
 * Elysia `transform` hook: a field that is null is a field that was not sent (OpenAI's Python clients send null for
 * every option that they leave out). Fields of objects inside stay as they are.
 */
export const dropNulls = ({ body }: { body: unknown }): void => {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return
  for (const [field, value] of Object.entries(body)) {
    // The parsed body belongs to this request alone.
    if (value === null) delete (body as Record<string, unknown>)[field]
  }
}
