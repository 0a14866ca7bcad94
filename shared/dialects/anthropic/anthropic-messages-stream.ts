import type { GenerationEvent } from '@shared/inference/generation-event.ts'
import type { ChoiceEvent, ReplyContext, ReplyShape } from '../text-dialect.ts'
import { anthropicFrame } from './anthropic-frame.ts'
import { encodeAnthropicMessage, encodeAnthropicText } from './anthropic-message.ts'
import { ANTHROPIC_GOES_ON, encodeAnthropicStop } from './anthropic-stop.ts'
import { encodeAnthropicUsage } from './anthropic-usage.ts'

type EventOf<Type extends GenerationEvent['type']> = Extract<GenerationEvent, { readonly type: Type }>

const OPEN_BLOCK =
  anthropicFrame({ type: 'content_block_start', index: 0, content_block: encodeAnthropicText('') }) +
  anthropicFrame({ type: 'ping' })

const CLOSE_BLOCK = anthropicFrame({ type: 'content_block_stop', index: 0 })

/** The events of a stream, from `message_start` to `message_stop`. An answer without text has no content block. */
export async function* anthropicMessagesFrames(
  events: AsyncIterable<ChoiceEvent>,
  _: ReplyShape,
  reply: ReplyContext,
): AsyncGenerator<string> {
  let hasBlock = false
  for await (const { event } of events) {
    switch (event.type) {
      case 'generation-start':
        yield startFrame(event, reply)
        break
      case 'text-delta':
        if (!hasBlock) yield OPEN_BLOCK
        hasBlock = true
        yield deltaFrame(event)
        break
      case 'generation-finish':
        if (hasBlock) yield CLOSE_BLOCK
        yield endFrame(event)
    }
  }
  yield anthropicFrame({ type: 'message_stop' })
}

const startFrame = (
  { cachedTokens, promptTokens }: EventOf<'generation-start'>,
  reply: ReplyContext,
): string => {
  const usage = { promptTokens, cachedTokens, completionTokens: 0 }
  const message = encodeAnthropicMessage(reply, { text: '', stop: ANTHROPIC_GOES_ON, usage })
  return anthropicFrame({ type: 'message_start', message })
}

const deltaFrame = ({ text }: EventOf<'text-delta'>): string =>
  anthropicFrame({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })

const endFrame = (event: EventOf<'generation-finish'>): string =>
  anthropicFrame({
    type: 'message_delta',
    delta: encodeAnthropicStop(event),
    usage: encodeAnthropicUsage(event.usage),
  })
