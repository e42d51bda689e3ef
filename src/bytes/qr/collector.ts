import { Problem } from '../../problem.ts';
import { concatBytes, toHex } from '../hex.ts';
import { type Puzzle, puzzle } from './fountain.ts';
import { frameInCode } from './frame-text.ts';
import { type Frame, fileOf, hashLength, partCount, readFrame } from './frames.ts';

export interface Progress {
  /** The stream's name, twelve hexadecimal digits: how the SHA-256 of the file begins. */
  readonly stream: string;
  /** Of the file, in bytes. */
  readonly length: number;
  readonly have: number;
  readonly of: number;
}

/** What one code was good for. */
export type Taken =
  | { readonly kind: 'useful' | 'known'; readonly progress: Progress }
  | { readonly kind: 'whole'; readonly progress: Progress; readonly file: Uint8Array }
  /** Frames of this stream contradict each other, or the file is not what they promised: all of them are dropped. */
  | { readonly kind: 'spoiled'; readonly progress: Progress; readonly problem: Problem }
  | { readonly kind: 'refused'; readonly problem: Problem };

export interface Collector {
  readonly take: (code: Uint8Array) => Taken;
  /** Of every stream that is not whole. */
  readonly open: () => readonly Progress[];
  /** How those files begin, as far as frames have said it: nothing proves yet that they do. */
  readonly beginnings: () => readonly { readonly stream: string; readonly bytes: Uint8Array }[];
}

/** Enough to tell what a file is. */
const beginningBytes = 512;

/** So many streams are collected at once; the one that waited longest for a frame makes room for a further one. */
export const mostStreams = 8;

interface Collected {
  readonly of: number;
  readonly length: number;
  readonly name: string;
  /** Null once the file is whole. */
  pieces: Puzzle | null;
  /** The first parts, each at its place, where they came as they are. */
  readonly first: (Uint8Array | undefined)[];
}

/** Collects frames of several streams in any order. Nothing in them is trusted: memory and work are bounded for each. */
export function collector(): Collector {
  const streams = new Map<string, Collected>(); // in the order in which they were fed last

  function streamOf(frame: Frame): { key: string; stream: Collected } {
    const of = partCount(frame.length, frame.piece.length);
    const name = toHex(frame.stream);
    const key = `${name} ${frame.length} ${frame.piece.length}`;
    const stream = streams.get(key) ?? {
      of,
      length: frame.length,
      name,
      pieces: puzzle(of, frame.piece.length),
      first: [],
    };
    streams.delete(key);
    const [longest] = streams.keys();
    if (streams.size >= mostStreams && longest !== undefined) streams.delete(longest);
    streams.set(key, stream);
    return { key, stream };
  }

  function add(frame: Frame): Taken {
    const { key, stream } = streamOf(frame);
    const { pieces } = stream;
    if (pieces === null) return { kind: 'known', progress: progressOf(stream) };
    const taken = pieces.add(frame.number, frame.piece);
    if (frame.number < stream.of && frame.number * frame.piece.length < beginningBytes)
      stream.first[frame.number] ??= frame.piece;
    const progress = progressOf(stream);
    const spoiled = (why: string): Taken => {
      streams.delete(key);
      const hint = 'show and scan that file once more; if it happens again, somebody else shows frames under its name';
      return { kind: 'spoiled', progress, problem: new Problem('STREAM_SPOILED', why, hint) };
    };
    if (taken === 'contradiction') return spoiled('two frames of one file contradict each other');
    if (pieces.missing() > 0) return { kind: taken, progress };
    const file = fileOf(pieces.solved(), frame);
    if (file === null) return spoiled('the frames make a file that is not the one they name');
    stream.pieces = null;
    return { kind: 'whole', progress, file };
  }

  return {
    take: (code) => {
      try {
        return add(readFrame(frameInCode(code)));
      } catch (error) {
        if (error instanceof Problem) return { kind: 'refused', problem: error };
        throw error;
      }
    },
    open: () => [...streams.values()].filter(({ pieces }) => pieces !== null).map(progressOf),
    beginnings: () =>
      [...streams.values()]
        .filter(({ pieces }) => pieces !== null)
        .map(({ name, length, first }) => ({ stream: name, bytes: beginningOf(first, length) })),
  };
}

/** Without the hash in front, and without the zeros behind. */
function beginningOf(first: readonly (Uint8Array | undefined)[], length: number): Uint8Array {
  const gap = Array.from(first).indexOf(undefined);
  const parts = (gap < 0 ? first : first.slice(0, gap)) as readonly Uint8Array[];
  return concatBytes(...parts).slice(hashLength, hashLength + length);
}

function progressOf({ name, length, of, pieces }: Collected): Progress {
  return { stream: name, length, have: of - (pieces?.missing() ?? 0), of };
}
