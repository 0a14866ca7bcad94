/** The brightness of the main screen of this machine, 0 (dark) to 1. */
export interface ScreenBrightness {
  /** @throws Fault `not_supported` with the reason, where nothing here can tell */
  read(): Promise<number>
  /** What it is afterwards. @throws Fault `not_supported` */
  write(brightness: number): Promise<number>
}
