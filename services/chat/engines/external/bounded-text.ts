import { Fault } from '@shared/fault/fault.ts'

/** The whole body as text. @throws Fault `engine_failed` when it is longer */
export const readBoundedText = async (response: Response, limitBytes: number): Promise<string> => {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength
    if (length > limitBytes) throw tooLong(limitBytes)
    chunks.push(chunk)
  }
  return new TextDecoder().decode(Buffer.concat(chunks))
}

export interface TextLimits {
  /** How long nothing may come. */
  readonly quietMs: number
  readonly limitBytes: number
}

/** The body as it comes. @throws Fault `engine_failed` when it is longer, or quiet for too long */
export async function* readTextInTime(
  response: Response,
  { limitBytes, quietMs }: TextLimits,
): AsyncGenerator<string, void> {
  const reader = response.body?.getReader()
  if (reader === undefined) return
  const decoder = new TextDecoder()
  let length = 0
  try {
    while (true) {
      const { done, value } = await inTime(reader.read(), quietMs)
      if (done) return
      length += value.byteLength
      if (length > limitBytes) throw tooLong(limitBytes)
      yield decoder.decode(value, { stream: true })
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

const inTime = async <Value>(reading: Promise<Value>, quietMs: number): Promise<Value> => {
  const quiet = Promise.withResolvers<never>()
  const timer = setTimeout(
    () =>
      quiet.reject(
        new Fault(
          'engine_failed',
          `The machine sent nothing for ${quietMs / 1000} seconds in the middle of its answer.`,
        ),
      ),
    quietMs,
  )
  try {
    return await Promise.race([reading, quiet.promise])
  } finally {
    clearTimeout(timer)
  }
}

const tooLong = (limitBytes: number): Fault =>
  new Fault('engine_failed', `The machine sent more than ${limitBytes} bytes.`)
