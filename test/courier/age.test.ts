import { describe, expect, test } from 'vitest';
import { concatBytes } from '../../src/bytes/hex.ts';
import { text } from '../../src/bytes/tagged-hash.ts';
import { decryptWith, encryptTo, newAgeIdentity } from '../../src/courier/age.ts';
import { drawn } from '../crypto/drawn.ts';
import { ageFile, ageIdentity } from '../vectors/age.ts';

const content = Uint8Array.of(1, 2, 3);

describe('age files', () => {
  test('open for each recipient and for nobody else', async () => {
    const [one, two, other] = await Promise.all([newAgeIdentity(), newAgeIdentity(), newAgeIdentity()]);
    const file = await encryptTo([one.recipient, two.recipient], content);
    expect(await decryptWith(one.identity, file)).toEqual(content);
    expect(await decryptWith(two.identity, file)).toEqual(content);
    expect(await decryptWith(other.identity, file)).toBeNull();
  });

  test('open when another program has written them', async () => {
    const [one, two] = [ageIdentity(drawn('one')), ageIdentity(drawn('two'))];
    const file = ageFile([one.public, two.public], content, drawn('file'));
    expect(await decryptWith(one.identity, file)).toEqual(content);
    expect(await decryptWith(two.identity, file)).toEqual(content);
  });

  test('do not open when a byte of them is another', async () => {
    const one = await newAgeIdentity();
    const file = await encryptTo([one.recipient], content);
    file[file.length - 1] = (file[file.length - 1] as number) ^ 1;
    expect(await decryptWith(one.identity, file)).toBeNull();
  });

  test('are damaged where their header has more recipients than a plan can have, or no end', async () => {
    const one = await newAgeIdentity();
    const file = await encryptTo(Array(64).fill(one.recipient), content);
    expect(await decryptWith(one.identity, file)).toEqual(content);
    const more = await encryptTo(Array(65).fill(one.recipient), content);
    await expect(decryptWith(one.identity, more)).rejects.toMatchObject({ code: 'PACKET_DAMAGED' });
    const long = `age-encryption.org/v1\n-> x\n${`${'A'.repeat(64)}\n`.repeat(300)}A\n`;
    const endless = concatBytes(text(long), file.subarray('age-encryption.org/v1\n'.length));
    await expect(decryptWith(one.identity, endless)).rejects.toMatchObject({ code: 'PACKET_DAMAGED' });
  });

  test('are refused in words where a card has a recipient that is none', async () => {
    const { recipient } = ageIdentity(drawn('one'));
    const mistyped = `${recipient.slice(0, -1)}${recipient.endsWith('q') ? 'p' : 'q'}`;
    await expect(encryptTo([mistyped], content)).rejects.toMatchObject({ code: 'CARD_INVALID' });
  });
});
