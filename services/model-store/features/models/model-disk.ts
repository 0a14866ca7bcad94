export interface DiskUsage {
  /** Of the file system that holds Skein's models directory. */
  readonly totalBytes: number
  readonly freeBytes: number
  /** Skein's models directory. */
  readonly path: string
}

/** The disk under the models. */
export interface ModelDisk {
  /**
   * Deletes files that lie in Skein's own models directory; links themselves, never what they lead to.
   * @returns freed bytes
   * @throws Fault `forbidden` when one lies elsewhere: then none is deleted
   */
  remove(paths: readonly string[]): Promise<number>
  usage(): Promise<DiskUsage>
  /** The real path of one that lies in a place that is scanned. @throws Fault `forbidden` for any other */
  resolveInRoots(path: string): Promise<string>
}
