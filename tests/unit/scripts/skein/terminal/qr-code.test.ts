import { expect, test } from 'bun:test'
import { decodeQR } from 'qr/decode.js'
import { qrCode } from '../../../../../scripts/skein/terminal/qr-code.ts'

const PIXELS = 4

/** The picture that a phone sees: a full block is light above and below, `▀` above, `▄` below. */
const pictureOf = (drawn: string) => {
  const rows = Bun.stripANSI(drawn)
    .split('\n')
    .flatMap((line) => [
      [...line].map((cell) => cell === '█' || cell === '▀'),
      [...line].map((cell) => cell === '█' || cell === '▄'),
    ])
  const [width, height] = [(rows[0]?.length ?? 0) * PIXELS, rows.length * PIXELS]
  const data = new Uint8Array(width * height * 4).fill(255)
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const isLight = rows[Math.floor(y / PIXELS)]?.[Math.floor(x / PIXELS)]
      data.set(isLight ? [255, 255, 255] : [0, 0, 0], (y * width + x) * 4)
    }
  return { width, height, data }
}

test('a phone reads from the screen what was written', () => {
  const text = `http://192.168.1.2:8080/#key=sk-skein-${'ab12'.repeat(16)}`
  expect(decodeQR(pictureOf(qrCode(text)))).toBe(text)
})
