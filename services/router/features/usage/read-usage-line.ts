import type { EngineUsage } from '@shared/contracts/engine-usage.ts'
import { parseModelId } from '@shared/dialects/model-name.ts'
import { Type } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'

const Tokens = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
const Milliseconds = Type.Number({ minimum: 0 })

const checkUsage = TypeCompiler.Compile(
  Type.Object({
    visitId: Type.String({ minLength: 1, maxLength: 128 }),
    model: Type.String({ maxLength: 128 }),
    promptTokens: Tokens,
    cachedTokens: Tokens,
    completionTokens: Tokens,
    reasoningTokens: Tokens,
    firstTokenMs: Type.Union([Milliseconds, Type.Null()]),
    decodeMs: Milliseconds,
    loadMs: Milliseconds,
  }),
)

/** What a line of a feed tells; undefined for anything else. */
export const readUsageLine = (line: string): EngineUsage | undefined => {
  const said = parsed(line)
  if (!checkUsage.Check(said)) return undefined
  const model = parseModelId(said.model)
  return model === undefined ? undefined : { ...said, model }
}

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
