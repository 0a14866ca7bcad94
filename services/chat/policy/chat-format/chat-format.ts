/**
 * How a model writes what is no plain text, as data: the parsers and the grammars are made of the same description.
 * Between the markers of a list, and around names and JSON, a model may write whitespace.
 */
export interface ChatFormat {
  readonly calls: CallFormat
  /** Absent: the model was not trained to reason. */
  readonly reasoning?: ReasoningFormat
  /** False: the template knows no tools, so that they, calls and results are put into words (`putToolsIntoWords`). */
  readonly areToolsNative: boolean
}

export interface ReasoningFormat {
  readonly open: string
  readonly close: string
}

/** Markers around the text of an answer, which are no part of it. Either may be missing. */
export interface TextFormat {
  readonly open: string
  readonly close: string
}

export type CallFormat = MarkedCallFormat | HarmonyCallFormat

/** Calls within the text, told by markers. */
export interface MarkedCallFormat {
  readonly type: 'marked'
  readonly name: string
  /** Around all calls of an answer. Absent: each call stands alone. */
  readonly section?: { readonly open: readonly string[]; readonly close: readonly string[] }
  /** Around one call. Without these and without a section the call is the whole answer (Llama 3). */
  readonly open: readonly string[]
  readonly close: readonly string[]
  /** Between two calls of a section. */
  readonly separator: string
  readonly body: CallBody
  readonly text?: TextFormat
  /** Control tokens of the vocabulary among the markers. */
  readonly markers: readonly string[]
  /** The form of the ids that the model's template insists on. */
  readonly idForm: CallIdForm
}

/** gpt-oss: every part of an answer is a message in a channel, reasoning and calls too. */
export interface HarmonyCallFormat {
  readonly type: 'harmony'
  readonly name: 'harmony'
  readonly markers: readonly string[]
  readonly idForm: CallIdForm
}

/** `free`: the engine's own. `nine-letters`: Mistral. `numbered`: the model writes `functions.name:0` (Kimi). */
export type CallIdForm = 'free' | 'nine-letters' | 'numbered'

export type CallBody = EnvelopeBody | NamedBody | TaggedBody

/** `{"name": "…", "arguments": {…}}` */
export interface EnvelopeBody {
  readonly type: 'envelope'
  readonly nameKey: string
  readonly argumentsKey: string
  /** A string of digits that the model writes first (Command R7B). */
  readonly numberKey?: string
  /** Further keys that the model may write; what they hold is not told. */
  readonly otherKeys: readonly string[]
}

/** The name, then the JSON of the arguments. */
export interface NamedBody {
  readonly type: 'named'
  readonly argumentsOpen: readonly string[]
  /** An id may stand between the name and the arguments, after this marker. */
  readonly idOpen?: string
}

/** The name, then a tag for every argument: text as it is, everything else as JSON. */
export interface TaggedBody {
  readonly type: 'tagged'
  /** After the name; empty: the name ends with its line or with the next marker. */
  readonly nameClose: string
  readonly keyOpen: string
  /** Between key and value. */
  readonly keyClose: readonly string[]
  readonly valueClose: string
}

/** Whether the model reasons first: the prompt ends inside of its reasoning, it may begin to, or it will not. */
export type ReasoningStart = 'open' | 'maybe' | 'none'
