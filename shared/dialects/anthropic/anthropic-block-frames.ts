import type { GenerationEvent } from '@shared/inference/generation-event.ts'
import { encodeAnthropicText, encodeAnthropicThinking, encodeAnthropicToolUse } from './anthropic-content.ts'
import type { AnthropicBlock } from './anthropic-content.ts'
import { anthropicFrame } from './anthropic-frame.ts'

type ContentEvent = Exclude<
  GenerationEvent,
  { readonly type: 'generation-start' | 'generation-finish' | 'tool-result' }
>

/** The frames of the content blocks of one stream. */
export interface BlockFrames {
  /** Closes the block before and opens the next where one ends and another begins. */
  take(event: ContentEvent): string
  /** Closes the block that is open, if one is. */
  close(): string
}

const PING = anthropicFrame({ type: 'ping' })

export const createBlockFrames = (): BlockFrames => {
  let opened = 0
  let open: AnthropicBlock['type'] | undefined
  const close = (): string => {
    const signature = open === 'thinking' ? deltaFrame({ type: 'signature_delta', signature: '' }) : ''
    const stop = open === undefined ? '' : anthropicFrame({ type: 'content_block_stop', index: opened - 1 })
    open = undefined
    return signature + stop
  }
  const start = (block: AnthropicBlock): string => {
    const before = close()
    open = block.type
    opened += 1
    const frame = anthropicFrame({ type: 'content_block_start', index: opened - 1, content_block: block })
    return before + frame + (opened === 1 ? PING : '')
  }
  const deltaFrame = (delta: { readonly type: string } & Readonly<Record<string, string>>): string =>
    anthropicFrame({ type: 'content_block_delta', index: opened - 1, delta })
  return {
    close,
    take(event) {
      switch (event.type) {
        case 'reasoning-delta':
          return (
            (open === 'thinking' ? '' : start(encodeAnthropicThinking(''))) +
            deltaFrame({ type: 'thinking_delta', thinking: event.text })
          )
        case 'text-delta':
          return (
            (open === 'text' ? '' : start(encodeAnthropicText(''))) +
            deltaFrame({ type: 'text_delta', text: event.text })
          )
        case 'tool-call-start':
          return start(encodeAnthropicToolUse(event, {}))
        case 'tool-call-delta':
          return deltaFrame({ type: 'input_json_delta', partial_json: event.text })
        case 'tool-call-end':
          return close()
      }
    },
  }
}
