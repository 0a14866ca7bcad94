import { Fault } from '@shared/fault/fault.ts'
import type { ReasoningWish } from '@shared/inference/generate-request.ts'

const LEVELS = ['low', 'medium', 'high'] as const

/** Ollama's `think`. @throws Fault `invalid_request` */
export const decodeOllamaThink = (value: unknown): ReasoningWish | undefined => {
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value === 'boolean') return { isEnabled: value }
  const effort = LEVELS.find((level) => level === value)
  if (effort !== undefined) return { isEnabled: true, effort }
  throw new Fault('invalid_request', "'think' takes true, false, 'low', 'medium' or 'high'.", {
    param: 'think',
  })
}
