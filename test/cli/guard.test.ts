import { describe, expect, test } from 'vitest';
import { guardProcess, intrusions, unsafeStart, verbOf } from '../../src/cli/guard.ts';

describe('what lets others into this process', () => {
  test.each([
    ['--inspect'],
    ['--inspect-brk'],
    ['--inspect=0.0.0.0:9229'],
    ['--inspect_port=1'],
    ['--require=./x.js'],
    ['-r'],
    ['--import'],
    ['--import=data:text/javascript,1'],
    ['--loader=x'],
    ['--experimental-loader'],
    ['--heapsnapshot-signal=SIGUSR2'],
    ['--heapsnapshot_near_heap_limit=1'],
    ['--heap-prof'],
    ['--report-on-signal'],
    ['--report-uncaught-exception'],
    ['--abort-on-uncaught-exception'],
    ['--openssl-config=x'],
    ['--snapshot-blob=x'],
    ['--experimental-config-file=x'],
  ])('is %s, wherever it was said', (option) => {
    const name = option.split('=')[0];
    expect(intrusions([option], {})).toEqual([{ option: name, from: 'the command line of node' }]);
    expect(intrusions([], { NODE_OPTIONS: `--no-warnings ${option}` })).toEqual([
      { option: name, from: 'NODE_OPTIONS' },
    ]);
    expect(intrusions([], { NODE_OPTIONS: `"${option}"` })).toEqual([{ option: name, from: 'NODE_OPTIONS' }]);
  });

  test.each([['--max-old-space-size=512'], ['--no-warnings'], ['--enable-source-maps'], ['--conditions'], ['']])(
    'is not %s',
    (option) => {
      expect(intrusions([option], { NODE_OPTIONS: option })).toEqual([]);
    },
  );
});

describe('a start with such an option', () => {
  const env = { NODE_OPTIONS: '--require /tmp/other.js' };

  test('is refused, naming the option and where it stands, but not its value', () => {
    const problem = unsafeStart(['next', '--stick', '/x'], [], env);
    expect(problem).toMatchObject({
      code: 'MACHINE_UNSAFE',
      changed: false,
      hint: expect.stringContaining('unset NODE_OPTIONS'),
    });
    expect(problem?.message).toContain('NODE_OPTIONS has --require');
    expect(problem?.message).not.toContain('other.js');
    expect(unsafeStart(['next'], ['--import', 'x'], {})).toMatchObject({ code: 'MACHINE_UNSAFE' });
  });

  test.each([
    [['doctor']],
    [['--home', '/x', 'doctor', '--strict']],
    [['selftest']],
    [['completion', 'bash']],
    [['rehearse', 'x.json']],
    [['--help']],
    [['next', '--help']],
    [['--version']],
  ])('is let pass for %j, which opens no vault of value', (argv) => {
    expect(unsafeStart(argv, [], env)).toBeNull();
  });

  test.each([[[]], [['--home', 'doctor', 'next']], [['next', 'doctor']], [['--home=doctor', 'status']]])(
    'is refused for %j',
    (argv) => {
      expect(unsafeStart(argv, [], env)).not.toBeNull();
    },
  );

  test('is nothing to refuse without one', () => {
    expect(unsafeStart(['next'], ['--no-warnings'], { NODE_OPTIONS: '--max-old-space-size=1' })).toBeNull();
  });
});

test('the verb is the first word that is neither an option nor the value of one', () => {
  expect(verbOf(['--json', '--home', 'a', '--passphrase-file', 'b', 'next', 'c'])).toBe('next');
  expect(verbOf(['--json'])).toBeUndefined();
});

test('SIGUSR1 is listened to', () => {
  const heard: string[] = [];
  guardProcess({
    on(name: string) {
      heard.push(name);
      return this as unknown as NodeJS.Process;
    },
  } as never);
  expect(heard).toEqual(['SIGUSR1']);
});
