import { evaluate } from '../../src/ceremony/evaluate.ts';
import type { AnyPacket, KindName } from '../../src/ceremony/kinds.ts';
import { Ceremony, type Person, people } from '../ceremony/committee.ts';
import { emptyDeal } from '../ceremony/opened.ts';

/* Real packets of every kind, from ceremonies that are played to their end: what the fuzzers start from. */

const cast = Object.values(people('fuzz', 'alice', 'bob', 'carol', 'dave'));
const [alice, bob, carol, dave] = cast as [Person, Person, Person, Person];
const members = [alice, bob, carol];

export const everybody: readonly Person[] = cast;

const genesis = new Ceremony({
  cast,
  members,
  threshold: 2,
  approvers: [dave],
  keys: [
    { label: 'main', suite: 'secp256k1-tr' },
    { label: 'side', suite: 'ristretto255' },
  ],
}).run();
genesis.say(alice, 'note', { kind: 'observation', text: 'the seal was intact', number: 0 });

let number = 0;
function handover(facts = {}): Ceremony {
  for (const person of cast) person.votes.length = 0;
  const ticket = `number ${++number}`;
  const ceremony = new Ceremony({
    cast,
    parent: genesis.link,
    members,
    threshold: 2,
    dealers: [1, 2],
    facts: { ticket, reserves: [3], ...facts },
  });
  ceremony.do(dave, 'approve');
  return ceremony;
}

const whole = handover();
whole.do(carol, 'endorse');
whole.run();

/** A dealer cheats, a receiver shows it, and the proposer goes on with others. */
const amended = handover();
amended.do(alice, 'deal');
emptyDeal(amended, bob);
amended.say(carol, 'complaint', amended.complaintBody(carol, bob));
amended.run((_, duty) => duty === 'amend');
amended.amend(alice, ['bob']);
amended.run();

/** Somebody accepted, and gives the attempt up before anybody signs. */
const released = handover().before('activate');
released.say(carol, 'release', { signed: [], salvage: false, reason: 'another plan comes' });

/** One of the new committee is gone before it signs, and the others sign a turn without it. */
const proven = handover().run((name, duty) => name === 'carol' && duty === 'activate');
proven.reprove(alice, [alice, bob]);
proven.run((name) => name === 'carol');

const refused = handover();
refused.refuse(bob, 'dealer');

function still(kind: 'drill' | 'census'): Ceremony {
  const signers = kind === 'drill' ? { signers: [1, 3] } : {};
  const random = new Uint8Array(32).fill(++number);
  const facts = { kind, random, new: [], dealers: [], reserves: [], ...signers };
  const ceremony = new Ceremony({ cast, members: [], threshold: 2, parent: genesis.link, facts });
  ceremony.do(dave, 'approve');
  return ceremony.run();
}

export const ceremonies: readonly Ceremony[] = [
  genesis,
  whole,
  amended,
  released,
  proven,
  refused,
  still('drill'),
  still('census'),
];

export interface Specimen {
  readonly ceremony: Ceremony;
  readonly packet: AnyPacket;
  readonly author: Person;
}

export const specimens: readonly Specimen[] = ceremonies.flatMap((ceremony) =>
  ceremony.packets.map((packet) => ({
    ceremony,
    packet,
    author: cast.find(({ identity }) => identity === packet.identity) as Person,
  })),
);

/** The first packet of a kind that was said. */
export function specimen(kind: KindName): Specimen {
  const found = specimens.find(({ packet }) => packet.kind === kind);
  if (found === undefined) throw new Error(`no ceremony here has a packet of the kind ${kind}: play one that does`);
  return found;
}

/** What everybody sees who meets this packet in place of the one that was said. */
export function viewWith({ ceremony, packet }: Specimen, instead: AnyPacket) {
  const others = ceremony.packets.filter((one) => one !== packet);
  return evaluate(ceremony.plan, [...others, instead], new Map(ceremony.memo));
}

export const parent = genesis.link;
