import { equalBytes, fromHex, toHex } from '../bytes/hex.ts';
import { type AcrossContradiction, contradictionsAcross } from '../ceremony/across.ts';
import { admitOnce, readProposalOnce } from '../ceremony/admission.ts';
import { nameOf, openPacket, sealPacket } from '../ceremony/envelope.ts';
import { evaluate, type View } from '../ceremony/evaluate.ts';
import type { Memo } from '../ceremony/evaluation.ts';
import type { AnyPacket } from '../ceremony/kinds.ts';
import { ceremonyKeyHash } from '../ceremony/packets/proposal.ts';
import type { Plan } from '../ceremony/plan.ts';
import { Problem } from '../problem.ts';
import { myIdentity, withCard } from './identity.ts';
import { Received } from './received.ts';
import type { CeremonyRecord } from './state.ts';
import type { Vault } from './vault.ts';

/** A ceremony as this machine holds it: what it keeps about it, and what the kept packets say. */
export interface Held {
  readonly record: CeremonyRecord;
  readonly plan: Plan;
  readonly view: View;
  /** Files in the vault's folder of this ceremony that are not what they were: told, never used. */
  readonly damaged: readonly string[];
}

/** The ceremonies of one vault, evaluated at most once per change and never checking one packet twice. */
export class Ceremonies {
  readonly vault: Vault;
  readonly #memo: Memo;
  readonly #plans = new Map<string, Plan>();
  readonly #proposals = new Map<string, AnyPacket>();
  readonly #packets = new Map<string, AnyPacket>();
  readonly #held = new Map<string, { files: number; held: Held }>();
  readonly #received = new Map<string, Received>();

  constructor(vault: Vault, memo: Memo = new Map()) {
    this.vault = vault;
    this.#memo = memo;
  }

  /** What was computed of packets in this run, for whoever looks at the same ones again. */
  get memo(): Memo {
    return this.#memo;
  }

  ids(): string[] {
    return this.vault.state.ceremonies.map(({ id }) => toHex(id));
  }

  all(): Held[] {
    return this.ids().map((id) => this.get(id));
  }

  record(ceremony: string): CeremonyRecord | undefined {
    return this.vault.state.ceremonies.find(({ id }) => toHex(id) === ceremony);
  }

  get(ceremony: string): Held {
    const record = this.record(ceremony);
    if (record === undefined)
      throw new Problem('CEREMONY_UNKNOWN', `this vault knows no ceremony ${ceremony.slice(0, 16)}`);
    const { files, damaged } = this.vault.kept(ceremony);
    const before = this.#held.get(ceremony);
    if (before !== undefined && before.files === files.length) return { ...before.held, record };
    const { plan, packets, bad } = this.#read(record, files);
    // before anything is said on the strength of them: what lies here may be newer than the state beside it
    for (const packet of packets) this.#noticeRollback(plan, packet);
    const held = { record, plan, view: evaluate(plan, packets, this.#memo), damaged: [...damaged, ...bad] };
    this.#held.set(ceremony, { files: files.length, held });
    return held;
  }

  /** Opens and admits what was kept, without a judgement on what it comes to. */
  #read(record: CeremonyRecord, files: readonly { name: string; bytes: Uint8Array }[]) {
    const plan = this.#plan(record);
    const packets: AnyPacket[] = [this.#proposals.get(plan.ceremony) as AnyPacket];
    const bad: string[] = [];
    for (const { name, bytes } of files) {
      if (name === toHex(record.proposal)) continue;
      const packet = this.#packets.get(name) ?? this.#tryAdmit(plan, record, bytes);
      if (packet === null) bad.push(name);
      else {
        this.#packets.set(name, packet);
        packets.push(packet);
      }
    }
    this.#received.set(plan.ceremony, new Received(packets));
    return { plan, packets, bad };
  }

  /** Contradictions that concern one parent, in this ceremony or across all that this vault knows. */
  across(): AcrossContradiction[] {
    return contradictionsAcross(this.all().map(({ view }) => view));
  }

  /** Takes a ceremony in. The caller opened the age file; from here on the packet lies under the ceremony key. */
  open(file: Uint8Array, ceremonyKey: Uint8Array, packet: Uint8Array, phrase: (plan: Plan) => string): Plan {
    const { plan, packet: proposal } = this.#readProposal(packet);
    if (this.record(plan.ceremony) !== undefined) return plan;
    this.checkProposal(plan);
    if (proposal.kind !== 'proposal' || !equalBytes(proposal.body.key, ceremonyKeyHash(ceremonyKey))) {
      throw new Problem('PACKET_FOREIGN', 'the key that came with the proposal is not the one that its proposer meant');
    }
    this.#noticeRollback(plan, proposal);
    const record: CeremonyRecord = {
      id: plan.id,
      key: ceremonyKey,
      proposal: fromHex(nameOf(file)) as Uint8Array,
      phrase: phrase(plan),
      consent: null,
    };
    this.vault.keep(plan.ceremony, file);
    this.vault.keepOpened(plan.ceremony, sealPacket(plan.id, ceremonyKey, packet, this.vault.host.random));
    this.vault.commit((state) => ({ ...state, ceremonies: [...state.ceremonies, record] }));
    return plan;
  }

  /** Row 22: a plan concerns me only if it names the very identity of this machine. */
  checkProposal(plan: Plan): void {
    const { state } = this.vault;
    if (plan.rehearsal !== state.rehearsal)
      throw new Problem('PACKET_FOREIGN', 'a rehearsal and a real ceremony cannot meet');
    const me = plan.byIdentity.get(myIdentity(state));
    // row 22: my own identity
    if (me === undefined) throw new Problem('PLAN_WITHOUT_ME', 'the plan does not name this machine');
    // row 22: with my own keys
    if (me.card.recipient !== state.age.recipient) {
      throw new Problem('PLAN_WITHOUT_ME', 'the plan names this machine, but with a key that is not its own');
    }
  }

  /** A sealed packet of anybody: opened, verified, and only then kept. Says whether it was new; what it means comes later. */
  merge(ceremony: string, file: Uint8Array): { packet: AnyPacket; fresh: boolean } {
    const record = this.record(ceremony);
    if (record === undefined) throw new Problem('CEREMONY_UNKNOWN', 'its proposal is not here');
    const plan = this.#plan(record);
    // row 14: verified before it is stored
    const packet = this.#admit(plan, record, file);
    if (!this.#received.has(ceremony)) this.#read(record, this.vault.kept(ceremony).files);
    const received = this.#received.get(ceremony) as Received;
    // the same statement sealed again by somebody: the first copy is as good
    if (received.has(packet)) return { packet, fresh: false };
    received.checkRoom(packet);
    this.#noticeRollback(plan, packet);
    this.vault.keep(ceremony, file);
    received.add(packet);
    this.#packets.set(nameOf(file), packet);
    return { packet, fresh: true };
  }

  /**
   * What all packets of a visit come to, once they are here, so that the order in which they came does not matter: a
   * rollback that one ceremony shows holds in every other over the same parent, and acceptances bring newer cards. A card
   * of this machine that another copy of this vault made is met there, too.
   */
  settle(): void {
    const { state } = this.vault;
    const me = myIdentity(state);
    const learned = this.all().reduce((before, { record, plan, view }) => {
      const accepted = view.attempts.flatMap(({ acceptances }) => [...acceptances.values()].map(({ card }) => card));
      const named = plan.participants.filter(({ identity }) => identity === me).map(({ card }) => card);
      return [...named, ...accepted].reduce((known, card) => {
        const { state: next, outcome } = withCard(known, card);
        // without consent nobody looked at who these people are, and nobody new comes onto the roster
        return outcome === 'renewed' || outcome === 'own-elsewhere' || record.consent !== null ? next : known;
      }, before);
    }, state);
    const { roster, card } = learned;
    if (learned !== state) this.vault.commit((before) => ({ ...before, roster, card }));
  }

  /** A packet of mine that this vault never said: then this vault is an old copy, and acts no more for that parent. */
  #noticeRollback(plan: Plan, packet: AnyPacket): void {
    const { state } = this.vault;
    if (packet.identity !== myIdentity(state)) return;
    if (state.said.some(({ digest }) => toHex(digest) === packet.digest)) return;
    const scope = scopeOf(plan);
    if (state.rollbacks.some((known) => equalBytes(known.scope, scope))) return;
    const found = { scope, packet: fromHex(packet.digest) as Uint8Array, at: packet.at };
    this.vault.commit((before) => ({ ...before, rollbacks: [...before.rollbacks, found] }));
  }

  #plan(record: CeremonyRecord): Plan {
    const ceremony = toHex(record.id);
    const known = this.#plans.get(ceremony);
    if (known !== undefined) return known;
    const { plan, packet } = this.#readProposal(this.#proposalPacket(record));
    this.#plans.set(ceremony, plan);
    this.#proposals.set(ceremony, packet);
    return plan;
  }

  #tryAdmit(plan: Plan, record: CeremonyRecord, file: Uint8Array): AnyPacket | null {
    try {
      return this.#admit(plan, record, file);
    } catch (error) {
      if (error instanceof Problem) return null;
      throw error;
    }
  }

  #admit(plan: Plan, record: CeremonyRecord, file: Uint8Array): AnyPacket {
    return admitOnce(plan, openPacket(plan.id, record.key, file), this.#memo);
  }

  #readProposal(packet: Uint8Array): { plan: Plan; packet: AnyPacket } {
    return readProposalOnce(packet, this.#memo);
  }

  #proposalPacket(record: CeremonyRecord): Uint8Array {
    return openPacket(record.id, record.key, this.vault.keptOpened(toHex(record.id)));
  }
}

/** What a vote, a lock, a rollback or an override is about: the committee that hands over, or a genesis itself. */
export function scopeOf(plan: Plan): Uint8Array {
  return plan.parent?.proven.id ?? plan.id;
}
