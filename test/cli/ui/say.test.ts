import { describe, expect, test } from 'vitest';
import { Say } from '../../../src/cli/ui/say.ts';
import { Problem } from '../../../src/problem.ts';

function saying(json: boolean) {
  const written = { stdout: '', stderr: '' };
  const say = new Say({
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    json,
    colour: false,
  });
  return { say, written };
}

const refusal = new Problem('SHARE_MISMATCH', "bob's share does not match", 'ask bob to deal again');

describe('without --json', () => {
  test('text goes to stdout and documents nowhere', () => {
    const { say, written } = saying(false);
    say.line('dealt');
    say.line();
    say.result({ v: 1 });
    expect(written).toEqual({ stdout: 'dealt\n\n', stderr: '' });
  });

  test('a refusal goes to stderr: what, what next, and that nothing was changed', () => {
    const { say, written } = saying(false);
    say.problem(refusal);
    expect(written).toEqual({
      stdout: '',
      stderr:
        "conclave: error: bob's share does not match\n" +
        'conclave: hint: ask bob to deal again\n' +
        'conclave: nothing was changed\n',
    });
  });

  test('a refusal after something was changed does not claim otherwise', () => {
    const { say, written } = saying(false);
    say.problem(new Problem('SHARE_MISMATCH', 'late', undefined, true));
    expect(written.stderr).toBe('conclave: error: late\nconclave: what was done before this is kept\n');
  });

  test('row 24: a refusal cannot draw on the terminal, nor forge a line of ours', () => {
    const { say, written } = saying(false);
    say.problem(new Problem('SCHEMA', 'no such name: \x1b[2J\r\nconclave: all is well'));
    expect(written.stderr).toBe(
      'conclave: error: no such name: \\u{1b}[2J\\r\n' +
        'conclave: error: conclave: all is well\n' +
        'conclave: nothing was changed\n',
    );
  });
});

describe('with --json', () => {
  test('stdout holds exactly one document, stderr everything for people', () => {
    const { say, written } = saying(true);
    say.line('dealt');
    say.result({ v: 1, did: ['deal'] });
    expect(JSON.parse(written.stdout)).toEqual({ v: 1, did: ['deal'] });
    expect(written.stdout.endsWith('}\n')).toBe(true);
    expect(written.stderr).toBe('dealt\n');
  });

  test('a refusal is that document', () => {
    const { say, written } = saying(true);
    say.problem(refusal);
    expect(JSON.parse(written.stdout)).toEqual({
      v: 1,
      error: { code: 'SHARE_MISMATCH', message: refusal.message, hint: refusal.hint, changed: false },
    });
    expect(written.stderr).toBe('');
  });

  test('a refusal without a hint says null', () => {
    const { say, written } = saying(true);
    say.problem(new Problem('SCHEMA', 'no'));
    expect(JSON.parse(written.stdout).error.hint).toBe(null);
  });

  test('a second document is a bug, and a refusal after the document is for people', () => {
    const { say, written } = saying(true);
    say.result({ v: 1 });
    expect(() => say.result({ v: 1 })).toThrow('second JSON document');
    say.problem(refusal);
    expect(JSON.parse(written.stdout)).toEqual({ v: 1 });
    expect(written.stderr).toContain('conclave: error: ');
  });
});
