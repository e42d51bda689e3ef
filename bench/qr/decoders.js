// How many photographs of codes are read, and how fast: ours (src/media/qr/read.ts) beside each decoder by itself. The figures that
// docs/performance.md quotes. The time is the processor's, of this process: a machine with many users has slower clocks on its walls.
//
//   npm run build && node bench/qr/decoders.js     exits with 1 where ours reads fewer than another

import { getDefaultScanner, scanGrayBuffer, ZBarConfigType, ZBarSymbolType } from '@undecaf/zbar-wasm';
import jsqr from 'jsqr';
import decodeQR from 'qr/decode.js';
import { readBarcodes } from 'zxing-wasm/reader';
import { readPixels } from '../../build/media/qr/read.js';
import { conditions, photographs, rgba } from './photographs.js';

const zbar = await getDefaultScanner();
zbar.setConfig(ZBarSymbolType.ZBAR_NONE, ZBarConfigType.ZBAR_CFG_ENABLE, 0);
zbar.setConfig(ZBarSymbolType.ZBAR_QRCODE, ZBarConfigType.ZBAR_CFG_ENABLE, 1);
zbar.setConfig(ZBarSymbolType.ZBAR_QRCODE, ZBarConfigType.ZBAR_CFG_BINARY, 1); // or it guesses at an encoding

const decoders = {
  ours: async (picture) => (await readPixels(picture)).codes,
  'zxing-wasm': async (picture) =>
    (await readBarcodes({ ...picture, data: rgba(picture) }, { formats: ['QRCode'] })).map(({ bytes }) => bytes),
  zbar: async ({ width, height, gray }) =>
    (await scanGrayBuffer(gray.slice().buffer, width, height, zbar)).map(({ data }) => data),
  qr: async (picture) => {
    let found;
    const textDecoder = (raw) => {
      found = Uint8Array.from(raw); // as text it would lose what is none
      return '';
    };
    try {
      decodeQR({ ...picture, data: rgba(picture) }, { textDecoder });
    } catch {
      // it found nothing
    }
    return found === undefined ? [] : [found];
  },
  jsqr: async (picture) => {
    const found = jsqr(rgba(picture), picture.width, picture.height);
    return found === null ? [] : [found.binaryData];
  },
};
const names = Object.keys(decoders);
const processor = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const rows = new Map(
  Object.keys(conditions).map((name) => [name, { images: 0, read: new Map(names.map((one) => [one, 0])) }]),
);
const table = new Map(names.map((name) => [name, { read: 0, milliseconds: 0 }]));
const missed = [];
let images = 0;
for (const { name, version, degree, bytes, picture } of photographs()) {
  images += 1;
  const row = rows.get(name);
  row.images += 1;
  const readers = [];
  for (const decoder of names) {
    const start = processor();
    const found = await decoders[decoder](picture);
    const one = table.get(decoder);
    one.milliseconds += processor() - start;
    if (!found.some((code) => Buffer.compare(Uint8Array.from(code), bytes) === 0)) continue;
    one.read += 1;
    row.read.set(decoder, row.read.get(decoder) + 1);
    readers.push(decoder);
  }
  if (readers.length > 0 && !readers.includes('ours'))
    missed.push(`${name} ${degree + 1}, version ${version}: ${readers.join(', ')}`);
}

const line = (first, ...cells) =>
  console.log(`${first.padEnd(20)}${cells.map((cell) => String(cell).padStart(13)).join('')}`);
line('read, of', 'images', ...names);
for (const [name, row] of rows) line(name, row.images, ...row.read.values());
line('all', images, ...[...table.values()].map(({ read }) => read));
line('ms for each', '', ...[...table.values()].map(({ milliseconds }) => (milliseconds / images).toFixed(1)));
for (const one of missed) console.log(`read by others alone: ${one}`);
const best = Math.max(...[...table].filter(([name]) => name !== 'ours').map(([, { read }]) => read));
const { read } = table.get('ours');
if (read < best) {
  console.error(`ours reads ${read}, and the best single decoder ${best}`);
  process.exitCode = 1;
}
