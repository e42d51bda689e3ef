import { Vault } from '../../vault/vault.ts';
import type { Session } from '../session.ts';
import type { Choice } from '../ui/ask.ts';

type Words = readonly string[];

const entry = (name: string, ...value: readonly string[]): Choice<Words> => ({
  value,
  name: `${name.padEnd(46)} conclave ${value.join(' ')}`,
});

/** What can be done without knowing what is in the vault: which of it is asked for, `next` says. */
function entries(vault: boolean): Choice<Words>[] {
  const looking = [entry('look over this machine', 'doctor'), entry('see every command', '--help')];
  if (!vault) {
    return [
      entry('make a vault and an identity for this machine', 'init'),
      entry('play a whole ceremony on this machine', 'rehearse'),
      ...looking,
    ];
  }
  return [
    entry('do what is asked of this machine', 'next'),
    entry('see how far each ceremony is', 'status'),
    entry('begin a ceremony', 'propose'),
    entry('see what is due, and by when', 'due'),
    entry('see where the stick goes', 'route'),
    entry('read the transcript of the newest ceremony', 'transcript'),
    entry('put something on record', 'note'),
    entry('print what everybody does in it', 'script'),
    entry('see what this machine holds', 'keyset', 'list'),
    entry("show this machine's card", 'card'),
    ...looking,
  ];
}

/** Bare `conclave` on a terminal. Each entry shows its command, so that nobody needs the menu for long. */
export async function menu(session: Session, run: (words: Words) => Promise<number>): Promise<number> {
  const there = Vault.exists(session.home, session.context.fs);
  const words = await session.context.ask.choice('what is to be done?', entries(there), {
    flag: 'a command; conclave --help shows them',
  });
  return run(words);
}
