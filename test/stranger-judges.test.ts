import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { amended, checkVote, isDead, judge, keyOf, openingOf, sealed, standsOn } from './vectors/stranger/attempts.ts';
import { Refused, watch } from './vectors/stranger/checks.ts';
import { admit, type Packet, slotOf } from './vectors/stranger/packets.ts';
import {
  type Attempt,
  apart,
  firstAttempt,
  type Plan,
  readCard,
  readDescriptor,
  readLink,
  readPlan,
} from './vectors/stranger/plan.ts';
import { census, drill, possessionOf } from './vectors/stranger/still.ts';
import { laterTurns } from './vectors/stranger/turns.ts';
import {
  bytesOf,
  challenge,
  decode,
  edwards,
  encode,
  type Fields,
  hexOf,
  littleBytes,
  utf8,
} from './vectors/stranger.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Given = { [key: string]: Json };

interface Vector {
  readonly says: string;
  readonly given: Given;
  readonly gives?: Json;
  readonly refused?: { readonly code: string };
}

interface File {
  readonly shared: Given;
  readonly groups: { readonly operation: string; readonly vectors: Vector[] }[];
}

const files = [
  'documents.json',
  'packets.json',
  'disputes.json',
  'drill-and-census.json',
  'later-turns.json',
  'recovery.json',
];

function withShared(json: Json, shared: Given): Json {
  if (typeof json === 'string') return json.startsWith('@') ? (shared[json.slice(1)] as Json) : json;
  if (Array.isArray(json)) return json.map((item) => withShared(item, shared));
  if (json === null || typeof json !== 'object') return json;
  return Object.fromEntries(Object.entries(json).map(([key, item]) => [key, withShared(item, shared)]));
}

/** Bytes as they stand in a file of vectors. */
function shown(value: unknown): Json {
  if (value instanceof Uint8Array) return `hex:${hexOf(value)}`;
  if (Array.isArray(value)) return value.map(shown);
  if (value === null || typeof value !== 'object') return value as Json;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shown(item)]));
}

function taken(json: Json): unknown {
  if (typeof json === 'string') return json.startsWith('hex:') ? bytesOf(json) : json;
  if (Array.isArray(json)) return json.map(taken);
  if (json === null || typeof json !== 'object') return json;
  return Object.fromEntries(Object.entries(json).map(([key, item]) => [key, taken(item)]));
}

// what was read once with every check in force is not read again
const plans = new Map<string, Plan>();

function planOf(json: Json | undefined): Plan {
  if (watch.overlooked !== null) return readPlan(bytesOf(json as string));
  const known = plans.get(json as string) ?? readPlan(bytesOf(json as string));
  plans.set(json as string, known);
  return known;
}

function admitted(plan: Plan, json: Json | undefined): Packet[] {
  return (json as string[]).map((packet) => admit(plan, bytesOf(packet)));
}

function one(plan: Plan, json: Json | undefined): Packet {
  return admit(plan, bytesOf(json as string));
}

function attemptOf(plan: Plan, amendment: Json | undefined): Attempt {
  return amendment === null ? firstAttempt(plan) : amended(plan, one(plan, amendment));
}

function whatFollows(plan: Plan): Json {
  const { number, quorum, epoch, participants } = plan;
  const dealers = firstAttempt(plan).dealers.map(({ participant, index }) => ({ name: participant.name, index }));
  return shown({ ceremony: number, quorum, epoch, dealers, participants });
}

/** The same proof again, taken apart. */
function complaintMade(given: Given, gives: Given): Json {
  const plan = planOf(given.plan);
  const deal = one(plan, given.deal);
  const body = taken(gives.body as Json) as Fields;
  const who = plan.participants.find(({ name }) => name === given.complainer)?.identity as string;
  const complaint: Packet = { digest: '', kind: 'complaint', attempt: '', author: who, body };
  const attempt = attemptOf(plan, given.amendment);
  const about = sealed(plan, attempt, deal, who);
  const { K, T1, T2, z, c } = openingOf(about, complaint);
  const { info, key, nonce } = keyOf(about, K);
  const { X, Q, box, hash } = about;
  const binding = X.slice(-32);
  return shown({
    body,
    between: { binding, X, Q, R: box.R, boxHash: hash, T1, T2, challenge: littleBytes(c), z, info, key, nonce },
    plaintext: judge(plan, attempt, deal, complaint).plaintext,
  });
}

function censusMade(given: Given, gives: Given): Json {
  const plan = planOf(given.plan);
  const who = plan.participants.find(({ name }) => name === given.member)?.identity as string;
  const { seed, weights, Y, context } = possessionOf(plan, who);
  const [{ proof }] = taken(gives.possession as Json) as [{ proof: Uint8Array }];
  const R = proof.slice(0, 32);
  const c = challenge(edwards, 'knowledge', utf8('census'), context, Y.toBytes(), R);
  return shown({
    possession: [{ suite: 'ed25519', proof }],
    between: {
      seed,
      weights: weights.map((factor) => littleBytes(factor).slice(0, 16).reverse()),
      Y: Y.toBytes(),
      context,
      R,
      challenge: littleBytes(c),
      z: proof.slice(32),
    },
  });
}

/** What the stranger makes of a vector: the same question, asked of the other implementation. */
const answers: Record<string, (given: Given, gives: Given) => Json> = {
  'card read': ({ file }) => {
    const { identity } = readCard(bytesOf(file as string));
    const [, , payload] = decode(bytesOf(file as string).slice(17)) as [unknown, unknown, Uint8Array];
    return shown({ facts: decode(payload), identity });
  },
  'signed open': ({ message }) => shown(apart(bytesOf(message as string))),
  'descriptor read': ({ descriptor }) => {
    const { id, fields, threshold } = readDescriptor(bytesOf(descriptor as string));
    return shown({ id, keysetId: fields.keyset ?? id, epoch: fields.epoch, threshold });
  },
  'link read': (given) => {
    const { id, fields } = readLink(taken(given) as Fields);
    return shown({ id, epoch: fields.epoch });
  },
  'plan read': ({ plan }) => whatFollows(readPlan(bytesOf(plan as string))),
  'plan altered': ({ plan, change }) => {
    const fields = decode(bytesOf(plan as string)) as Fields;
    return whatFollows(readPlan(encode({ ...fields, ...(taken(change as Json) as Fields) })));
  },
  'packet admit': ({ plan, packet }) => {
    const read = one(planOf(plan), packet);
    const author = planOf(plan).participants.find(({ identity }) => identity === read.author)?.name as string;
    return { kind: read.kind, author, slot: slotOf(read) };
  },
  'complaint draft': complaintMade,
  'complaint judge': (given) => {
    const plan = planOf(given.plan);
    const attempt = attemptOf(plan, given.amendment);
    return shown(judge(plan, attempt, one(plan, given.deal), one(plan, given.complaint)));
  },
  'amendment read': ({ plan: encoded, amendment }) => {
    const { id, number, dealers, prekeys } = attemptOf(planOf(encoded), amendment);
    const named = dealers.map(({ participant, index }) => ({ name: participant.name, index }));
    return shown({ attempt: bytesOf(id), number, dealers: named, prekeys: prekeys.map(bytesOf) });
  },
  'release judge': ({ plan: encoded, packets, release }) => {
    const plan = planOf(encoded);
    const named = standsOn(plan, one(plan, release), admitted(plan, packets));
    if (named === 'waits') return { waits: true };
    return { waits: false, names: [...new Set(named.map(({ digest }) => `hex:${digest}`))].sort() };
  },
  death: ({ plan: encoded, attempt, packets }) => {
    const plan = planOf(encoded);
    const all = admitted(plan, packets);
    const maker = all.find(({ digest }) => `hex:${digest}` === attempt);
    return { dead: isDead(plan, maker === undefined ? firstAttempt(plan) : amended(plan, maker), all) };
  },
  'vote check': ({ plan, vote }) => {
    checkVote(planOf(plan), taken(vote as Json) as Fields);
    return { holds: true };
  },
  drill: ({ plan: encoded, packets }) => {
    const plan = planOf(encoded);
    return shown(drill(plan, admitted(plan, packets)));
  },
  'later turns': ({ plan: encoded, packets }) => {
    const plan = planOf(encoded);
    return shown(laterTurns(plan, admitted(plan, packets)));
  },
  'census draft': censusMade,
  census: ({ plan: encoded, packets }) => {
    const plan = planOf(encoded);
    return shown(census(plan, admitted(plan, packets)));
  },
};

interface Question {
  readonly name: string;
  readonly says: string;
  readonly agrees: () => boolean;
  readonly answer: () => Json;
  readonly expected: Json;
}

function questionsIn(name: string): Question[] {
  const { shared, groups } = JSON.parse(readFileSync(new URL(`./vectors/${name}`, import.meta.url), 'utf8')) as File;
  return groups.flatMap(({ operation, vectors }) => {
    const asked = answers[operation];
    if (asked === undefined) return [];
    return vectors
      .filter((vector) => !(operation.endsWith('draft') && vector.refused !== undefined))
      .map(({ says, given, gives = null, refused }) => {
        const expected = refused === undefined ? withShared(gives, shared ?? {}) : { refused: refused.code };
        const answer = (): Json => {
          try {
            return asked(withShared(given, shared ?? {}) as Given, expected as Given);
          } catch (error) {
            return { refused: error instanceof Refused ? error.code : `${error}` };
          }
        };
        return { name: operation, says, answer, expected, agrees: () => same(answer(), expected) };
      });
  });
}

function same(one: Json, other: Json): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

function sorted(json: Json): Json {
  if (Array.isArray(json)) return json.map(sorted);
  if (json === null || typeof json !== 'object') return json;
  const entries = Object.entries(json).map(([key, item]): [string, Json] => [key, sorted(item)]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const questions = files.flatMap(questionsIn);
/** Which question each check of the stranger was the answer to. */
const noticed = new Map<string, Question[]>();

describe('a stranger who judges', () => {
  test.each([...new Set(questions.map(({ name }) => name))])(
    'agrees with the vectors: %s',
    (name) => {
      for (const question of questions.filter((one) => one.name === name)) {
        watch.said.clear();
        expect(question.answer(), question.says).toEqual(question.expected);
        for (const check of watch.said) noticed.set(check, [...(noticed.get(check) ?? []), question]);
      }
    },
    60_000,
  );

  test('has a vector for each of its checks, which notices when the check is overlooked', () => {
    const without = [...watch.asked].filter((check) => {
      watch.overlooked = check;
      const found = (noticed.get(check) ?? []).some((question) => !question.agrees());
      watch.overlooked = null;
      return !found;
    });
    expect(without).toEqual([]);
  }, 60_000);
});
