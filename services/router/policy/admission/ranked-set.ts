/**
 * Items of which the first in rank is at hand (a binary heap that knows where each item is): log n steps to add, to move
 * and to take out.
 */
export class RankedSet<Item> {
  private readonly items: Item[] = []
  private readonly places = new Map<Item, number>()

  constructor(private readonly isBefore: (left: Item, right: Item) => boolean) {}

  get first(): Item | undefined {
    return this.items[0]
  }

  get size(): number {
    return this.items.length
  }

  /** Adds an item, or finds its new place when its rank has changed. */
  place(item: Item): void {
    const known = this.places.get(item)
    if (known === undefined) this.put(item, this.items.length)
    this.settle(item, known ?? this.items.length - 1)
  }

  remove(item: Item): void {
    const at = this.places.get(item)
    if (at === undefined) return
    this.places.delete(item)
    const last = this.items.pop()
    if (last === undefined || last === item) return
    this.put(last, at)
    this.settle(last, at)
  }

  /** In no order that means anything. */
  [Symbol.iterator](): IterableIterator<Item> {
    return this.items.values()
  }

  private put(item: Item, at: number): void {
    this.items[at] = item
    this.places.set(item, at)
  }

  private settle(item: Item, from: number): void {
    let at = from
    for (let up = this.parentAfter(item, at); up !== undefined; up = this.parentAfter(item, at)) {
      this.put(up, at)
      at = (at - 1) >> 1
    }
    for (let down = this.childBefore(item, at); down !== undefined; down = this.childBefore(item, at)) {
      const child = this.places.get(down) ?? at
      this.put(down, at)
      at = child
    }
    this.put(item, at)
  }

  /** The item above, when it belongs below. */
  private parentAfter(item: Item, at: number): Item | undefined {
    const parent = at === 0 ? undefined : this.items[(at - 1) >> 1]
    return parent !== undefined && this.isBefore(item, parent) ? parent : undefined
  }

  /** The first of the two items below, when it belongs above. */
  private childBefore(item: Item, at: number): Item | undefined {
    const left = this.items[2 * at + 1]
    const right = this.items[2 * at + 2]
    if (left === undefined) return undefined
    const first = right !== undefined && this.isBefore(right, left) ? right : left
    return this.isBefore(first, item) ? first : undefined
  }
}
