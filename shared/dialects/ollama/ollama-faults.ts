import type { Fault } from '@shared/fault/fault.ts'

/** Ollama's error envelope: one sentence; the status says the rest. */
export interface OllamaFaultBody {
  readonly error: string
}

export const ollamaFaultBody = (fault: Fault): OllamaFaultBody => ({ error: fault.message })

/** The last line of a stream that fails after its first byte. */
export const ollamaFaultFrame = (fault: Fault): string => `${JSON.stringify(ollamaFaultBody(fault))}\n`
