import { expect, test } from 'bun:test'
import { decodeOllamaImage, refuseOllamaImages } from '@shared/dialects/ollama/ollama-images.ts'

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x01]
const base64 = (bytes: readonly number[]): string => Buffer.from(bytes).toString('base64')

test('an image comes as base64, with line breaks, in the alphabet of URLs, or as a data URL', () => {
  const jpeg = [0xff, 0xd8, 0xff, 0xe0, 0xfb, 0xff]
  const accepted = [
    [base64(PNG), PNG],
    [`data:image/png;base64,${base64(PNG)}`, PNG],
    [base64(PNG).replace('iVBO', 'iVBO\n'), PNG],
    [Buffer.from(jpeg).toString('base64url'), jpeg],
  ] as const
  for (const [text, bytes] of accepted) expect([...decodeOllamaImage(text, 'images[0]')]).toEqual([...bytes])
})

const REFUSED = [
  '',
  '/etc/passwd',
  'file:///etc/passwd',
  'https://example.org/cat.png',
  '~/cat',
  'aGVsbG8=',
  'data:,x',
  5,
  null,
  {},
]
test('what is no image is refused by name, a path too, which is never opened', () => {
  for (const value of REFUSED) {
    const decode = (): unknown => decodeOllamaImage(value, 'images[3]')
    expect(decode, String(value)).toThrow(
      expect.objectContaining({ code: 'invalid_request', param: 'images[3]' }),
    )
  }
})

test('no images are no reason to refuse, and of several the broken one is named', () => {
  for (const none of [undefined, null, []]) expect(() => refuseOllamaImages(none, 'images')).not.toThrow()
  expect(() => refuseOllamaImages([base64(PNG), 'x'], 'images')).toThrow("'images[1]' is no image")
  expect(() => refuseOllamaImages([base64(PNG)], 'images')).toThrow(
    'images are not supported by the models of this node yet',
  )
})
