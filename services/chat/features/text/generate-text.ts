import type { GenerateRequest } from '@shared/inference/generate-request.ts'
import type { GenerationEvent } from '@shared/inference/generation-event.ts'
import type { EnginePool } from '../engine-pool/engine-pool.ts'
import type { EngineWishes } from '../models/engine-wishes.ts'
import { WorkMeter } from '../usage/work-meter.ts'
import type { WorkMeterPorts } from '../usage/work-meter.ts'

export type GenerateText = (
  request: GenerateRequest,
  signal: AbortSignal,
  wishes?: EngineWishes,
) => AsyncIterable<GenerationEvent>

/** Opens the model when needed, streams its answer, and gives the engine back whatever happens. */
export const createGenerateText = (ports: WorkMeterPorts & { readonly pool: EnginePool }): GenerateText =>
  async function* generateText(request, signal, { keepAliveMs, onOpen, visitId } = {}) {
    const meter = new WorkMeter(ports, { task: 'generate', model: request.model, visitId })
    let release: (() => void) | undefined
    try {
      const borrowed = await ports.pool.borrow(request.model, signal, keepAliveMs)
      release = borrowed.release
      meter.onOpen()
      onOpen?.(borrowed.engine.contextTokens)
      for await (const event of borrowed.engine.generate(request, signal)) {
        meter.onEvent(event)
        yield event.type === 'generation-finish' ? withTimes(event, meter) : event
      }
    } finally {
      release?.()
      meter.end()
    }
  }

const withTimes = <Finish extends GenerationEvent & { readonly type: 'generation-finish' }>(
  finish: Finish,
  { loadMs, totalMs }: Pick<WorkMeter, 'loadMs' | 'totalMs'>,
): Finish => ({ ...finish, timings: { ...finish.timings, loadMs, totalMs } })
