import colors from 'picocolors'
import { encodeQR } from 'qr'

/** A QR code for a terminal, light on dark whatever the terminal's own colours are. */
export const qrCode = (text: string): string =>
  encodeQR(text, 'ascii')
    .trimEnd()
    .split('\n')
    .map((line) => colors.bgBlack(colors.whiteBright(line)))
    .join('\n')
