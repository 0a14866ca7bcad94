import { TENSOR_KINDS, tensorSizeBytes, type GgufTensor } from './gguf-tensor.ts'
import { SeededRandom } from './seeded-random.ts'

const FLOATS_PER_CHUNK = 1 << 16
// Odd, so that the repeating page never lines up with rows and rows stay different.
const BLOCKS_PER_PAGE = 4099

/** Makes a weight matrix of a name and a shape. */
export type MatrixMaker = (name: string, shape: readonly number[]) => GgufTensor

/** Full-precision matrices with the given deviation; every tensor draws from its own seed. */
export function randomFloats(seed: number, deviation: number): MatrixMaker {
  let nextSeed = seed * 1000
  return (name, shape) => {
    const tensorSeed = nextSeed++
    return { name, shape, kind: 'F32', chunks: () => floatChunks(elementCount(shape), tensorSeed, deviation) }
  }
}

/** Quantised matrices of about ±`amplitude`, made from one repeating page so that gigabytes cost no time. */
export function randomBlocks(kind: 'Q8_0' | 'Q4_0', seed: number, amplitude: number): MatrixMaker {
  let nextSeed = seed * 1000
  return (name, shape) => {
    const tensorSeed = nextSeed++
    return { name, shape, kind, chunks: () => blockChunks({ name, shape, kind }, tensorSeed, amplitude) }
  }
}

function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1)
}

function* floatChunks(count: number, seed: number, deviation: number): Generator<Uint8Array> {
  const random = new SeededRandom(seed)
  for (let done = 0; done < count; done += FLOATS_PER_CHUNK) {
    const floats = new Float32Array(Math.min(FLOATS_PER_CHUNK, count - done))
    for (let index = 0; index < floats.length; index++) floats[index] = random.bell() * deviation
    yield new Uint8Array(floats.buffer)
  }
}

function* blockChunks(
  tensor: { readonly name: string; readonly shape: readonly number[]; readonly kind: 'Q8_0' | 'Q4_0' },
  seed: number,
  amplitude: number,
): Generator<Uint8Array> {
  const page = randomPage(tensor.kind, seed, amplitude)
  for (let left = tensorSizeBytes(tensor); left > 0; left -= page.length) {
    yield page.subarray(0, Math.min(left, page.length))
  }
}

/** Blocks as ggml lays them out: a 16-bit float scale, then 32 signed bytes (Q8_0) or 32 nibbles (Q4_0). */
function randomPage(kind: 'Q8_0' | 'Q4_0', seed: number, amplitude: number): Uint8Array {
  const { blockBytes } = TENSOR_KINDS[kind]
  const random = new SeededRandom(seed)
  const page = new Uint8Array(BLOCKS_PER_PAGE * blockBytes)
  const view = new DataView(page.buffer)
  const largestQuantum = kind === 'Q8_0' ? 128 : 8
  for (let index = 0; index < page.length; index++) page[index] = random.uint32() & 0xff
  for (let at = 0; at < page.length; at += blockBytes) view.setFloat16(at, amplitude / largestQuantum, true)
  return page
}
