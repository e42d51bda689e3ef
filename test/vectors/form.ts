import { concatBytes, fromHex, toHex } from '../../src/bytes/hex.ts';
import type { Random } from '../../src/bytes/random.ts';
import { Problem, type ProblemCode } from '../../src/problem.ts';
import { drawn } from '../crypto/drawn.ts';

/** What a file of vectors holds. Byte strings are texts that begin with `hex:`. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type Given = { readonly [key: string]: Json };

export interface Vector {
  readonly says: string;
  readonly given: Given;
  readonly gives?: Json;
  readonly refused?: { readonly code: string; readonly message: string };
}

export interface Group {
  readonly operation: string;
  readonly about: string;
  readonly vectors: readonly Vector[];
}

export interface VectorFile {
  readonly about: readonly string[];
  /** Long values that several vectors share: `@name` in a `given` stands for one. */
  readonly shared?: Given;
  readonly groups: readonly Group[];
}

export type Operation = (given: Given) => Json | Promise<Json>;
export type Operations = { readonly [name: string]: Operation };

export function toJson(value: unknown): Json {
  if (value instanceof Uint8Array) return `hex:${toHex(value)}`;
  if (Array.isArray(value)) return value.map(toJson);
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item)]));
  }
  return value as Json;
}

export function fromJson(json: Json): unknown {
  if (typeof json === 'string' && json.startsWith('hex:')) return bytes(json);
  if (Array.isArray(json)) return json.map(fromJson);
  if (json !== null && typeof json === 'object') {
    return Object.fromEntries(Object.entries(json).map(([key, item]) => [key, fromJson(item)]));
  }
  return json;
}

export function hex(value: Uint8Array): string {
  return `hex:${toHex(value)}`;
}

export function bytes(json: Json | undefined): Uint8Array {
  const read = typeof json === 'string' && json.startsWith('hex:') ? fromHex(json.slice(4)) : null;
  if (read === null) throw new Error(`not bytes: ${JSON.stringify(json)}`);
  return read;
}

export function manyBytes(json: Json | undefined): Uint8Array[] {
  return (json as readonly Json[]).map(bytes);
}

/** Puts the shared values in their places. */
export function resolve(json: Json, shared: Given): Json {
  if (typeof json === 'string' && json.startsWith('@')) {
    const value = shared[json.slice(1)];
    if (value === undefined) throw new Error(`nothing is called ${json}`);
    return value;
  }
  if (Array.isArray(json)) return json.map((item) => resolve(item, shared));
  if (json !== null && typeof json === 'object') {
    return Object.fromEntries(Object.entries(json).map(([key, item]) => [key, resolve(item, shared)]));
  }
  return json;
}

/** The other way round: what a file has under a name is not written out again. */
function shorten(json: Json, names: ReadonlyMap<Json, string>): Json {
  const name = names.get(json);
  if (name !== undefined) return `@${name}`;
  if (Array.isArray(json)) return json.map((item) => shorten(item, names));
  if (json !== null && typeof json === 'object') {
    return Object.fromEntries(Object.entries(json).map(([key, item]) => [key, shorten(item, names)]));
  }
  return json;
}

/** Randomness of a seed that notes what it gave: the `random` of a vector, one entry for each time it was asked. */
export function recorded(seed: string): { readonly random: Random; readonly draws: string[] } {
  const source = drawn(`vectors ${seed}`);
  const draws: string[] = [];
  const random: Random = (length) => {
    const fresh = source(length);
    draws.push(hex(fresh));
    return fresh;
  };
  return { random, draws };
}

/** Gives what a vector notes, in order, and fails where another length is asked for or nothing is left. */
export function replayed(draws: Json | undefined): Random {
  const left = manyBytes(draws);
  return (length) => {
    const next = left.shift();
    if (next?.length !== length)
      throw new Error(`${length} random bytes are asked for, the vector has ${next?.length}`);
    return next;
  };
}

export interface Outcome {
  readonly gives?: Json;
  readonly refused?: { readonly code: string; readonly message: string };
}

/** What an operation makes of a vector, as the vector would say it. */
export async function outcomeOf(operation: Operation, given: Given): Promise<Outcome> {
  try {
    return { gives: await operation(given) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { refused: { code: error.code, message: error.message } };
  }
}

export interface Wanted {
  readonly says: string;
  readonly given: Given;
  /** The refusal that the generator expects; an acceptance where there is none. */
  readonly code?: ProblemCode;
}

/** A file without its answers. */
export interface Questions extends Omit<VectorFile, 'groups'> {
  readonly groups: readonly (Omit<Group, 'vectors'> & { readonly vectors: readonly Wanted[] })[];
}

export function group(
  operation: string,
  about: string,
  vectors: readonly Wanted[],
  shared: Given = {},
): Questions['groups'][number] {
  const names = new Map(Object.entries(shared).map(([name, value]) => [value, name]));
  const short = vectors.map((wanted) => ({ ...wanted, given: shorten(wanted.given, names) as Given }));
  return { operation, about, vectors: short };
}

/** Runs the operations over the inputs and writes down what comes out, if it is what was expected. */
export async function answered({ about, shared = {}, groups }: Questions, operations: Operations): Promise<VectorFile> {
  const names = new Map(Object.entries(shared).map(([name, value]) => [value, name]));
  const done: Group[] = [];
  for (const { vectors, ...rest } of groups) {
    const answers: Vector[] = [];
    for (const { says, given, code } of vectors) {
      const run = operations[rest.operation];
      if (run === undefined) throw new Error(`no operation ${rest.operation}`);
      const { gives, refused } = await outcomeOf(run, resolve(given, shared) as Given);
      if (refused?.code !== code) {
        throw new Error(`${rest.operation}: ${says}: expected ${code ?? 'acceptance'}, got ${JSON.stringify(refused)}`);
      }
      answers.push({
        says,
        given,
        ...(refused === undefined ? { gives: shorten(gives ?? null, names) } : { refused }),
      });
    }
    done.push({ ...rest, vectors: answers });
  }
  return { about, ...(Object.keys(shared).length > 0 ? { shared } : {}), groups: done };
}

/** The questions of a file as it was committed. */
export function questionsOf({ about, shared, groups }: VectorFile): Questions {
  return {
    about,
    ...(shared === undefined ? {} : { shared }),
    groups: groups.map(({ operation, about, vectors }) => ({
      operation,
      about,
      vectors: vectors.map(({ says, given, refused }) => ({
        says,
        given,
        ...(refused === undefined ? {} : { code: refused.code as ProblemCode }),
      })),
    })),
  };
}

export function flip(value: Uint8Array, at = value.length - 1): Uint8Array {
  const copy = new Uint8Array(value);
  copy[at] = (copy[at] as number) ^ 1;
  return copy;
}

export function filled(length: number, byte: number): Uint8Array {
  return new Uint8Array(length).fill(byte);
}

export { concatBytes as joined };
