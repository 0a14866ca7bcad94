import type { ModelId } from '@shared/inference/model-card.ts'
import type { NodeId } from '../cluster/node-id.ts'

/** Places of one bucket: a key is in one of them, or nowhere. */
const WAYS = 8
const FIRST_BUCKETS = 512
/** With ten bytes a place: 42 MB at most. */
const MOST_BUCKETS = 2 ** 19
/** The table grows when it is filled so far: a full bucket loses its oldest key before that is needed. */
const FILLED_BEFORE_GROWTH = 0.4
/** Ages are counted in this part of the table's places. */
const PLACES_PER_AGE = 1 / 256
const AGES = 2 ** 16

/**
 * Which node has worked on which beginnings of prompts, by the hashes of their chains.
 *
 * A table of buckets on typed arrays. A key is a hash together with a number that stands for one life of a model on one
 * node: forgetting it takes a new number, and the keys of the old one grow old and leave. Of a full bucket the key leaves
 * that was not added for longest.
 */
export class PrefixIndex {
  private high = new Uint32Array(FIRST_BUCKETS * WAYS)
  private low = new Uint32Array(FIRST_BUCKETS * WAYS)
  private age = new Uint16Array(FIRST_BUCKETS * WAYS)
  private buckets = FIRST_BUCKETS
  private filled = 0
  private added = 0
  private currentAge = 0
  private readonly lives = new Map<NodeId, Map<ModelId, number>>()
  private lastLife = 0
  /** Of the key in question: two halves, for a key has more bits than a whole number. */
  private keyHigh = 0
  private keyLow = 0

  /** @param mostBuckets a power of two; more than that are never made */
  constructor(private readonly mostBuckets = MOST_BUCKETS) {}

  get sizeBytes(): number {
    return this.high.byteLength + this.low.byteLength + this.age.byteLength
  }

  /** The node has worked on this chain, or a part of one. */
  add(nodeId: NodeId, model: ModelId, hashes: readonly number[]): void {
    const life = this.lifeOf(nodeId, model)
    for (const hash of hashes) {
      this.setKey(hash, life)
      this.addKey()
    }
  }

  /** It has lost what it had cached of the model, or of all models. */
  forget(nodeId: NodeId, model?: ModelId): void {
    if (model === undefined) this.lives.delete(nodeId)
    else this.lives.get(nodeId)?.delete(model)
  }

  /**
   * How many blocks of a chain the node has worked on. A chain is added from its beginning on, so that the last known
   * block is searched by halves; that one hash stands for all blocks before it.
   */
  matchedBlocks(nodeId: NodeId, model: ModelId, hashes: readonly number[]): number {
    const life = this.lives.get(nodeId)?.get(model)
    if (life === undefined || hashes.length === 0) return 0
    // Most nodes know all of a prompt or nothing: two looks are enough for those.
    if (this.hasKey(hashes.at(-1) ?? 0, life)) return hashes.length
    return this.hasKey(hashes[0] ?? 0, life) ? this.lastKnown(hashes, life) : 0
  }

  /** Of a chain whose first block is known and whose last one is not. */
  private lastKnown(hashes: readonly number[], life: number): number {
    let known = 1
    let unknown = hashes.length
    while (unknown - known > 1) {
      const middle = (known + unknown) >> 1
      if (this.hasKey(hashes[middle - 1] ?? 0, life)) known = middle
      else unknown = middle
    }
    return known
  }

  private lifeOf(nodeId: NodeId, model: ModelId): number {
    let models = this.lives.get(nodeId)
    if (models === undefined) {
      models = new Map()
      this.lives.set(nodeId, models)
    }
    const known = models.get(model)
    if (known !== undefined) return known
    this.lastLife += 1
    models.set(model, this.lastLife)
    return this.lastLife
  }

  /** Mixes both (the finaliser of MurmurHash3), so that one hash is in another bucket for each node. */
  private setKey(hash: number, life: number): void {
    const low = mixed((hash >>> 0) ^ Math.imul(life, 0x9e3779b1))
    this.keyLow = low
    // Never 0 in both halves: that is an empty place.
    this.keyHigh = mixed(Math.floor(hash / 2 ** 32) ^ low ^ Math.imul(life, 0x85ebca77)) | 1
  }

  private hasKey(hash: number, life: number): boolean {
    this.setKey(hash, life)
    return this.findPlace() >= 0
  }

  private findPlace(): number {
    const start = this.bucketStart()
    for (let place = start; place < start + WAYS; place += 1) {
      if (this.low[place] === this.keyLow && this.high[place] === this.keyHigh >>> 0) return place
    }
    return -1
  }

  private bucketStart(): number {
    return (this.keyLow & (this.buckets - 1)) * WAYS
  }

  private addKey(): void {
    const known = this.findPlace()
    if (known >= 0) {
      this.age[known] = this.currentAge
      return
    }
    if (this.filled > this.high.length * FILLED_BEFORE_GROWTH && this.buckets < this.mostBuckets) this.grow()
    this.put(this.oldestPlace(), this.currentAge)
    this.added += 1
    if (this.added < this.high.length * PLACES_PER_AGE) return
    this.added = 0
    this.currentAge = (this.currentAge + 1) % AGES
  }

  private put(place: number, age: number): void {
    if (this.high[place] === 0) this.filled += 1
    this.high[place] = this.keyHigh
    this.low[place] = this.keyLow
    this.age[place] = age
  }

  /** An empty place of the bucket, or the one of its oldest key. */
  private oldestPlace(): number {
    const start = this.bucketStart()
    let oldest = start
    let oldestAges = -1
    for (let place = start; place < start + WAYS; place += 1) {
      if (this.high[place] === 0) return place
      const ages = (this.currentAge - (this.age[place] ?? 0) + AGES) % AGES
      if (ages > oldestAges) {
        oldest = place
        oldestAges = ages
      }
    }
    return oldest
  }

  /** Twice the buckets; each key stays in its own or goes to the one that was split off. */
  private grow(): void {
    const { age, high, low } = this
    this.buckets *= 2
    this.high = new Uint32Array(this.buckets * WAYS)
    this.low = new Uint32Array(this.buckets * WAYS)
    this.age = new Uint16Array(this.buckets * WAYS)
    this.filled = 0
    for (const [place, keyHigh] of high.entries()) {
      if (keyHigh === 0) continue
      this.keyHigh = keyHigh
      this.keyLow = low[place] ?? 0
      this.put(this.oldestPlace(), age[place] ?? 0)
    }
  }
}

const mixed = (value: number): number => {
  let bits = value
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}
