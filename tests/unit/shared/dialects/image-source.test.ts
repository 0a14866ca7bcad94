import { describe, expect, test } from 'bun:test'
import { imageFromBase64, imageFromUrl } from '@shared/dialects/image-source.ts'

const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]).toString('base64')

describe('base64', () => {
  test.each([
    ['plain', png],
    ['a data URL', `data:image/png;base64,${png}`],
    ['with line breaks', `${png.slice(0, 4)}\n${png.slice(4)}`],
  ])('%s is taken, and the bytes say what it is', (_, value) => {
    expect(imageFromBase64(value, 'images[0]')).toEqual({
      type: 'image',
      source: { type: 'base64', mediaType: 'image/png', data: png },
      field: 'images[0]',
    })
  })

  test.each([[''], ['aGVsbG8='], ['/etc/passwd'], ['https://example.com/cat.png'], [7], [null]])(
    '%p is refused by the name of its field',
    (value) => {
      expect(() => imageFromBase64(value, 'images[0]')).toThrow(
        expect.objectContaining({ code: 'invalid_request', param: 'images[0]' }),
      )
    },
  )
})

describe('addresses', () => {
  test('a web address is kept, not fetched', () => {
    expect(imageFromUrl('https://example.com/cat.png', 'url')).toMatchObject({
      source: { type: 'url', url: 'https://example.com/cat.png' },
    })
  })

  test.each([
    ['file:///etc/passwd'],
    ['ftp://example.com/a.png'],
    ['http://'],
    [`https://a/${'b'.repeat(9000)}`],
  ])('%p is refused', (value) => {
    expect(() => imageFromUrl(value, 'url')).toThrow(expect.objectContaining({ code: 'invalid_request' }))
  })
})
