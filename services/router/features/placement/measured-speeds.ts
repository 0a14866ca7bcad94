import type { EngineUsage } from '@shared/contracts/engine-usage.ts'
import type { ModelId } from '@shared/inference/model-card.ts'
import type { ModelSpeed } from '../../policy/cluster/node-topics.ts'
import { RecentValues } from '../../policy/recent-values.ts'

/** Enough for a steady middle, few enough to follow a change. */
const REMEMBERED = 15
/** Fewer tokens tell more of everything around them than of the model. */
const LEAST_READ_TOKENS = 64
const LEAST_WRITTEN_TOKENS = 8
/** Less than this, and it was open already. */
const LEAST_LOAD_MS = 20
/** Speeds are told in so many digits: what wavers within them is no news for the other nodes. */
const TOLD_DIGITS = 2

class SpeedsOfModel {
  readonly prefill = new RecentValues(REMEMBERED)
  readonly decode = new RecentValues(REMEMBERED)
  loadMs: number | null = null
}

/** How fast this node's models are, from the last work of its engines. */
export class MeasuredSpeeds {
  private readonly models = new Map<ModelId, SpeedsOfModel>()
  private told: readonly ModelSpeed[] = []

  onUse({ model, ...usage }: EngineUsage): void {
    const speeds = this.models.get(model) ?? new SpeedsOfModel()
    this.models.set(model, speeds)
    const prefill = prefillSpeed(usage)
    if (prefill !== undefined) speeds.prefill.add(prefill)
    const decode = decodeSpeed(usage)
    if (decode !== undefined) speeds.decode.add(decode)
    if (usage.loadMs >= LEAST_LOAD_MS) speeds.loadMs = Math.round(usage.loadMs)
  }

  /** Models that are gone, so that no more is kept than there are. */
  keepOnly(models: ReadonlySet<ModelId>): void {
    for (const model of this.models.keys()) if (!models.has(model)) this.models.delete(model)
  }

  /** For the topic `speeds`; the same list as before when there is nothing new. */
  speeds(): readonly ModelSpeed[] {
    const speeds = [...this.models].map(([model, measured]) => toldSpeed(model, measured))
    const isSame =
      speeds.length === this.told.length &&
      speeds.every((speed, position) => isSameSpeed(speed, this.told[position]))
    if (!isSame) this.told = speeds
    return this.told
  }
}

type Work = Omit<EngineUsage, 'model'>

/** Of the tokens that were not in its cache, in the time until the first one of the answer. */
const prefillSpeed = ({ cachedTokens, firstTokenMs, loadMs, promptTokens }: Work): number | undefined => {
  const readTokens = promptTokens - cachedTokens
  const tookMs = (firstTokenMs ?? 0) - loadMs
  return readTokens >= LEAST_READ_TOKENS && tookMs > 0 ? (readTokens * 1000) / tookMs : undefined
}

const decodeSpeed = ({ completionTokens, decodeMs }: Work): number | undefined =>
  completionTokens >= LEAST_WRITTEN_TOKENS && decodeMs > 0 ? (completionTokens * 1000) / decodeMs : undefined

const toldSpeed = (model: ModelId, { decode, loadMs, prefill }: SpeedsOfModel): ModelSpeed => ({
  model,
  prefillTokensPerSecond: rounded(prefill.median()),
  decodeTokensPerSecond: rounded(decode.median()),
  loadMs,
})

const rounded = (speed: number | undefined): number | null =>
  speed === undefined ? null : Number(speed.toPrecision(TOLD_DIGITS))

const isSameSpeed = (speed: ModelSpeed, other: ModelSpeed | undefined): boolean =>
  other !== undefined &&
  speed.model === other.model &&
  speed.prefillTokensPerSecond === other.prefillTokensPerSecond &&
  speed.decodeTokensPerSecond === other.decodeTokensPerSecond &&
  speed.loadMs === other.loadMs
