import type { Memo } from '../ceremony/evaluation.ts';
import { type MemoryFileSystem, memoryFileSystem } from '../media/faults.ts';
import { joinPath } from '../media/file-system.ts';
import { Rehearsal } from './rehearsal.ts';
import { type Rehearsed, type RehearseOptions, rehearse } from './rehearse.ts';
import type { Scenario } from './scenario.ts';
import type { Stage, Told } from './stage.ts';

/** A stage on this disk, whose machines begin with these results of checks. */
export type StageOn = (fs: MemoryFileSystem, memo: Memo) => Stage;

interface Foundation {
  readonly fs: MemoryFileSystem;
  readonly memo: Memo;
  readonly rehearsal: Rehearsal;
}

const folder = '/rehearsal';

/**
 * Plays many scenarios, each on a disk in memory of its own. What has to be there before is played once for all that say
 * the same of it, and each goes on from a copy: nothing is left out, and no machine does anything twice.
 */
export class Foundations {
  readonly #stageOn: StageOn;
  readonly #founded = new Map<string, Promise<Foundation>>();

  constructor(stageOn: StageOn) {
    this.#stageOn = stageOn;
  }

  async play(scenario: Scenario, tell: (told: Told) => void): Promise<Rehearsed> {
    const { people, sticks, setup } = scenario;
    const same = JSON.stringify({ people, sticks, setup });
    const founded = this.#founded.get(same) ?? this.#found(scenario);
    this.#founded.set(same, founded);
    const { fs, memo, rehearsal } = await founded;
    const options: RehearseOptions = { folder, seed: null, tell, founded: rehearsal };
    return rehearse(scenario, this.#stageOn(copyOf(fs), new Map(memo)), options);
  }

  async #found(scenario: Scenario): Promise<Foundation> {
    const fs = memoryFileSystem();
    fs.putFolder(folder);
    const memo: Memo = new Map();
    const rehearsal = new Rehearsal(scenario, this.#stageOn(fs, memo), folder, null, () => undefined);
    if (scenario.setup.length > 0) await rehearsal.play('setup', scenario.setup);
    return { fs, memo, rehearsal };
  }
}

function copyOf(from: MemoryFileSystem): MemoryFileSystem {
  const fs = memoryFileSystem();
  const copy = (path: string): void => {
    for (const { name, kind } of from.list(path)) {
      const inside = joinPath(path, name);
      if (kind === 'file') fs.put(inside, from.readFile(inside), from.mode(inside));
      if (kind !== 'directory') continue;
      fs.putFolder(inside, from.mode(inside));
      copy(inside);
    }
  };
  copy('/');
  return fs;
}
