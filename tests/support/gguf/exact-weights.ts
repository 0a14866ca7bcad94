import type { GgufTensor } from './gguf-tensor.ts'

/** A cell of a matrix: `column` runs along a row (`shape[0]`), `row` counts rows (`shape[1]`). */
export interface MatrixCell {
  readonly column: number
  readonly row: number
  readonly value: number
}

/** A tensor of one repeated number in full precision: norms (1) and biases (0). */
export function constantTensor(name: string, shape: readonly number[], value: number): GgufTensor {
  const count = shape.reduce((product, dimension) => product * dimension, 1)
  return {
    name,
    shape,
    kind: 'F32',
    chunks: () => [new Uint8Array(new Float32Array(count).fill(value).buffer)],
  }
}

/** A half-precision matrix that is zero but for the given cells. */
export function sparseMatrix(
  name: string,
  shape: readonly [rowLength: number, rows: number],
  cells: readonly MatrixCell[] = [],
): GgufTensor {
  const [rowLength, rows] = shape
  return {
    name,
    shape,
    kind: 'F16',
    chunks: () => {
      const halves = new Float16Array(rowLength * rows)
      for (const { column, row, value } of cells) halves[row * rowLength + column] = value
      return [new Uint8Array(halves.buffer)]
    },
  }
}
