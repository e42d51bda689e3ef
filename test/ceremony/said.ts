import { toHex } from '../../src/bytes/hex.ts';
import type { Ceremony } from './committee.ts';

/** With names in the place of the beginnings of digests, so that what is said can be compared as text. */
export function named(ceremony: Ceremony, text: string): string {
  const { plan, packets, view } = ceremony;
  const names = new Map<string, string>([[plan.ceremony.slice(0, 16), '<plan>']]);
  for (const { digest, kind, identity } of packets)
    names.set(digest.slice(0, 16), `<${kind} of ${plan.byIdentity.get(identity)?.name}>`);
  for (const { transcript, certificate } of view.attempts)
    for (const one of [transcript, certificate?.transcript ?? null])
      if (one !== null) names.set(toHex(one.hash).slice(0, 16), '<transcript>');
  return [...names].reduce((said, [digest, name]) => said.replaceAll(digest, name), text);
}
