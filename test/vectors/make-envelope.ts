import { joinProposal, sealPacket, wrapProposal } from '../../src/ceremony/envelope.ts';
import { withMagic } from '../../src/ceremony/signed.ts';
import { drawn } from '../crypto/drawn.ts';
import { ageFile } from './age.ts';
import { alice, bob, carol, mallory, olga } from './cast.ts';
import { filled, flip, group, hex, joined, type Questions, recorded, type Wanted } from './form.ts';
import type { Story } from './story.ts';

export function makeEnvelope({ genesis }: Story): Questions {
  const ceremony = genesis.plan.id;
  const key = drawn('vectors ceremony key')(32);
  const { random, draws } = recorded('envelope');
  const packet = genesis.get('approval of olga').bytes;
  const file = sealPacket(ceremony, key, packet, random);
  const opened = { ceremony: hex(ceremony), key: hex(key) };
  const bad = (says: string, bytes: Uint8Array, code: 'PACKET_FOREIGN' | 'PACKET_DAMAGED', other = {}): Wanted => ({
    says,
    given: { ...opened, file: hex(bytes), ...other },
    code,
  });
  const head = 'conclave packet v1\n'.length;
  const proposal = genesis.get('proposal').bytes;
  const content = joinProposal(key, proposal);
  const people = [alice, bob, carol, olga];
  const age = ageFile(
    people.map((who) => who.age.public),
    content,
    drawn('vectors age file'),
  );
  const wrapped = wrapProposal(ceremony, age);
  const start = 'conclave proposal v1\n'.length;
  const damaged = (says: string, bytes: Uint8Array): Wanted => ({
    says,
    given: { file: hex(bytes) },
    code: 'PACKET_DAMAGED',
  });
  return {
    about: [
      'Packets and proposals on the move: docs/protocol.md section 10.',
      'The age files were written after the specification of age v1, with one chunk; any age program opens them.',
    ],
    groups: [
      group(
        'packet seal',
        'conclave packet v1, line feed, number of the ceremony, nonce, XChaCha20-Poly1305 with all before the nonce as associated data. `path` is where it lies on a stick.',
        [{ says: 'an approval', given: { ...opened, packet: hex(packet), random: draws } }],
      ),
      group('packet open', 'What arrives as a packet of one ceremony.', [
        { says: 'an approval', given: { ...opened, file: hex(file) } },
        bad('another first line', joined(withMagic('conclave packet v2', file.slice(head))), 'PACKET_FOREIGN'),
        bad('nothing but the first line', file.slice(0, head), 'PACKET_FOREIGN'),
        bad('the number of another ceremony', flip(file, head), 'PACKET_FOREIGN'),
        bad('cut short within the nonce', file.slice(0, head + 32 + 10), 'PACKET_DAMAGED'),
        bad('cut short', file.slice(0, -1), 'PACKET_DAMAGED'),
        bad('one bit changed', flip(file), 'PACKET_DAMAGED'),
        bad('another key', file, 'PACKET_DAMAGED', { key: hex(filled(32, 1)) }),
      ]),
      group('proposal join', 'What is encrypted: the ceremony key, and the proposal as it was signed.', [
        { says: "carol's", given: { key: hex(key), packet: hex(proposal) } },
      ]),
      group('proposal split', 'What comes out.', [
        { says: "carol's", given: { content: hex(content) } },
        { says: 'a key and nothing behind it', given: { content: hex(key) }, code: 'PACKET_DAMAGED' },
      ]),
      group(
        'proposal wrap',
        'conclave proposal v1, line feed, number of the ceremony, SHA-256 of the age file, the age file.',
        [
          {
            says: "carol's, to everybody of the plan in the order of their cards",
            given: { ceremony: hex(ceremony), age: hex(age) },
          },
        ],
      ),
      group('proposal unwrap', 'What arrives as a proposal.', [
        { says: "carol's", given: { file: hex(wrapped) } },
        { says: 'a packet is none', given: { file: hex(file) } },
        damaged('cut short', wrapped.slice(0, -1)),
        damaged('cut short before the age file', wrapped.slice(0, start + 40)),
        damaged('one bit of the age file changed', flip(wrapped)),
        damaged('one bit of the hash changed', flip(wrapped, start + 32)),
      ]),
      group('age open', 'With the identity of a participant; null for everybody else.', [
        { says: 'alice', given: { identity: alice.age.identity, age: hex(age) } },
        { says: 'olga, who approves', given: { identity: olga.age.identity, age: hex(age) } },
        { says: 'mallory, who has no part in it', given: { identity: mallory.age.identity, age: hex(age) } },
      ]),
    ],
  };
}
