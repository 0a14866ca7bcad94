import type { GenerationEvent } from '@shared/inference/generation-event.ts'
import type { ChoiceEvent, ReplyContext, ReplyShape } from '../text-dialect.ts'
import { createBlockFrames } from './anthropic-block-frames.ts'
import { anthropicFrame } from './anthropic-frame.ts'
import { encodeAnthropicMessage } from './anthropic-message.ts'
import { ANTHROPIC_GOES_ON, encodeAnthropicStop } from './anthropic-stop.ts'
import { encodeAnthropicUsage } from './anthropic-usage.ts'

type EventOf<Type extends GenerationEvent['type']> = Extract<GenerationEvent, { readonly type: Type }>

/** The events of a stream, from `message_start` to `message_stop`. An answer without content has no block. */
export async function* anthropicMessagesFrames(
  events: AsyncIterable<ChoiceEvent>,
  _: ReplyShape,
  reply: ReplyContext,
): AsyncGenerator<string> {
  const blocks = createBlockFrames()
  for await (const { event } of events) {
    switch (event.type) {
      case 'generation-start':
        yield startFrame(event, reply)
        break
      case 'generation-finish':
        yield blocks.close() + endFrame(event)
        break
      // What tools of this node answered is between the model and the node.
      case 'tool-result':
        break
      default:
        yield blocks.take(event)
    }
  }
  yield anthropicFrame({ type: 'message_stop' })
}

const startFrame = (
  { cachedTokens, promptTokens }: EventOf<'generation-start'>,
  reply: ReplyContext,
): string => {
  const usage = { promptTokens, cachedTokens, completionTokens: 0 }
  const message = encodeAnthropicMessage(reply, { content: [], stop: ANTHROPIC_GOES_ON, usage })
  return anthropicFrame({ type: 'message_start', message })
}

const endFrame = (event: EventOf<'generation-finish'>): string =>
  anthropicFrame({
    type: 'message_delta',
    delta: encodeAnthropicStop(event),
    usage: encodeAnthropicUsage(event.usage),
  })
