/** Plain requests to a running node, for tests that look at bytes and statuses rather than at a client library. */
export interface ChatClient {
  chat(model: string, body?: object, signal?: AbortSignal): Promise<Response>
  state(): Promise<readonly ModelState[]>
}

/** The part of `GET /models/state` that tests look at. */
export interface ModelState {
  readonly id: string
  readonly state: string
  readonly memoryBytes: number
  readonly activeRequests: number
  readonly processId: number | null
}

export const createChatClient = (url: string): ChatClient => ({
  chat: (model, body = {}, signal) =>
    fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'go' }], ...body }),
      ...(signal === undefined ? {} : { signal }),
    }),
  async state() {
    const response = await fetch(`${url}/models/state`)
    return ((await response.json()) as { models: ModelState[] }).models
  },
})
