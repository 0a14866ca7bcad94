import type { LeaseRequest } from '@shared/contracts/memory-lease.ts'
import { Fault } from '@shared/fault/fault.ts'

const RETRY_AFTER_SECONDS = 10

/** Waiting would not help: no retry is named. */
export const neverFits = ({ model, bytes }: LeaseRequest, budgetBytes: number): Fault =>
  new Fault(
    'overloaded',
    `The model '${model}' needs ${gigabytes(bytes)} of memory; this node may use ${gigabytes(budgetBytes)} in all. Use a smaller quantisation or context, or raise MODEL_STORE_MEMORY_BYTES.`,
    { param: 'model', details: { requestedBytes: bytes, budgetBytes } },
  )

export const noRoomInTime = ({ model, bytes }: LeaseRequest, budgetBytes: number, heldBytes: number): Fault =>
  new Fault(
    'overloaded',
    `There is no room for the model '${model}': it needs ${gigabytes(bytes)}, and ${gigabytes(heldBytes)} of ${gigabytes(budgetBytes)} are held by models that are at work. Try again.`,
    {
      param: 'model',
      retryAfterSeconds: RETRY_AFTER_SECONDS,
      details: { requestedBytes: bytes, heldBytes, budgetBytes },
    },
  )

export const isRestarting = (): Fault =>
  new Fault('unavailable', 'The model-store service of this node is stopping; it may be restarting.', {
    retryAfterSeconds: 2,
  })

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`
