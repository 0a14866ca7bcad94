import { describe, expect, test } from 'bun:test'
import type { ByteSource } from '@service/model-store/gguf/byte-source.ts'
import { describeGguf } from '@service/model-store/gguf/describe-gguf.ts'
import { findTextModelDefect } from '@service/model-store/gguf/find-text-model-defect.ts'
import { GgufDefect } from '@service/model-store/gguf/gguf-defect.ts'
import { readGgufHeader } from '@service/model-store/gguf/read-gguf-header.ts'
import { soundModel } from '../../../../support/gguf/broken-model.ts'
import { encodeGgufHeader, ggufHeader, ggufSizeBytes } from '../../../../support/gguf/gguf-layout.ts'
import { texts, uint32 } from '../../../../support/gguf/gguf-metadata.ts'
import type { MetadataEntry } from '../../../../support/gguf/gguf-metadata.ts'
import { SeededRandom } from '../../../../support/gguf/seeded-random.ts'

/** Bytes with a hole of zeros behind them, up to `sizeBytes`; counts what is read. */
const sourceOf = (bytes: Uint8Array, sizeBytes = bytes.length, pieceBytes = Infinity) => {
  const source = {
    sizeBytes,
    readBytes: 0,
    read(offset: number, target: Uint8Array): Promise<number> {
      const length = Math.max(0, Math.min(target.length, sizeBytes - offset, pieceBytes))
      target.fill(0, 0, length)
      target.set(bytes.subarray(offset, Math.min(offset + length, bytes.length)))
      source.readBytes += length
      return Promise.resolve(length)
    },
  } satisfies ByteSource & { readBytes: number }
  return source
}

const soundHeader = (further: readonly MetadataEntry[] = []) => {
  const plan = soundModel()
  const full = { ...plan, metadata: [...plan.metadata, ...further] }
  return { bytes: encodeGgufHeader(ggufHeader(full)), sizeBytes: ggufSizeBytes(full) }
}

test('a sound header gives its metadata and tensors', async () => {
  const { bytes, sizeBytes } = soundHeader()
  const header = await readGgufHeader(sourceOf(bytes, sizeBytes))
  expect(header.version).toBe(3)
  expect(header.metadata.get('llama.block_count')).toBe(1)
  expect(header.tensors[0]).toMatchObject({ name: 'token_embd.weight', kind: 'F32' })
  expect(header.repeatedToken).toBeUndefined()
})

test('it does not matter in which pieces the bytes come', async () => {
  const { bytes, sizeBytes } = soundHeader()
  const whole = await readGgufHeader(sourceOf(bytes, sizeBytes))
  expect(await readGgufHeader(sourceOf(bytes, sizeBytes, 7))).toEqual(whole)
})

test('a vocabulary of 300,000 tokens is counted and not kept', async () => {
  const tokens = Array.from({ length: 300_000 }, (_, id) => `token-${id}`)
  const { bytes, sizeBytes } = soundHeader([['test.more_tokens', texts(tokens)]])
  const header = await readGgufHeader(sourceOf(bytes, sizeBytes))
  expect(header.metadata.get('test.more_tokens')).toEqual({ length: 300_000, isOfTexts: true })
})

test('of a file of terabytes only the header is read', async () => {
  const { bytes, sizeBytes } = soundHeader()
  const source = sourceOf(bytes, sizeBytes + 2 ** 42)
  await readGgufHeader(source)
  expect(source.readBytes).toBeLessThan(4 * 1024 * 1024)
})

test('a long list of numbers is stepped over without reading it', async () => {
  // kind array of uint8, 2^34 of them, which the file has
  const entry = Buffer.alloc(12)
  entry.writeUInt32LE(0, 0)
  entry.writeBigUInt64LE(2n ** 34n, 4)
  const { bytes } = soundHeader([['test.zeros', { kind: 'raw', kindId: 9, bytes: entry }]])
  const source = sourceOf(bytes, 2 ** 36)
  // Behind the list there are only zeros where the tensors should be.
  await expect(readGgufHeader(source)).rejects.toBeInstanceOf(GgufDefect)
  expect(source.readBytes).toBeLessThan(8 * 1024 * 1024)
})

test('a header without end is given up', async () => {
  // One text after the other, each of 1 MB, more of them than the limit allows.
  const entry = Buffer.alloc(12)
  entry.writeUInt32LE(8, 0)
  entry.writeBigUInt64LE(2n ** 30n, 4)
  const { bytes } = soundHeader([['test.texts', { kind: 'raw', kindId: 9, bytes: entry }]])
  const source = sourceOf(bytes, 2 ** 40)
  await expect(readGgufHeader(source)).rejects.toThrow('larger than 96 MB')
  expect(source.readBytes).toBeLessThan(100 * 1024 * 1024)
}, 20_000)

test('a file that shrinks while it is read ends as a defect', async () => {
  const { bytes, sizeBytes } = soundHeader()
  const source = { sizeBytes, read: () => Promise.resolve(0) }
  expect(bytes.length).toBeGreaterThan(0)
  await expect(readGgufHeader(source)).rejects.toThrow('ends in the middle')
})

describe('hostile headers', () => {
  const ROUNDS = 500
  /** Processor time, not wall time: other work on the machine must not fail the test. */
  const MOST_MS = 50

  test(`${ROUNDS} random mutations never give anything but a header or a defect, quickly`, async () => {
    const { bytes, sizeBytes } = soundHeader([['general.alignment', uint32(32)]])
    const random = new SeededRandom(20_261_121)
    const pick = (below: number): number => Math.floor(random.uniform() * below)
    let defects = 0
    for (let round = 0; round < ROUNDS; round++) {
      const mutated = Uint8Array.from(bytes)
      for (let change = 0; change <= pick(8); change++) {
        // Half of the changes hit the counts and the first entries.
        const position = random.uniform() < 0.5 ? pick(mutated.length) : pick(400)
        mutated[position] = random.uniform() < 0.3 ? 0xff : pick(256)
      }
      const size = random.uniform() < 0.2 ? pick(sizeBytes) : sizeBytes
      const before = process.cpuUsage()
      const outcome = await readGgufHeader(sourceOf(mutated, size)).catch((error: unknown) => error)
      if (outcome instanceof GgufDefect) defects++
      else {
        if (outcome instanceof Error) throw outcome
        const header = outcome as Awaited<ReturnType<typeof readGgufHeader>>
        findTextModelDefect(header)
        JSON.stringify(describeGguf(header))
      }
      const { user, system } = process.cpuUsage(before)
      expect((user + system) / 1000).toBeLessThan(MOST_MS)
    }
    expect(defects).toBeGreaterThan(ROUNDS / 10)
    expect(defects).toBeLessThan(ROUNDS)
  }, 60_000)

  test('every cut of a header is a defect', async () => {
    const { bytes } = soundHeader()
    for (let length = 0; length < bytes.length - 32; length += 97) {
      const outcome = await readGgufHeader(sourceOf(bytes.subarray(0, length))).catch(
        (error: unknown) => error,
      )
      expect(outcome).toBeInstanceOf(GgufDefect)
    }
  })
})
