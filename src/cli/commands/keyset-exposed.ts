import { Problem } from '../../problem.ts';
import { lifeText } from '../../report/epoch-life-text.ts';
import { dueOf, markExposed } from '../../vault/lives.ts';
import { keysetByName } from '../../vault/propose.ts';
import type { Session } from '../session.ts';

interface Options {
  readonly member?: string;
  readonly epoch?: string;
}

export async function exposeShare(
  session: Session,
  options: Options,
  [name = '']: readonly string[],
): Promise<undefined> {
  const { say, context } = session;
  const { member, epoch } = options;
  if (member === undefined) throw new Problem('USAGE', 'whose share is missing', '--member NAME');
  if (epoch === undefined || !/^[0-9]{1,9}$/.test(epoch))
    throw new Problem('USAGE', 'the epoch is missing, or is no whole number', '--epoch N');
  return session.withVault((ceremonies) => {
    const record = keysetByName(ceremonies.vault.state, name);
    const life = markExposed(ceremonies, record, { member, epoch: Number(epoch), at: context.now() });
    const now = keysetByName(ceremonies.vault.state, name);
    const due = dueOf(ceremonies, now);
    const exposed = life.members.filter((one) => one.exposed).length;
    say.line(
      `${exposed} of the ${life.threshold} shares of epoch ${epoch} that make the key of ${record.name} may be known to others`,
    );
    for (const line of due) say.line(line);
    if (due.length === 0) say.line(lifeText(record.name, life, false));
    say.line('only this vault knows it now: tell the other members');
    say.result({
      v: 1,
      keyset: record.name,
      epoch: Number(epoch),
      exposed,
      threshold: life.threshold,
      alive: life.alive,
      dead: life.dead,
      due,
    });
    return undefined;
  });
}
