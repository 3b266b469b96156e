// A code to be scanned, as a picture that needs neither a canvas nor another server.
import { encode } from 'uqr'

/** qrImage gives the address of a picture that holds a text. */
export function qrImage(text: string): string {
  const { data, size } = encode(text, { ecc: 'M', border: 2 })
  const dark = data.flatMap((row, y) => row.flatMap((on, x) => (on ? [`M${x} ${y}h1v1h-1z`] : []))).join('')
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${size * 8}" height="${size * 8}" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${size}v${size}H0z"/><path d="${dark}"/></svg>`
  const bytes = Uint8Array.from(svg, (c) => c.charCodeAt(0))
  return 'data:image/svg+xml;base64,' + uni.arrayBufferToBase64(bytes.buffer)
}
