import { equalBytes, fromHex, toHex } from '../../src/bytes/hex.ts';
import { text } from '../../src/bytes/tagged-hash.ts';
import { manifestOf } from '../../src/ceremony/manifest.ts';
import { statusJson } from '../../src/cli/commands/status.ts';
import { manifestText } from '../../src/report/manifest-text.ts';
import { planText } from '../../src/report/plan-text.ts';
import { transcriptOf } from '../../src/report/transcript-json.ts';
import { transcriptText } from '../../src/report/transcript-text.ts';
import type { Ceremonies } from '../../src/vault/ceremonies.ts';
import { tool, within } from './machine.ts';
import type { World } from './world.ts';

/** Every secret that a vault of a simulation ever held, to be looked for in whatever left a vault. */
export class Secrets {
  readonly #byEnd = new Map<number, { readonly bytes: Uint8Array; readonly what: string }[]>();
  readonly #known = new Set<string>();

  get count(): number {
    return this.#known.size;
  }

  add(bytes: Uint8Array, what: string): void {
    const hex = toHex(bytes);
    if (this.#known.has(hex)) return;
    this.#known.add(hex);
    const end = ending(bytes, bytes.length);
    this.#byEnd.set(end, [...(this.#byEnd.get(end) ?? []), { bytes: fromHex(hex) as Uint8Array, what }]);
  }

  /** What vaults hold that nobody else may see. */
  gather({ vault }: Ceremonies): void {
    const { state } = vault;
    this.add(state.signing.secret, 'the signing key of an identity');
    for (const { secret } of state.prekeys) this.add(secret, 'a prekey');
    for (const { secrets } of state.nonces) {
      for (const pair of secrets)
        for (const half of [pair.subarray(0, 32), pair.subarray(32)]) this.add(half, 'a nonce');
    }
    for (const slot of state.keysets.flatMap(({ slots }) => slots)) {
      if (this.#known.has(toHex(slot.wrappingKey))) continue; // its share was read when its key was met
      this.add(slot.wrappingKey, 'the key of a share');
      for (const share of vault.readShare(slot)) this.add(share, 'a share');
    }
  }

  /** Which secret lies in these bytes. */
  in(bytes: Uint8Array): string | null {
    for (let end = 32; end <= bytes.length; end++) {
      const some = this.#byEnd.get(ending(bytes, end));
      if (some === undefined) continue;
      const found = some.find((one) => equalBytes(one.bytes, bytes.subarray(end - one.bytes.length, end)));
      if (found !== undefined) return found.what;
    }
    return null;
  }

  /** Which secret stands in this text, as it is or in hex. */
  inText(words: string): string | null {
    const runs = words.toLowerCase().match(/[0-9a-f]{64,}/g) ?? [];
    const decoded = runs.flatMap((run) => [run, run.slice(1)].map((hex) => fromHex(hex.slice(0, hex.length & ~1))));
    return (
      [text(words), ...decoded].map((bytes) => (bytes === null ? null : this.in(bytes))).find((one) => one !== null) ??
      null
    );
  }
}

/** The last four of the bytes that end there: in all groups that we have, the part of a scalar that is not zero. */
function ending(bytes: Uint8Array, end: number): number {
  return (
    ((bytes[end - 4] as number) * 0x1000000 +
      ((bytes[end - 3] as number) << 16) +
      ((bytes[end - 2] as number) << 8) +
      (bytes[end - 1] as number)) >>>
    0
  );
}

/** How many states of machines are shown in all their documents, at most. */
const mostShown = 60;

/**
 * Looks for every secret of a world in every packet that was said in it, opened and as it travels, in all that was said
 * to operators, and in the files and documents of some of its machines.
 */
export function openSecret(world: World): string | null {
  const { secrets, packets } = world;
  for (const { file, packet } of packets.all) {
    const found = secrets.in(file) ?? secrets.in(packet.bytes);
    if (found !== null) return `${found} lies open in a packet: ${packet.kind}`;
  }
  for (const words of world.words) {
    const found = secrets.inText(words);
    if (found !== null) return `${found} is told: ${words}`;
  }
  const every = Math.max(1, Math.ceil(world.locals.length / mostShown));
  for (const { machine } of world.locals.filter((_, at) => at % every === 0)) {
    for (const [path, file] of machine.disk) {
      const found = secrets.in(file);
      if (found !== null) return `${found} lies open in a file of ${machine.name}: ${path}`;
    }
    for (const document of within(machine, documents).value) {
      const found = secrets.inText(document);
      if (found !== null) return `${found} stands in a document of ${machine.name}`;
    }
  }
  return null;
}

function documents(ceremonies: Ceremonies): string[] {
  const { state } = ceremonies.vault;
  return ceremonies.all().flatMap((held) => {
    const { view, plan, record } = held;
    const own = {
      member: state.name,
      consent: record.consent,
      log: state.log.map(({ at, epoch, event }) => ({ at, epoch, event })),
      overrides: [],
      copies: [],
      epochs: [],
      damaged: held.damaged,
      tool,
    };
    const transcript = transcriptOf({ view, checks: [], keyset: plan.keyset, phrase: record.phrase, own });
    return [
      JSON.stringify(statusJson(ceremonies, held)),
      JSON.stringify(transcript),
      transcriptText(transcript),
      manifestText(manifestOf(view)),
      planText(plan, plan.keyset, null).join('\n'),
    ];
  });
}
