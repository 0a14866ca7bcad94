interface Place<Item> {
  readonly key: number
  readonly item: Item
  before: Place<Item> | undefined
  after: Place<Item> | undefined
}

/** Items in the order in which they came. Every step takes the same time, however long the line is. */
export class KeyedLine<Item> {
  private readonly places = new Map<number, Place<Item>>()
  private head: Place<Item> | undefined
  private tail: Place<Item> | undefined

  get size(): number {
    return this.places.size
  }

  get first(): Item | undefined {
    return this.head?.item
  }

  get last(): Item | undefined {
    return this.tail?.item
  }

  /** Adds an item at the end. A key that is in the line must not be added again. */
  add(key: number, item: Item): void {
    const place: Place<Item> = { key, item, before: this.tail, after: undefined }
    if (this.tail === undefined) this.head = place
    else this.tail.after = place
    this.tail = place
    this.places.set(key, place)
  }

  get(key: number): Item | undefined {
    return this.places.get(key)?.item
  }

  /** Takes an item out, wherever it stands. */
  remove(key: number): Item | undefined {
    const place = this.places.get(key)
    if (place === undefined) return undefined
    this.places.delete(key)
    if (place.before === undefined) this.head = place.after
    else place.before.after = place.after
    if (place.after === undefined) this.tail = place.before
    else place.after.before = place.before
    return place.item
  }

  *[Symbol.iterator](): IterableIterator<Item> {
    for (let place = this.head; place !== undefined; place = place.after) yield place.item
  }
}
