import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { pause } from '@shared/process/clock.ts'
import type { Clock } from '@shared/process/clock.ts'

const CHUNK_BYTES = 65_536
const LOOK_EVERY_MS = 200

export interface FollowOptions {
  /** Where to begin, in bytes. */
  readonly start: number
  readonly onText: (text: string) => void
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Hands over what is appended to a file until `signal` fires; goes on with the new file when the old one is rotated. */
export const followFile = async (path: string, options: FollowOptions): Promise<void> => {
  let position = options.start
  while (!options.signal.aborted) {
    const file = openIfThere(path)
    if (file !== undefined) {
      await followOpenFile(path, file, position, options)
      closeSync(file)
    }
    position = 0
    await pause(options.clock, LOOK_EVERY_MS, options.signal)
  }
}

/** Resolves when the path has become another file and this one is read to its end. */
const followOpenFile = async (
  path: string,
  file: number,
  start: number,
  { onText, clock, signal }: FollowOptions,
): Promise<void> => {
  const decoder = new TextDecoder()
  const buffer = Buffer.alloc(CHUNK_BYTES)
  let position = start
  while (!signal.aborted) {
    // Before reading: what is written until the rotation is read below, in the last turn.
    const isRotated = statSync(path, { throwIfNoEntry: false })?.ino !== fstatSync(file).ino
    let count = readSync(file, buffer, 0, CHUNK_BYTES, position)
    while (count > 0) {
      onText(decoder.decode(buffer.subarray(0, count), { stream: true }))
      position += count
      count = readSync(file, buffer, 0, CHUNK_BYTES, position)
    }
    if (isRotated) return
    await pause(clock, LOOK_EVERY_MS, signal)
  }
}

const openIfThere = (path: string): number | undefined => {
  try {
    return openSync(path, 'r')
  } catch {
    return undefined
  }
}
