import { describe, expect, test } from 'bun:test'
import { createStopStrings } from '../../../../../services/chat/policy/stop-sequences.ts'

/** What goes out when the pieces come one by one, and the stop string that ended it. */
const run = (stops: readonly string[], pieces: readonly string[]) => {
  const strings = createStopStrings(stops)
  const out: string[] = []
  for (const piece of pieces) {
    const { text, stopText } = strings.push(piece)
    out.push(text)
    if (stopText !== undefined) return { out, stopText }
  }
  out.push(strings.rest())
  return { out, stopText: undefined }
}

/** Every way to cut a text into at most three pieces. */
const cuts = (text: string): string[][] => {
  const all: string[][] = []
  for (let first = 0; first <= text.length; first++) {
    for (let second = first; second <= text.length; second++) {
      all.push([text.slice(0, first), text.slice(first, second), text.slice(second)])
    }
  }
  return all
}

describe('createStopStrings', () => {
  test('lets everything through at once when there is nothing to stop at', () => {
    expect(run([], ['one ', 'two'])).toEqual({ out: ['one ', 'two', ''], stopText: undefined })
    expect(run([''], ['one'])).toEqual({ out: ['one', ''], stopText: undefined })
  })

  test('ends the text before the stop string', () => {
    expect(run(['two'], ['one two three'])).toEqual({ out: ['one '], stopText: 'two' })
  })

  test('keeps back what may become a stop string, and no more', () => {
    const strings = createStopStrings(['\n\nUser:'])
    expect(strings.push('Hello\n')).toEqual({ text: 'Hello', stopText: undefined })
    expect(strings.push('\nUs')).toEqual({ text: '', stopText: undefined })
    expect(strings.push('ual')).toEqual({ text: '\n\nUsual', stopText: undefined })
    expect(strings.rest()).toBe('')
  })

  test('gives back what was kept when no more text comes', () => {
    expect(run(['END'], ['the EN'])).toEqual({ out: ['the ', 'EN'], stopText: undefined })
  })

  test('finds a stop string that repeats itself', () => {
    expect(run(['aab'], ['aa', 'a', 'b'])).toEqual({ out: ['', 'a', ''], stopText: 'aab' })
    expect(run(['abab'], ['ab', 'ac', 'ab', 'ab'])).toEqual({ out: ['', 'abac', '', ''], stopText: 'abab' })
  })

  test('stops at the one that is complete first, the longer one of two', () => {
    expect(run(['wxyz', 'y'], ['vwxyz'])).toEqual({ out: ['vwx'], stopText: 'y' })
    expect(run(['z', 'yz'], ['wxyz'])).toEqual({ out: ['wx'], stopText: 'yz' })
  })

  test.each([
    ['several stop strings', ['three', 'o t', 'wo th'], 'one two three'],
    ['text of several bytes and surrogate pairs', ['😁é', '結束'], 'ab😀😁結😁é結束'],
    ['overlapping beginnings', ['aaab', 'aac'], 'aaaaac aaaab'],
    ['no stop string in it', ['xyz', 'zz'], 'xyxyzxy'.replaceAll('xyz', 'xy')],
  ])('gives the same wherever the text is cut: %s', (_, stops, text) => {
    const whole = run(stops, [text])
    for (const pieces of cuts(text)) {
      const cut = run(stops, pieces)
      expect({ pieces, text: cut.out.join(''), stopText: cut.stopText }).toEqual({
        pieces,
        text: whole.out.join(''),
        stopText: whole.stopText,
      })
    }
  })

  test('stays fast with a stop string that a client made very long', () => {
    const stop = `${'a'.repeat(50_000)}b`
    const strings = createStopStrings([stop, stop, stop, stop])
    const startedAt = performance.now()
    for (let piece = 0; piece < 2000; piece++) strings.push('aaaaaaaaaa')
    expect(performance.now() - startedAt).toBeLessThan(1000)
  })
})
