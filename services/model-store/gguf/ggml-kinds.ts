/** How ggml stores numbers: blocks of `blockElements` numbers in `blockBytes` bytes. */
export interface GgmlKind {
  readonly name: string
  readonly blockElements: number
  readonly blockBytes: number
}

const kind = (name: string, blockElements: number, blockBytes: number): GgmlKind => ({
  name,
  blockElements,
  blockBytes,
})

/** By the id on disk. Ids that are absent (4, 5, 31–33, 36–38) were removed from the format. */
export const GGML_KINDS: ReadonlyMap<number, GgmlKind> = new Map([
  [0, kind('F32', 1, 4)],
  [1, kind('F16', 1, 2)],
  [2, kind('Q4_0', 32, 18)],
  [3, kind('Q4_1', 32, 20)],
  [6, kind('Q5_0', 32, 22)],
  [7, kind('Q5_1', 32, 24)],
  [8, kind('Q8_0', 32, 34)],
  [9, kind('Q8_1', 32, 36)],
  [10, kind('Q2_K', 256, 84)],
  [11, kind('Q3_K', 256, 110)],
  [12, kind('Q4_K', 256, 144)],
  [13, kind('Q5_K', 256, 176)],
  [14, kind('Q6_K', 256, 210)],
  [15, kind('Q8_K', 256, 292)],
  [16, kind('IQ2_XXS', 256, 66)],
  [17, kind('IQ2_XS', 256, 74)],
  [18, kind('IQ3_XXS', 256, 98)],
  [19, kind('IQ1_S', 256, 50)],
  [20, kind('IQ4_NL', 32, 18)],
  [21, kind('IQ3_S', 256, 110)],
  [22, kind('IQ2_S', 256, 82)],
  [23, kind('IQ4_XS', 256, 136)],
  [24, kind('I8', 1, 1)],
  [25, kind('I16', 1, 2)],
  [26, kind('I32', 1, 4)],
  [27, kind('I64', 1, 8)],
  [28, kind('F64', 1, 8)],
  [29, kind('IQ1_M', 256, 56)],
  [30, kind('BF16', 1, 2)],
  [34, kind('TQ1_0', 256, 54)],
  [35, kind('TQ2_0', 256, 66)],
  [39, kind('MXFP4', 32, 17)],
  [40, kind('NVFP4', 64, 36)],
  [41, kind('Q1_0', 128, 18)],
  [42, kind('Q2_0', 64, 18)],
])
