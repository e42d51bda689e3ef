import { concatBytes } from '../../bytes/hex.ts';
import { type QrMatrix, quietZone } from '../../bytes/qr/code.ts';
import { text } from '../../bytes/tagged-hash.ts';

/** The dark modules of a code as the path of an SVG, one unit a module, the quiet zone around it. */
export function codePath(code: QrMatrix): string {
  let path = '';
  for (let y = 0; y < code.size; y += 1) {
    for (let x = 0; x < code.size; x += 1) {
      if (!code.dark(x, y)) continue;
      let width = 1;
      while (code.dark(x + width, y)) width += 1;
      path += `M${x + quietZone} ${y + quietZone}h${width}v1h-${width}z`;
      x += width;
    }
  }
  return path;
}

export function svgFile(code: QrMatrix): string {
  const side = code.size + 2 * quietZone;
  const size = `viewBox="0 0 ${side} ${side}" width="${8 * side}" height="${8 * side}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} shape-rendering="crispEdges">`,
    `<rect width="${side}" height="${side}" fill="#fff"/><path d="${codePath(code)}" fill="#000"/></svg>\n`,
  ].join('\n');
}

/** Codes of one size as a moving picture that begins again at its end. Hundredths of a second for each. */
export function gifFile(codes: readonly QrMatrix[], hundredths: number, scale: number): Uint8Array {
  const side = ((codes[0]?.size ?? 0) + 2 * quietZone) * scale;
  const word = (value: number) => [value & 255, value >> 8];
  const header = [
    ...text('GIF89a'),
    ...[...word(side), ...word(side), 0x80, 0, 0], // a table of two colours
    ...[255, 255, 255, 0, 0, 0],
    ...[0x21, 0xff, 11, ...text('NETSCAPE2.0'), 3, 1, 0, 0, 0], // begin again, without end
  ];
  const frames = codes.map((code) =>
    concatBytes(
      Uint8Array.of(0x21, 0xf9, 4, 4, ...word(hundredths), 0, 0),
      Uint8Array.of(0x2c, 0, 0, 0, 0, ...word(side), ...word(side), 0),
      pixelsOf(code, side, scale),
    ),
  );
  return concatBytes(Uint8Array.from(header), ...frames, Uint8Array.of(0x3b));
}

/** LZW of two colours: codes of 3 bits up to the first clear, wider as the table grows, cleared before 12 are not enough. */
function pixelsOf(code: QrMatrix, side: number, scale: number): Uint8Array {
  const out: number[] = [];
  let held = 0;
  let bits = 0;
  let width = 3;
  const put = (value: number) => {
    held |= value << bits;
    for (bits += width; bits >= 8; bits -= 8) {
      out.push(held & 255);
      held >>>= 8;
    }
  };
  const [clear, stop] = [4, 5];
  let next = 6;
  let table = new Map<number, number>();
  put(clear);
  let current = -1;
  for (let at = 0; at < side * side; at += 1) {
    const [x, y] = [Math.floor((at % side) / scale) - quietZone, Math.floor(at / side / scale) - quietZone];
    const pixel = code.dark(x, y) ? 1 : 0;
    if (current < 0) {
      current = pixel;
      continue;
    }
    const known = table.get(current * 2 + pixel);
    if (known !== undefined) {
      current = known;
      continue;
    }
    put(current);
    table.set(current * 2 + pixel, next);
    if (next === 1 << width) width += 1;
    next += 1;
    if (next === 4095) {
      put(clear);
      [table, next, width] = [new Map(), 6, 3];
    }
    current = pixel;
  }
  put(current);
  put(stop);
  if (bits > 0) out.push(held & 255);
  const blocks: number[] = [2];
  for (let at = 0; at < out.length; at += 255) {
    const block = out.slice(at, at + 255);
    blocks.push(block.length, ...block);
  }
  return Uint8Array.from([...blocks, 0]);
}
