/** What a lane says of itself. */
export interface LaneLoad {
  readonly waitingCount: number
  readonly runningCount: number
}

/** What is known of the memory of this node. */
export interface MemoryFacts {
  /** What all models may take together; undefined where that is not known. */
  readonly budgetBytes: number | undefined
  /** What the model of a lane takes; 0 where that is not known. */
  bytesOf(lane: string): number
}

interface Turn {
  readonly memoryBytes: number
  readonly startedAtMs: number
}

/**
 * Which models run beside each other when not all of them fit into memory. Loading takes seconds, and model-store unloads
 * whatever is idle for a moment: without turns two busy models would throw each other out with every request.
 *
 * 1. A lane whose turn it is runs.
 * 2. A lane that fits beside those begins its turn. One whose size is not known, or that could never fit, is for
 *    model-store to judge: it runs.
 * 3. Else it waits until turns are over: a turn lasts until its lane has nothing to do, or, when another lane waits for
 *    the room, at least `quantumMs`. What runs then is never broken off.
 * 4. The lane for which a turn was ended is the next: none that came later takes the room from it.
 */
export class ModelTurns {
  private readonly turns = new Map<string, Turn>()
  /** Their turn is over, but the last of their requests still run. */
  private readonly leaving = new Map<string, Turn>()
  private next: string | undefined

  constructor(
    private readonly quantumMs: number,
    private readonly memory: MemoryFacts,
    private readonly loadOf: (lane: string) => LaneLoad,
  ) {}

  /** Whether a lane in which somebody waits may run now. */
  mayRun(lane: string, nowMs: number): boolean {
    if (this.turns.has(lane)) return true
    const memoryBytes = this.memory.bytesOf(lane)
    const { budgetBytes } = this.memory
    if (budgetBytes === undefined || memoryBytes === 0 || memoryBytes > budgetBytes) return true
    this.dropIdle()
    if (this.next !== undefined && this.next !== lane) return false
    if (!this.hasRoom(lane, budgetBytes - memoryBytes, nowMs)) return false
    this.next = undefined
    this.leaving.delete(lane)
    this.turns.set(lane, { memoryBytes, startedAtMs: nowMs })
    return true
  }

  private hasRoom(lane: string, roomBytes: number, nowMs: number): boolean {
    if (this.bytesOf(this.turns) > roomBytes) {
      this.next = lane
      this.endTurns(roomBytes, nowMs)
    }
    const comesBackBytes = this.leaving.get(lane)?.memoryBytes ?? 0
    return this.bytesOf(this.turns) + this.bytesOf(this.leaving) - comesBackBytes <= roomBytes
  }

  /** Ends the oldest turns that have lasted for long enough, as many as there must be. */
  private endTurns(roomBytes: number, nowMs: number): void {
    for (const [lane, turn] of this.turns) {
      if (this.bytesOf(this.turns) <= roomBytes) return
      if (nowMs - turn.startedAtMs < this.quantumMs) return
      this.turns.delete(lane)
      if (this.loadOf(lane).runningCount > 0) this.leaving.set(lane, turn)
    }
  }

  private dropIdle(): void {
    for (const lane of this.turns.keys()) if (!this.hasWork(lane)) this.turns.delete(lane)
    for (const lane of this.leaving.keys())
      if (this.loadOf(lane).runningCount === 0) this.leaving.delete(lane)
    if (this.next !== undefined && this.loadOf(this.next).waitingCount === 0) this.next = undefined
  }

  private hasWork(lane: string): boolean {
    const { waitingCount, runningCount } = this.loadOf(lane)
    return waitingCount + runningCount > 0
  }

  private bytesOf(turns: ReadonlyMap<string, Turn>): number {
    let bytes = 0
    for (const { memoryBytes } of turns.values()) bytes += memoryBytes
    return bytes
  }
}
