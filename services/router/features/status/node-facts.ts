/** What a node says about itself. */
export interface NodeFacts {
  /** How the machine is called. */
  readonly name: string
  readonly version: string
  /** `linux`, `darwin`, `win32`. */
  readonly platform: string
  /** Of the public door; read late, because port 0 becomes a real one only by listening. */
  readonly port: () => number
  readonly uptimeSeconds: () => number
}
