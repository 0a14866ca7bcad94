import type { RemoteCallPiece } from '@shared/dialects/external/remote-chunk.ts'
import { Fault } from '@shared/fault/fault.ts'
import type { ToolDefinition } from '@shared/inference/generate-request.ts'
import type { ChatEvent } from '../../policy/chat-format/chat-event-writer.ts'
import { remoteJsonProblem } from './check-remote-json.ts'

export interface RemoteCallOptions {
  readonly machine: string
  readonly tools: readonly ToolDefinition[]
  readonly isOneCallOnly: boolean
  makeCallId(): string
}

interface OpenCall {
  readonly wireIndex: number
  id: string
  name: string
  arguments: string
  pieces: number
}

const LONGEST_ARGUMENTS = 1_000_000

/** Puts the calls of an answer together. They are told when they are whole, for they are checked first. */
export class RemoteCalls {
  readonly #options: RemoteCallOptions
  readonly #calls: OpenCall[] = []

  constructor(options: RemoteCallOptions) {
    this.#options = options
  }

  get hasCalls(): boolean {
    return this.#calls.length > 0
  }

  push(pieces: readonly RemoteCallPiece[]): void {
    for (const piece of pieces) {
      const call = this.#callOf(piece)
      call.id ||= piece.id
      // Some servers repeat the name with every piece, others send it in pieces: it is whole with the first.
      call.name ||= piece.name
      call.arguments += piece.arguments
      call.pieces += 1
      if (call.arguments.length > LONGEST_ARGUMENTS)
        throw this.#failure(`the arguments of a call are longer than ${LONGEST_ARGUMENTS} characters`)
    }
  }

  /**
   * All calls, whole. @param isCutOff the token budget ended the answer: the last call may be broken
   * @throws Fault `engine_failed` for a call that is none of the tools, or whose arguments are not of its schema
   */
  finish(isCutOff: boolean): readonly ChatEvent[] {
    const told = this.#options.isOneCallOnly ? this.#calls.slice(0, 1) : this.#calls
    return told.flatMap((call, index) => this.#tell(call, index, isCutOff && call === this.#calls.at(-1)))
  }

  #callOf(piece: RemoteCallPiece): OpenCall {
    const known = this.#calls.findLast(({ wireIndex }) => wireIndex === piece.index)
    // Some servers number all calls 0.
    const isAnother = known !== undefined && piece.id !== '' && known.id !== '' && piece.id !== known.id
    if (known !== undefined && !isAnother) return known
    const call = { wireIndex: piece.index, id: '', name: '', arguments: '', pieces: 0 }
    this.#calls.push(call)
    return call
  }

  #tell(call: OpenCall, index: number, mayBeBroken: boolean): readonly ChatEvent[] {
    const text = call.arguments.trim() === '' && !mayBeBroken ? '{}' : call.arguments
    const isWhole = this.#check(call.name, text, mayBeBroken)
    return [
      {
        type: 'tool-call-start',
        index,
        id: call.id || this.#options.makeCallId(),
        name: call.name,
        tokens: 0,
      },
      ...(text === '' ? [] : [{ type: 'tool-call-delta' as const, index, text, tokens: call.pieces }]),
      ...(isWhole ? [{ type: 'tool-call-end' as const, index }] : []),
    ]
  }

  #check(name: string, text: string, mayBeBroken: boolean): boolean {
    const tool = this.#options.tools.find((known) => known.name === name)
    if (tool === undefined) throw this.#failure('it calls a tool that it was not given')
    const problem = isObject(text) ? remoteJsonProblem(text, tool.parameters) : 'no JSON object'
    if (problem === undefined) return true
    if (mayBeBroken) return false
    throw this.#failure(`the arguments of its call of '${name}' are ${problem}`)
  }

  #failure(reason: string): Fault {
    return new Fault(
      'engine_failed',
      `The answer of the machine '${this.#options.machine}' cannot be used: ${reason}.`,
    )
  }
}

const isObject = (text: string): boolean => text.trimStart().startsWith('{')
