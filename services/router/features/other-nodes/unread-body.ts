/**
 * A body that streams, for one who may have to send it twice: as long as nothing of it was asked for, it can be opened
 * again. What was opened and cancelled unread leaves the source as it was.
 */
export class UnreadBody {
  private reader: ReturnType<UnreadBody['openSource']> | undefined

  constructor(private readonly source: ReadableStream<Uint8Array<ArrayBuffer>>) {}

  get isUnread(): boolean {
    return this.reader === undefined
  }

  open(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        pull: async (controller) => {
          const reader = (this.reader ??= this.openSource())
          const { value } = await reader.read()
          if (value === undefined) controller.close()
          else controller.enqueue(value)
        },
        cancel: () => this.reader?.cancel(),
      },
      { highWaterMark: 0 },
    )
  }

  private openSource() {
    return this.source.getReader()
  }
}
