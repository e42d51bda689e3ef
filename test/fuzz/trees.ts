import { decode, encode, rfc8949EncodeOptions } from 'cborg';
import type { Chance } from './chance.ts';

/* Mutations that know what a document is: fields go, come, change their type, their length and their place. */

export type Tree = null | boolean | number | string | Uint8Array | Tree[] | { [key: string]: Tree };

export interface Codec {
  readonly read: (bytes: Uint8Array) => Tree;
  readonly write: (tree: Tree, chance: Chance) => Uint8Array;
}

export const cborCodec: Codec = {
  read: (bytes) => decode(bytes) as Tree,
  // most of the time as it has to be; now and then as CBOR allows and the protocol does not
  write: (tree, chance) =>
    chance.below(4) === 0 ? sloppy(tree, chance) : new Uint8Array(encode(tree, rfc8949EncodeOptions)),
};

const utf8 = new TextEncoder();

export const jsonCodec: Codec = {
  read: (bytes) => JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Tree,
  write: (tree) => utf8.encode(JSON.stringify(tree)),
};

interface Place {
  readonly value: Tree;
  readonly put: (value: Tree) => void;
  /** Takes it out of the array or map that it stands in; nothing for the root. */
  readonly drop: () => void;
}

function places(root: { value: Tree }): Place[] {
  const found: Place[] = [];
  const visit = (value: Tree, put: Place['put'], drop: Place['drop']): void => {
    found.push({ value, put, drop });
    if (Array.isArray(value)) {
      value.forEach((one, at) => {
        visit(
          one,
          (next) => {
            value[at] = next;
          },
          () => value.splice(at, 1),
        );
      });
    } else if (value !== null && typeof value === 'object' && !(value instanceof Uint8Array)) {
      for (const [key, one] of Object.entries(value)) {
        visit(
          one,
          (next) => {
            value[key] = next;
          },
          () => delete value[key],
        );
      }
    }
  };
  visit(
    root.value,
    (next) => {
      root.value = next;
    },
    () => undefined,
  );
  return found;
}

/** One to three changes somewhere in a copy of the tree; `other` lends parts. */
export function mutatedTree(tree: Tree, other: Tree, chance: Chance): Tree {
  const root = { value: structuredClone(tree) };
  for (let changes = 1 + chance.below(3); changes > 0; changes--) {
    const all = places(root);
    change(chance.one(all), all, other, chance);
  }
  return root.value;
}

function change(place: Place, all: readonly Place[], other: Tree, chance: Chance): void {
  const { value, put, drop } = place;
  switch (chance.below(7)) {
    case 0:
      drop();
      break;
    case 1: // a part of another place, or of another document
      put(structuredClone(chance.one(chance.below(2) === 0 ? all : places({ value: other })).value));
      break;
    case 2:
      put(otherType(chance));
      break;
    default:
      put(alike(value, chance));
  }
}

const edges = [0, -1, 1, 2, 23, 24, 255, 256, 65_535, 65_536, 2 ** 31, 2 ** 32, 2 ** 53 - 1, -(2 ** 53) + 1];
const texts = ['', '\u001b[31mred', '../../etc/passwd', '__proto__', 'constructor', '\ufeffx', '\u0000', 'nul', 'é'];

function otherType(chance: Chance): Tree {
  const choices: (() => Tree)[] = [
    () => null,
    () => chance.below(2) === 0,
    () => chance.one(edges),
    () => chance.one(texts),
    () => new Uint8Array(chance.one([0, 1, 31, 32, 33, 64, 65])).fill(chance.one([0, 1, 255])),
    () => [],
    () => ({}),
    () => Array.from({ length: chance.one([1, 2, 33, 300]) }, () => 0),
    () => nested(chance.one([2, 11, 13, 40])),
  ];
  return chance.one(choices)();
}

const nested = (depth: number): Tree => (depth === 0 ? [] : [nested(depth - 1)]);

/** Still of its type, and not what it was. */
function alike(value: Tree, chance: Chance): Tree {
  if (value === null) return 0;
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return chance.below(2) === 0 ? value + chance.one([-1, 1]) : chance.one(edges);
  if (typeof value === 'string') return alikeText(value, chance);
  if (value instanceof Uint8Array) return alikeBytes(value, chance);
  if (Array.isArray(value)) {
    const at = chance.below(value.length);
    const again = value[at] as Tree;
    return chance.one([
      () => (value.length === 0 ? [0] : [...value.slice(0, at), structuredClone(again), ...value.slice(at)]),
      () => [...value].reverse(),
      () => value.slice(0, at),
      () => value.slice(1),
    ])();
  }
  const keys = Object.keys(value);
  const key = chance.one(keys) ?? '';
  return chance.one([
    () => ({ ...value, [chance.one(['x', 'v', '', 'kind', 'constructor', ...keys])]: otherType(chance) }),
    () => Object.fromEntries(Object.entries(value).map(([name, one]) => [name === key ? `${name}2` : name, one])),
  ])();
}

function alikeText(value: string, chance: Chance): string {
  const at = chance.below(value.length + 1);
  return chance.one([
    () => value.slice(0, at) + chance.one(texts) + value.slice(at),
    () => value.slice(0, at),
    () => value.toUpperCase(),
    () => value.repeat(chance.one([2, 40])),
    () => value.slice(0, at) + String.fromCharCode(chance.below(256)) + value.slice(at + 1),
  ])();
}

function alikeBytes(value: Uint8Array, chance: Chance): Uint8Array {
  const copy = new Uint8Array(value);
  const at = chance.below(copy.length);
  switch (chance.below(5)) {
    case 0:
      return copy.slice(0, at);
    case 1:
      return new Uint8Array([...copy, chance.below(256)]);
    case 2:
      return copy.fill(chance.one([0, 255]));
    default:
      if (copy.length > 0) copy[at] = (copy[at] as number) ^ (1 << chance.below(8));
      return copy;
  }
}

/** CBOR that says the same in a way that is not the only one: longer heads, other orders, a key twice, no end in sight. */
function sloppy(tree: Tree, chance: Chance): Uint8Array {
  const out: number[] = [];
  const odd = (): boolean => chance.below(12) === 0;
  const head = (major: number, argument: number): void => {
    const width = odd() ? chance.one([1, 2, 4, 8]) : argument < 24 ? 0 : argument < 256 ? 1 : argument < 65_536 ? 2 : 4;
    if (width === 0) out.push((major << 5) | argument);
    else {
      out.push((major << 5) | (24 + Math.log2(width)));
      for (let shift = width - 1; shift >= 0; shift--) out.push(Math.floor(argument / 256 ** shift) % 256);
    }
  };
  const write = (value: Tree): void => {
    if (value === null || typeof value === 'boolean') out.push(value === null ? 0xf6 : value ? 0xf5 : 0xf4);
    else if (typeof value === 'number') head(value < 0 ? 1 : 0, value < 0 ? -1 - value : value);
    else if (typeof value === 'string') {
      const bytes = utf8.encode(value);
      head(3, bytes.length);
      for (const byte of bytes) out.push(byte);
    } else if (value instanceof Uint8Array) {
      head(2, odd() ? value.length + chance.one([1, 2 ** 31]) : value.length);
      for (const byte of value) out.push(byte);
    } else if (Array.isArray(value)) {
      const endless = odd();
      if (endless) out.push(0x9f);
      else head(4, odd() ? chance.one(edges.filter((edge) => edge >= 0)) : value.length);
      value.forEach(write);
      if (endless) out.push(0xff);
    } else {
      const entries = Object.entries(value);
      if (odd()) entries.reverse();
      if (odd() && entries.length > 0) entries.push(chance.one(entries));
      head(5, entries.length);
      for (const [key, one] of entries) {
        write(key);
        write(one);
      }
    }
  };
  write(tree);
  return Uint8Array.from(out);
}
