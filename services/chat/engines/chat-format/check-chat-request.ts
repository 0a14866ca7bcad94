import { Fault } from '@shared/fault/fault.ts'
import type { GenerateRequest, Prompt } from '@shared/inference/generate-request.ts'

/** @throws Fault `invalid_request` for what no answer can honour */
export const checkChatRequest = ({ model, prompt, toolChoice }: GenerateRequest): void => {
  refuseImages(prompt, model)
  if (toolChoice?.type !== 'tool' || prompt.type !== 'chat') return
  const tools = prompt.tools ?? []
  if (tools.length === 0 || tools.some(({ name }) => name === toolChoice.name)) return
  throw new Fault(
    'invalid_request',
    `'tool_choice' names the tool '${toolChoice.name.slice(0, 100)}', which is not among the tools of this request.`,
    { param: 'tool_choice' },
  )
}

/** @throws Fault `invalid_request` that names the field of the first image */
export const refuseImages = (prompt: Prompt, model: string): void => {
  if (prompt.type !== 'chat') return
  const image = prompt.messages.flatMap(({ parts }) => parts).find((part) => part.type === 'image')
  if (image === undefined) return
  throw new Fault(
    'invalid_request',
    `'${image.field}': the model '${model}' cannot see images. Leave out the image, or choose a model that can.`,
    { param: image.field },
  )
}
