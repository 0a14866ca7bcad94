/** As engines cut prompts; the router's own blocks are longer, and grow. */
export const PAGE_TOKENS = 32

/** What an engine keeps of prompts: the least recently used pages go first, the deeper of a prompt before the others. */
export class LruPrefixCache {
  /** The first was not used for longest. */
  private readonly pages = new Set<number>()

  constructor(private readonly mostTokens: number) {}

  matchedTokens(pages: readonly number[]): number {
    const miss = pages.findIndex((page) => !this.pages.has(page))
    return (miss < 0 ? pages.length : miss) * PAGE_TOKENS
  }

  add(pages: readonly number[]): void {
    for (const page of pages.toReversed()) {
      this.pages.delete(page)
      this.pages.add(page)
    }
    for (const page of this.pages) {
      if (this.pages.size * PAGE_TOKENS <= this.mostTokens) return
      this.pages.delete(page)
    }
  }

  clear(): void {
    this.pages.clear()
  }
}
