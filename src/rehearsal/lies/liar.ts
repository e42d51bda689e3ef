import { type Cbor, encodeCbor } from '../../bytes/cbor.ts';
import { equalBytes, fromHex, toHex } from '../../bytes/hex.ts';
import { taggedHash } from '../../bytes/tagged-hash.ts';
import { admit } from '../../ceremony/admission.ts';
import { ceremonyOf, joinProposal, nameOf, openPacket, sealPacket, wrapProposal } from '../../ceremony/envelope.ts';
import type { Memo } from '../../ceremony/evaluation.ts';
import { type BodyOf, type KindName, slotOf } from '../../ceremony/kinds.ts';
import { digestOf, type Header, readUnchecked, writePacket } from '../../ceremony/packet.ts';
import { ceremonyKeyHash } from '../../ceremony/packets/proposal.ts';
import type { Participant } from '../../ceremony/plan.ts';
import { encryptTo } from '../../courier/age.ts';
import { writePacket as layOn, readStick, type Stick, writeNamed } from '../../courier/stick.ts';
import { joinPath } from '../../media/file-system.ts';
import { Problem } from '../../problem.ts';
import { accept, activate, deal, endorse, type Stop } from '../../vault/acts.ts';
import { Ceremonies, type Held } from '../../vault/ceremonies.ts';
import { close } from '../../vault/close.ts';
import { myIdentity } from '../../vault/identity.ts';
import { recordConsent } from '../../vault/propose.ts';
import { type Moment, say } from '../../vault/say.ts';
import type { Vault } from '../../vault/vault.ts';
import { stuck } from '../conversation.ts';

/*
 * FOR REHEARSALS AND TESTS ONLY. A member whose machine runs a program of its own: it holds a real vault, knows all that
 * the honest program would do with it, and says something else. What it says it remembers, as a careful liar would, so
 * that the honest program goes on from there when it is run on the same vault.
 */

/** What a lie needs to know besides who lies. */
export interface LieDetail {
  /** Members whom the lie is meant for, or in whose name it is told. */
  readonly to: readonly string[];
  /** The ceremony that something is brought over from. */
  readonly from: string | null;
}

export type Lie = (liar: Liar, detail: LieDetail) => void | Promise<void>;

/** The honest acts, by the kind of packet that comes of them. */
const acts = {
  approval: (ceremonies, held, moment) => {
    say(ceremonies, held, moment, 'approval', {}, (state) => state);
    return null;
  },
  endorsement: endorse,
  deal,
  acceptance: accept,
  activation: activate,
  closing: close,
} as const satisfies Partial<Record<KindName, (ceremonies: Ceremonies, held: Held, moment: Moment) => Stop | null>>;
export type Act = keyof typeof acts;

export class Liar {
  readonly vault: Vault;
  readonly ceremony: string;
  readonly moment: Moment;
  readonly #stick: Stick;
  readonly #memo: Memo = new Map();

  constructor(vault: Vault, ceremony: string, moment: Moment, stick: Stick) {
    this.vault = vault;
    this.ceremony = ceremony;
    this.moment = moment;
    this.#stick = stick;
  }

  /** Never kept over a lie: what was read of the folder before is not what lies there now. */
  get ceremonies(): Ceremonies {
    return new Ceremonies(this.vault, this.#memo);
  }

  get held(): Held {
    return this.ceremonies.get(this.ceremony);
  }

  get me(): Participant {
    const me = this.held.plan.byIdentity.get(myIdentity(this.vault.state));
    if (me === undefined) throw stuck('the liar has no part in this ceremony');
    return me;
  }

  member(name: string | undefined): Participant {
    const found = this.held.plan.participants.find((one) => one.name === name);
    if (found === undefined) throw stuck(`the lie is about ${name ?? 'nobody'}, who has no part in this ceremony`);
    return found;
  }

  /** Whatever the stick has of this ceremony, and consent: the liar is keen to take part. */
  takeIn(): void {
    const { ceremonies } = this;
    for (const files of readStick(this.vault.host.fs, this.#stick).ceremonies.values()) {
      for (const { bytes } of files) {
        if (ceremonyOf(bytes) !== this.ceremony) continue;
        try {
          ceremonies.merge(this.ceremony, bytes);
        } catch (error) {
          if (!(error instanceof Problem)) throw error; // the lies of others
        }
      }
    }
    ceremonies.settle();
    const { plan, record } = ceremonies.get(this.ceremony);
    if (record.consent === null)
      recordConsent(ceremonies, plan, { at: this.moment.now, attended: true, destroy: plan.destroy === 'when-proven' });
  }

  /** The honest packet of one's own, said and laid on the stick. */
  honestly<K extends Act>(kind: K): BodyOf<K> {
    const body = this.#act(kind);
    this.#lay(this.#lastFile());
    return body;
  }

  /**
   * Does all that the honest act does, share stored and nonces drawn and all, but says something else in its place. Of
   * the honest packet nothing stays behind.
   */
  instead<K extends Act>(kind: K, change: (body: BodyOf<K>, before: Held) => BodyOf<K>): void {
    const before = this.held;
    const body = this.#act(kind);
    const honest = this.vault.state.said.at(-1);
    this.vault.commit((state) => ({ ...state, said: state.said.slice(0, -1) }));
    const { fs } = this.vault.host;
    fs.remove(joinPath(this.vault.home, 'packets', this.ceremony, `${toHex(honest?.file ?? new Uint8Array())}.packet`));
    this.utter(kind, change(body, before));
    // nonces stand behind the acceptance that was said
    const said = this.vault.state.said.at(-1)?.digest ?? new Uint8Array();
    this.vault.commit((state) => ({
      ...state,
      nonces: state.nonces.map((kept) =>
        equalBytes(kept.acceptance, honest?.digest ?? said) ? { ...kept, acceptance: said } : kept,
      ),
    }));
  }

  /** Signs and seals whatever it is, remembers it, and lays it on the stick. */
  utter(kind: KindName, body: object, other: Partial<Header> = {}): void {
    const { plan, view } = this.held;
    const { signing } = this.vault.state;
    const header: Header = {
      kind,
      ceremony: plan.id,
      attempt: view.current.attempt.id,
      author: signing.public,
      at: this.moment.now,
      attended: true,
      rehearsal: plan.rehearsal,
      ...other,
    };
    this.put(writePacket(header, body as Cbor, signing.secret), true);
  }

  /** Lays a packet on the stick under the key of this ceremony, whoever signed it for whatever. */
  put(packet: Uint8Array, mine = false): void {
    const { plan, record } = this.held;
    const file = sealPacket(plan.id, record.key, packet, this.vault.host.random);
    if (mine) {
      const digest = fromHex(digestOf(packet)) as Uint8Array;
      const slot = slotOf(admit(plan, packet));
      const entry = { ceremony: plan.id, slot, digest, file: fromHex(nameOf(file)) as Uint8Array };
      this.vault.commit((state) => ({
        ...state,
        said: [...state.said, entry],
        outbox: [...state.outbox, { ceremony: plan.id, file }],
      }));
    }
    this.#lay(file);
  }

  /** Lays a proposal of whatever plan on the stick, for the participants of the honest one. Nothing of it is remembered. */
  async propose(encoded: Uint8Array): Promise<void> {
    const { plan } = this.held;
    const { signing } = this.vault.state;
    const key = this.vault.host.random(32);
    const id = taggedHash('plan', encoded);
    const packet = writePacket(
      {
        kind: 'proposal',
        ceremony: id,
        attempt: id,
        author: signing.public,
        at: this.moment.now,
        attended: true,
        rehearsal: plan.rehearsal,
      },
      { plan: encoded, key: ceremonyKeyHash(key) },
      signing.secret,
    );
    const recipients = plan.participants.map(({ card }) => card.recipient);
    const sealed = await encryptTo(recipients, joinProposal(key, packet));
    const name = `${plan.keyset}-${toHex(id).slice(0, 16)}.proposal`;
    writeNamed(this.vault.host.fs, this.#stick, name, wrapProposal(id, sealed));
  }

  #act<K extends Act>(kind: K): BodyOf<K> {
    const already = this.vault.state.said.length;
    const stop = acts[kind](...this.#now());
    if (stop !== null || this.vault.state.said.length !== already + 1)
      throw stuck(`${this.me.name} has no ${kind} to lie about: ${stop?.holds?.[0]?.message ?? 'it is not its turn'}`);
    const { plan, record } = this.held;
    return readUnchecked(openPacket(plan.id, record.key, this.#lastFile())).body as BodyOf<K>;
  }

  #now(): [Ceremonies, Held, Moment] {
    const { ceremonies } = this;
    return [ceremonies, ceremonies.get(this.ceremony), this.moment];
  }

  #lastFile(): Uint8Array {
    const name = this.vault.state.said.at(-1)?.file ?? new Uint8Array();
    const found = this.vault.kept(this.ceremony).files.find((file) => file.name === toHex(name));
    if (found === undefined) throw stuck('the liar lost its own packet');
    return found.bytes;
  }

  #lay(file: Uint8Array): void {
    layOn(this.vault.host.fs, this.#stick, this.ceremony, file);
  }
}

/** One's own packets of a kind, the latest last. */
export function ownPackets<K extends KindName>({ held, me }: Liar, kind: K): BodyOf<K>[] {
  return held.view.packets
    .filter((packet) => packet.kind === kind && packet.identity === me.identity)
    .map(({ body }) => body as BodyOf<K>);
}

export function sameBody(one: object, other: object): boolean {
  return equalBytes(encodeCbor(one as Cbor), encodeCbor(other as Cbor));
}
