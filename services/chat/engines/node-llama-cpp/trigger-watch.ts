import type { GrammarTrigger } from '../completion-engine.ts'

/**
 * A pattern is looked for from this many characters before the end of the answer on, so that a token costs the same
 * however long the answer is. So a pattern that is bound to the beginning of the answer has to come about within these.
 */
const LONGEST_MATCH = 2048

/** Waits for the first trigger of a grammar in a text that comes in pieces. */
export interface TriggerWatch {
  /** @returns where in the whole text the grammar begins, once a trigger is complete; call it no more then */
  push(piece: string): number | undefined
}

export const createTriggerWatch = (triggers: readonly GrammarTrigger[]): TriggerWatch => {
  const watches = [...watchTexts(triggers), ...watchPatterns(triggers)]
  return {
    push(piece) {
      const starts = watches.map((watch) => watch.push(piece)).filter((start) => start !== undefined)
      return starts.length === 0 ? undefined : Math.min(...starts)
    },
  }
}

type TextTrigger = Extract<GrammarTrigger, { readonly type: 'text' }>

const watchTexts = (triggers: readonly GrammarTrigger[]): readonly TriggerWatch[] =>
  triggers.flatMap((trigger) => (trigger.type === 'text' ? [watchText(trigger)] : []))

/** Keeps of the text what may still become a marker, and no more. */
const watchText = ({ outside, text }: TextTrigger): TriggerWatch => {
  let place: 'beginning' | 'inside' | 'outside' =
    outside === undefined ? 'outside' : outside.isOpen ? 'inside' : 'beginning'
  let kept = ''
  let dropped = 0
  const drop = (length: number): void => {
    kept = kept.slice(length)
    dropped += length
  }
  const isDecided = (): boolean => {
    if (place !== 'beginning') return true
    const start = kept.trimStart()
    const open = outside?.open ?? ''
    if (start.length < open.length && open.startsWith(start)) return false
    place = start.startsWith(open) ? 'inside' : 'outside'
    return true
  }
  return {
    push(piece) {
      kept += piece
      while (isDecided()) {
        const marker = place === 'inside' ? (outside?.close ?? '') : text
        const at = kept.indexOf(marker)
        if (at < 0) {
          drop(Math.max(0, kept.length - marker.length + 1))
          return undefined
        }
        if (place === 'outside') return dropped + at
        drop(at + marker.length)
        place = 'outside'
      }
      return undefined
    },
  }
}

const watchPatterns = (triggers: readonly GrammarTrigger[]): readonly TriggerWatch[] =>
  triggers.flatMap((trigger) => (trigger.type === 'pattern' ? [watchPattern(trigger.pattern)] : []))

const watchPattern = (pattern: string): TriggerWatch => {
  const expression = new RegExp(pattern, 'dg')
  let text = ''
  return {
    push(piece) {
      text += piece
      expression.lastIndex = Math.max(0, text.length - LONGEST_MATCH)
      const match = expression.exec(text)
      if (match === null) return undefined
      // As llama.cpp: the first group with something in it, and the whole match where there is none.
      const group = match.indices?.slice(1).find((range) => range !== undefined && range[1] > range[0])
      return group?.[0] ?? match.index
    },
  }
}
