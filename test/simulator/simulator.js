// Builds a simulator and asks it: each question is a process of its own.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from './bundle.js';

/** @typedef {import('./bundle.js').Patch} Patch */
/** @typedef {import('./search.ts').Searched} Searched */
/** @typedef {import('./main.ts').WalkedMany} WalkedMany */

export class Simulator {
  #folder = '';
  #file = '';

  /** @param {{ transparent?: boolean, patches?: readonly Patch[] }} [wanted] */
  static async build({ transparent = true, patches = [] } = {}) {
    const simulator = new Simulator();
    simulator.#folder = mkdtempSync(join(tmpdir(), 'conclave-simulator-'));
    simulator.#file = join(simulator.#folder, 'simulator.mjs');
    await bundle({ entry: 'test/simulator/main.ts', outfile: simulator.#file, transparent, patches });
    return simulator;
  }

  /** @returns {Promise<{ name: string, long: boolean }[]>} */
  async situations() {
    return /** @type {any} */ ((await this.#ask('situations'))[0]);
  }

  /** @param {string} situation @returns {Promise<Searched>} */
  async search(situation) {
    return /** @type {any} */ ((await this.#ask('search', situation))[0]);
  }

  /** @param {string} suite @param {number} from @param {number} to @returns {Promise<WalkedMany>} */
  async walk(suite, from, to) {
    return /** @type {any} */ ((await this.#ask('walk', suite, String(from), String(to)))[0]);
  }

  remove() {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** @param {...string} words @returns {Promise<unknown[]>} */
  #ask(...words) {
    const child = spawn(process.execPath, ['--max-old-space-size=6000', this.#file, ...words], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (some) => {
      said += some;
    });
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (status) => {
        if (status !== 0) reject(new Error(`the simulator ended with ${status}: ${words.join(' ')}`));
        else
          resolve(
            said
              .trim()
              .split('\n')
              .map((line) => JSON.parse(line)),
          );
      });
    });
  }
}
