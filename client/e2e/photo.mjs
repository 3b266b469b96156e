// A photo as a phone would take it, made on the spot so that none has to lie in the source.
import { deflateSync } from 'node:zlib'

/** crc32 is what PNG ends each chunk with; node's own came late. */
function crc32(bytes) {
  let sum = ~0
  for (const b of bytes) {
    sum ^= b
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0)
  }
  return ~sum >>> 0
}

const chunk = (kind, data) => {
  const body = Buffer.concat([Buffer.from(kind, 'latin1'), data])
  const framed = Buffer.alloc(body.length + 8)
  framed.writeUInt32BE(data.length, 0)
  body.copy(framed, 4)
  framed.writeUInt32BE(crc32(body), body.length + 4)
  return framed
}

/** picture gives a PNG of which each point has the colour that paint says. */
function picture(wide, high, paint) {
  const rows = Buffer.alloc((wide * 3 + 1) * high)
  for (let y = 0, at = 0; y < high; y++) {
    rows[at++] = 0 // no filter
    for (let x = 0; x < wide; x++) for (const part of paint(x, y)) rows[at++] = part
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(wide, 0)
  head.writeUInt32BE(high, 4)
  head.set([8, 2, 0, 0, 0], 8)
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))])
}

/** photo gives a PNG: a dark stairwell with a lamp. */
export function photo(wide = 480, high = 360) {
  return picture(wide, high, (x, y) => {
    const lit = 1 / (1 + Math.hypot(x - wide / 2, y - high / 4) / 60)
    return [250, 220, 150].map((part) => 20 + Math.round(part * lit * 0.9))
  })
}

/** doubtful gives a PNG that is all yellow: the demo's WeChat wants a person to look at it. */
export function doubtful(wide = 480, high = 360) {
  return picture(wide, high, () => [255, 235, 0])
}
