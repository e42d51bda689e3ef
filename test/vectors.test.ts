import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { problems } from '../src/problem.ts';
import { answered, type Given, outcomeOf, questionsOf, resolve, type VectorFile } from './vectors/form.ts';
import { fileText, makers, operations } from './vectors/generate.ts';

const folder = new URL('./vectors/', import.meta.url);
const names = Object.keys(makers).sort();

/** `VECTORS=write npx vitest run test/vectors.test.ts` puts what the generator makes in the place of the files. */
beforeAll(async () => {
  if (process.env.VECTORS !== 'write') return;
  for (const [name, make] of Object.entries(makers)) {
    writeFileSync(new URL(name, folder), fileText(await answered(make(), operations)));
  }
}, 300_000);

function read(name: string): VectorFile {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as VectorFile;
}

describe('the vectors', () => {
  test('are the files that the generator makes, and no others', () => {
    expect(readdirSync(folder).filter((name) => name.endsWith('.json'))).toEqual(names);
  });

  test.each(names)(
    '%s asks what the generator asks',
    (name) => {
      const [made, committed] = [makers[name]?.(), questionsOf(read(name))];
      const headings = (file: typeof made) => file?.groups.map(({ operation, about }) => `${operation}: ${about}`);
      expect(headings(made)).toEqual(headings(committed));
      expect(made?.about).toEqual(committed.about);
      const text = (value: unknown) => JSON.stringify(value ?? {});
      expect(text(made?.shared) === text(committed.shared), 'shared').toBe(true);
      const differing = committed.groups.flatMap(({ operation, vectors }, at) => {
        const others = made?.groups[at]?.vectors ?? [];
        const length = Math.max(vectors.length, others.length);
        const places = Array.from({ length }, (_, place) => place);
        const found = places.filter((place) => text(vectors[place]) !== text(others[place]));
        return found.map((place) => `${operation}: ${(vectors[place] ?? others[place])?.says}`);
      });
      expect(differing, 'where a format changed on purpose: VECTORS=write').toEqual([]);
    },
    60_000,
  );

  test.each(names)(
    '%s is answered by the code as it says, vector by vector',
    async (name) => {
      const { about, shared = {}, groups } = read(name);
      expect(about.join('').length).toBeGreaterThan(0);
      for (const { operation, vectors } of groups) {
        const run = operations[operation];
        if (run === undefined) throw new Error(`no operation ${operation}`);
        for (const { says, given, gives, refused } of vectors) {
          const outcome = await outcomeOf(run, resolve(given, shared) as Given);
          const stated = refused === undefined ? { gives: resolve(gives ?? null, shared) } : { refused };
          expect(outcome, `${operation}: ${says}`).toEqual(stated);
        }
      }
    },
    60_000,
  );

  test('say each in its own words what it shows', () => {
    for (const name of names) {
      for (const { operation, vectors } of read(name).groups) {
        const said = vectors.map(({ says }) => says);
        expect(new Set(said).size, `${name}: ${operation}`).toBe(said.length);
      }
    }
  });

  test('hold one for every refusal that a packet, a plan, a card, a descriptor or a proof can meet', () => {
    const known = new Set<string>();
    for (const name of names) {
      for (const { vectors } of read(name).groups) {
        for (const { refused, gives } of vectors) {
          if (refused !== undefined) known.add(refused.code);
          const faults = (gives as { faults?: { fault: string }[] } | null | undefined)?.faults ?? [];
          for (const { fault } of faults) known.add(fault);
        }
      }
    }
    const codes = Object.keys(problems);
    const section = codes.slice(0, codes.indexOf('CEREMONY_UNKNOWN')).concat(ofTheCore);
    expect(section.filter((code) => !known.has(code))).toEqual([]);
  });

  test('are small enough to be read by everybody', () => {
    const sizes = names.map((name) => readFileSync(new URL(name, folder)).length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(3_000_000);
  });
});

/** Faults that the evaluation names. KEY_CHANGED is not among them: it follows from checks that come before. */
const ofTheCore = [
  'DEAL_INVALID',
  'CONSTANT_MISMATCH',
  'VOTE_INVALID',
  'ACCEPTANCE_INVALID',
  'ACTIVATION_INVALID',
  'BAD_SUBSHARE',
  'COMPLAINT_FALSE',
  'AMENDMENT_INVALID',
  'RELEASE_INVALID',
  'TURN_INVALID',
  'CENSUS_INVALID',
];
