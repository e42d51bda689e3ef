import { describe, expect, test } from 'vitest';
import { text } from '../../src/bytes/tagged-hash.ts';
import { removeDurably, writeDurably } from '../../src/media/durable-file.ts';
import { memoryFileSystem } from '../../src/media/faults.ts';
import { trialFileSystem } from '../../src/media/trial.ts';

function disk() {
  const real = memoryFileSystem();
  real.put('/home/state', text('as it was'), 0o600);
  real.put('/home/old', text('kept'), 0o600);
  return { real, before: [...real.files()].map(([path, bytes]) => [path, [...bytes]]) };
}

describe('a disk to try things on', () => {
  test('shows what was written, renamed and removed, as a real one would', () => {
    const trial = trialFileSystem(disk().real);
    writeDurably(trial, '/home/state', text('as it would be'));
    removeDurably(trial, '/home/old');
    trial.makeDirectory('/home/packets', 0o700);
    writeDurably(trial, '/home/packets/one', text('new'));
    expect(trial.readFile('/home/state')).toEqual(text('as it would be'));
    expect(trial.kind('/home/old')).toBe('absent');
    expect(() => trial.readFile('/home/old')).toThrow('ENOENT');
    expect(
      trial
        .list('/home')
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['packets', 'state']);
    expect(trial.list('/home/packets')).toEqual([{ name: 'one', kind: 'file' }]);
    expect(trial.mode('/home/packets')).toBe(0o700);
    expect(() => trial.readFile('/home/packets/one', 2)).toThrow('EFBIG');
    expect(() => trial.createFile('/nowhere/file', 0o600)).toThrow('ENOENT');
  });

  test('leaves the real one exactly as it was', () => {
    const { real, before } = disk();
    const trial = trialFileSystem(real);
    writeDurably(trial, '/home/state', text('as it would be'));
    removeDurably(trial, '/home/old');
    trial.changeMode('/home', 0o755);
    trial.rename('/home/state', '/home/elsewhere');
    expect([...real.files()].map(([path, bytes]) => [path, [...bytes]])).toEqual(before);
    expect(trial.kind('/home/state')).toBe('absent');
    expect(trial.readFile('/home/elsewhere')).toEqual(text('as it would be'));
  });
});
