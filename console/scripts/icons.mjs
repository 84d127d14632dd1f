// Draws the console's icons (public/icons/*.png) from the same figures as icon.svg: `node scripts/icons.mjs`. No program beside Node is needed.
import { writeFileSync } from "node:fs";
import { deflateSync } from "node:zlib";

const BARS = [
  [12, 26, 12],
  [21.5, 18, 28],
  [31, 11, 42],
  [40.5, 21, 22],
  [50, 27, 10],
]; // x, y and height in a square of 64; each 6 wide with round ends
const PURPLE = [
  [141, 79, 237],
  [75, 19, 154],
];
const GOLD = [
  [254, 213, 124],
  [245, 163, 30],
];
const SAMPLES = 4;

const mix = ([from, to], share) => from.map((value, index) => value + (to[index] - value) * share);
const inside = (x, y, left, top, width, height, radius) => {
  const dx = Math.max(left + radius - x, x - (left + width - radius), 0);
  const dy = Math.max(top + radius - y, y - (top + height - radius), 0);
  return (
    x >= left && x <= left + width && y >= top && y <= top + height && dx * dx + dy * dy <= radius * radius
  );
};

/** Colour and cover (0 or 1) at a point of the square of 64. `full`: no round corners, and the bars smaller (maskable icons are cut by the system). */
function at(x, y, full) {
  const shrink = full ? 0.72 : 1;
  const [bx, by] = [32 + (x - 32) / shrink, 32 + (y - 32) / shrink];
  for (const [left, top, height] of BARS)
    if (inside(bx, by, left, top, 6, height, 3))
      return [mix(GOLD, Math.min(1, Math.max(0, (by - top) / height))), 1];
  if (full || inside(x, y, 0, 0, 64, 64, 17)) return [mix(PURPLE, (x + y) / 128), 1];
  return [[0, 0, 0], 0];
}

function png(size, full) {
  const rows = Buffer.alloc((size * 4 + 1) * size);
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      const sum = [0, 0, 0];
      let cover = 0;
      for (let sample = 0; sample < SAMPLES * SAMPLES; sample++) {
        const x = ((column + ((sample % SAMPLES) + 0.5) / SAMPLES) / size) * 64;
        const y = ((row + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES) / size) * 64;
        const [colour, covered] = at(x, y, full);
        cover += covered;
        for (let part = 0; part < 3; part++) sum[part] += colour[part] * covered;
      }
      const place = row * (size * 4 + 1) + 1 + column * 4;
      for (let part = 0; part < 3; part++) rows[place + part] = cover ? Math.round(sum[part] / cover) : 0;
      rows[place + 3] = Math.round((cover / (SAMPLES * SAMPLES)) * 255);
    }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8); // 8 bits, RGBA
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(kind, data) {
  const body = Buffer.concat([Buffer.from(kind, "latin1"), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc(body), body.length + 4);
  return out;
}

function crc(data) {
  let value = 0xffffffff;
  for (const byte of data) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  }
  return (value ^ 0xffffffff) >>> 0;
}

const folder = new URL("../public/icons/", import.meta.url);
for (const [name, size, full] of [
  ["icon-192.png", 192, false],
  ["icon-512.png", 512, false],
  ["maskable-512.png", 512, true],
  ["apple-180.png", 180, true],
])
  writeFileSync(new URL(name, folder), png(size, full));
