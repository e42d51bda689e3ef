import { Problem } from '../problem.ts';

/**
 * SIGUSR1 opens the inspector on Node 20 unless somebody listens to it (row 25): a debugger would read every secret
 * of this process. There is no switch for that yet, so it is listened to, and nothing happens.
 */
export function guardProcess(host: Pick<NodeJS.Process, 'on'>): void {
  host.on('SIGUSR1', () => undefined);
}

/**
 * Options of Node that let a debugger in, run code of somebody else before ours, or write the memory of this process to
 * a disk.
 */
const intrusive =
  /^(-r|--(inspect|debug|require|import|loader|experimental-loader|experimental-config|experimental-default-config|openssl-config|snapshot|heapsnapshot|heap-prof|report-on|report-uncaught)([-=].*)?|--abort-on-uncaught-exception)$/;

/** What of `node`'s own options and of NODE_OPTIONS is intrusive, as it was written (the values left out). */
export function intrusions(
  execArgv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): { readonly option: string; readonly from: 'NODE_OPTIONS' | 'the command line of node' }[] {
  const found = (options: readonly string[], from: 'NODE_OPTIONS' | 'the command line of node') =>
    options
      .filter((option) => intrusive.test(option.replaceAll('_', '-'))) // node takes --heap_prof for --heap-prof
      .map((option) => ({ option: option.split('=')[0] as string, from }));
  const environment = (env.NODE_OPTIONS ?? '').split(/\s+/).map((option) => option.replace(/^["']+|["']+$/g, ''));
  return [...found(environment, 'NODE_OPTIONS'), ...found(execArgv, 'the command line of node')];
}

/** These touch nothing secret; `doctor` is how one finds out what is wrong, and a rehearsal holds nothing of value. */
const harmless: ReadonlySet<string> = new Set(['doctor', 'selftest', 'completion', 'rehearse', 'help']);
const asking: ReadonlySet<string> = new Set(['--help', '-h', '--version', '-V']);
const withValue: ReadonlySet<string> = new Set(['--home', '--passphrase-file']);

/** Row 25: the refusal to start at all, or null. A vault is never opened where others read along. */
export function unsafeStart(
  argv: readonly string[],
  execArgv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Problem | null {
  const [first, ...more] = intrusions(execArgv, env);
  // row 25: no secret where others read along
  if (first === undefined || harmless.has(verbOf(argv) ?? '') || argv.some((word) => asking.has(word))) return null;
  const options = [first, ...more].map(({ option }) => option).join(' ');
  return new Problem(
    'MACHINE_UNSAFE',
    `${first.from} has ${options}: a debugger or other code could read the secrets of this process`,
    first.from === 'NODE_OPTIONS' ? 'unset NODE_OPTIONS, and run the same command again' : 'start node without it',
  );
}

/** The command of a command line: its first word that is no option and no value of one. */
export function verbOf(argv: readonly string[]): string | undefined {
  return argv.find((word, at) => !word.startsWith('-') && !withValue.has(argv[at - 1] ?? ''));
}
