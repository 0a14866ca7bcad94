/**
 * The last so many entries that came, by their keys. Adding takes the same time however many there are: a Map out of
 * which the first key is taken again and again walks over all that were taken before.
 */
export class NewestEntries<Value> {
  private readonly values = new Map<string, Value>()
  /** The last keys, each in the place of the one that left for it. */
  private readonly keys: string[] = []
  private next = 0

  constructor(private readonly limit: number) {}

  get(key: string): Value | undefined {
    return this.values.get(key)
  }

  /** A key that is here keeps its place; a new one takes that of the oldest. */
  set(key: string, value: Value): void {
    if (!this.values.has(key)) this.takePlace(key)
    this.values.set(key, value)
  }

  /** Takes an entry out; its place is free when its turn to leave comes. */
  remove(key: string): Value | undefined {
    const value = this.values.get(key)
    this.values.delete(key)
    return value
  }

  private takePlace(key: string): void {
    const oldest = this.keys[this.next]
    if (oldest !== undefined) this.values.delete(oldest)
    this.keys[this.next] = key
    this.next = (this.next + 1) % this.limit
  }
}
