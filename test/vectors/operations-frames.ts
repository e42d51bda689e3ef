import { collector } from '../../src/bytes/qr/collector.ts';
import { combination } from '../../src/bytes/qr/fountain.ts';
import { frameInCode, frameText } from '../../src/bytes/qr/frame-text.ts';
import { readFrame, streamOf } from '../../src/bytes/qr/frames.ts';
import { bytes, hex, manyBytes, type Operations, toJson } from './form.ts';

export const frameOperations: Operations = {
  combination: ({ count, number }) => {
    const bits = combination(count as number, number as number);
    const parts = Array.from({ length: 8 * bits.length }, (_, part) => part);
    return { parts: parts.filter((part) => ((bits[part >> 3] as number) >> (part & 7)) & 1) };
  },
  'frame make': ({ file, size, number }) => {
    const { count, frame } = streamOf(bytes(file), size as number);
    const made = frame(number as number);
    return { pieces: count, frame: hex(made), text: frameText(made) };
  },
  'frame read': ({ frame }) => toJson(readFrame(frameInCode(bytes(frame)))),
  'frames collect': ({ frames }) => {
    const receiver = collector();
    const taken = manyBytes(frames).map((frame) => receiver.take(frame));
    const whole = taken.find(({ kind }) => kind === 'whole');
    return {
      taken: taken.map(({ kind }) => kind),
      file: whole?.kind === 'whole' ? hex(whole.file) : null,
    };
  },
};
