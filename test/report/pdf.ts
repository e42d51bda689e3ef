import { inflateSync } from 'node:zlib';

/** What stands on each sheet of a PDF of ours, in the order in which it was drawn: no more of the format than it takes. */
export function sheetsOf(pdf: Uint8Array): string[] {
  const file = Buffer.from(pdf).toString('latin1');
  return [...file.matchAll(/stream\r?\n([\s\S]*?)\r?\nendstream/g)]
    .map(([, stream = '']) => unpacked(stream))
    .filter((content) => content.includes(' Tj'))
    .map((content) =>
      [...content.matchAll(/<([0-9A-F]*)> Tj/g)]
        .map(([, hex = '']) => Buffer.from(hex, 'hex').toString('latin1'))
        .join('\n'),
    );
}

function unpacked(stream: string): string {
  const bytes = Buffer.from(stream, 'latin1');
  try {
    return inflateSync(bytes).toString('latin1');
  } catch {
    return stream;
  }
}
