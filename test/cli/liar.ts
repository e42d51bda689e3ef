import type { Cbor } from '../../src/bytes/cbor.ts';
import { equalBytes } from '../../src/bytes/hex.ts';
import { sealPacket } from '../../src/ceremony/envelope.ts';
import type { BodyOf, KindName } from '../../src/ceremony/kinds.ts';
import { writePacket } from '../../src/ceremony/packet.ts';
import { openStick, writePacket as writeToStick } from '../../src/courier/stick.ts';
import { Ceremonies } from '../../src/vault/ceremonies.ts';
import type { World } from './world.ts';

/**
 * Somebody with a vault of their own and another program: says once more what they have said, and not the same. Lies
 * on the stick afterwards, where everybody meets it.
 */
export function lie<K extends KindName>(
  world: World,
  name: string,
  ceremony: string,
  kind: K,
  change: (body: BodyOf<K>) => unknown,
): string {
  return world.machine(name).look((vault) => {
    const { plan, record, view } = new Ceremonies(vault).get(ceremony);
    const { public: author, secret } = vault.state.signing;
    const said = view.packets.find((packet) => packet.kind === kind && equalBytes(packet.author, author));
    if (said === undefined) throw new Error(`${name} has said no ${kind}`);
    const { attempt, attended, rehearsal } = said;
    const header = { kind, ceremony: plan.id, attempt, author, at: said.at + 1, attended, rehearsal };
    const packet = writePacket(header, change(said.body as BodyOf<K>) as Cbor, secret);
    const file = sealPacket(plan.id, record.key, packet, vault.host.random);
    writeToStick(world.fs, openStick(world.fs, world.stick), ceremony, file);
    return ceremony;
  });
}
