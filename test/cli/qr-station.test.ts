import { describe, expect, test } from 'vitest';
import { firstLine } from '../../src/courier/qr/first-line.ts';
import { stationPage } from '../../src/courier/station-page.ts';
import { drawn } from '../crypto/drawn.ts';
import { World } from './world.ts';

describe('station.html', () => {
  test('is written by qr station, without a vault, and over no record', async () => {
    const somebody = new World('qr station').machine('somebody');
    const { status, json } = await somebody.run('qr', 'station', '/station.html');
    expect({ status, json }).toEqual({ status: 0, json: { v: 1, page: '/station.html' } });
    expect(somebody.world.read('/station.html')).toBe(stationPage());
    somebody.world.memory.put('/only.conclave', new TextEncoder().encode('conclave export v1\nand the rest'));
    const refused = await somebody.run('qr', 'station', '/only.conclave');
    expect(refused).toMatchObject({ status: 1, json: { error: { code: 'OUTPUT_FAILED', changed: false } } });
  });

  test('gets a parcel as a file, and what it saved goes onto the other stick', async () => {
    const world = new World('qr station crossing');
    await world.arrive('alice');
    const from = world.machine('alice');
    world.folder('/other');
    await from.ok('qr', 'have', '--stick', '/other', '--out', '/has');
    const { json } = await from.ok('qr', 'show', '--stick', world.stick, '--lacking', '/has', '--out', '/parcel');
    expect(json).toMatchObject({ v: 1, written: ['/parcel'], bytes: world.memory.readFile('/parcel').length });
    const again = await from.run('qr', 'show', '--stick', world.stick, '--out', '/parcel');
    expect(again.json.error.code).toBe('OUTPUT_THERE');

    const taken = await world.machine('another').ok('qr', 'scan', '/parcel', '--stick', '/other');
    expect(taken.json.files).toMatchObject([{ what: 'parcel', kept: [] }]);
    expect(taken.json.files[0].written).toBeGreaterThan(0);
    await from.ok('qr', 'have', '--stick', '/other', '--out', '/has-now');
    const rest = await from.ok('qr', 'show', '--stick', world.stick, '--lacking', '/has-now', '--out', '/rest');
    expect(rest.json).toMatchObject({ codes: 0, written: [] });
  });

  test('names a file as the program does', async () => {
    const world = new World('qr station names');
    await world.arrive('alice');
    const alice = world.machine('alice');
    await alice.ok('card', '--out', '/of.card');
    await alice.ok('qr', 'have', '--stick', world.stick, '--out', '/of.have');
    await alice.ok('qr', 'show', '--stick', world.stick, '--out', '/of.parcel');
    for (const what of ['card', 'have', 'parcel']) {
      const { json } = await alice.ok('inspect', `/of.${what}`);
      expect([json.what, firstLine(world.memory.readFile(`/of.${what}`)).ending]).toEqual([what, what]);
    }
    const stranger = drawn('no first line')(40);
    expect(firstLine(stranger.map((byte) => byte | 0x80))).toMatchObject({ ending: 'bin', secret: false });
    expect(firstLine(new Uint8Array())).toMatchObject({ ending: 'bin' });
    expect(firstLine(new TextEncoder().encode('conclave backup v1\n…'))).toMatchObject({ secret: true });
  });
});
