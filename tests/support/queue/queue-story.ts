import { AdmissionQueue } from '@service/router/policy/admission/admission-queue.ts'
import type { AdmissionEffects, AdmissionRequest } from '@service/router/policy/admission/admission-queue.ts'
import { NO_MEMORY_FACTS } from './simulate-queue.ts'

export const BATCH_WAIT_MS = 30_000

/** A queue whose effects are written down in words. */
export const createStory = (queueLimit = 10, slots = 1, memory = NO_MEMORY_FACTS) => {
  const told: string[] = []
  const rules = { queueLimit, batchWaitMs: BATCH_WAIT_MS, modelTurnMs: 10_000 }
  const effects: AdmissionEffects = {
    grant: (ticket, waitedMs) => void told.push(`grant ${ticket} after ${waitedMs}`),
    refuse: (ticket, { reason, position, etaMs }) =>
      void told.push(`refuse ${ticket} ${reason} position ${position} eta ${etaMs}`),
  }
  const queue = new AdmissionQueue(rules, effects, memory)
  /** Of 100 tokens, unless told otherwise. */
  const request = (ticket: number, changes: Partial<AdmissionRequest> = {}): AdmissionRequest => ({
    ticket,
    requestId: `r${ticket}`,
    lane: 'a',
    slots,
    caller: 'local',
    requestClass: 'interactive',
    size: { bodyBytes: 400, limitTokens: 0 },
    ...changes,
  })
  /** What happened since it was asked last. */
  const happened = (): string[] => told.splice(0)
  return { queue, request, happened }
}
