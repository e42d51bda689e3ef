import { escapeText, printableJson } from '../../bytes/printable.ts';
import type { Problem } from '../../problem.ts';
import { paint } from './colour.ts';

/** Where text goes: a stream's `write`, and nothing else of it. */
export interface Sink {
  write(text: string): unknown;
}

export interface SayOptions {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly json: boolean;
  readonly colour: boolean;
}

/**
 * All that the program says. With --json exactly one JSON document on stdout and everything for people on stderr;
 * without it, people read stdout and refusals come on stderr.
 */
export class Say {
  readonly json: boolean;
  readonly #stdout: Sink;
  readonly #stderr: Sink;
  readonly #colour: boolean;
  #answered = false;

  constructor({ stdout, stderr, json, colour }: SayOptions) {
    this.json = json;
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#colour = colour;
  }

  /** For people. What a stranger wrote has to be escaped before it is put in here: the text may be painted. */
  line(text = ''): void {
    (this.json ? this.#stderr : this.#stdout).write(`${text}\n`);
  }

  /** For scripts: the one document of this run. Without --json nothing happens. */
  result(document: object): void {
    if (!this.json) return;
    if (this.#answered) throw new Error('a second JSON document in one run');
    this.#answered = true;
    this.#stdout.write(`${printableJson(document)}\n`);
  }

  /** A refusal: what happened, what to do next, whether anything was changed. After a result it is for people only. */
  problem(problem: Problem): void {
    const { code, message, hint, changed } = problem;
    if (this.json && !this.#answered) {
      this.result({ v: 1, error: { code, message, hint: hint ?? null, changed } });
      return;
    }
    this.#complain('error', 'bad', message);
    if (hint !== undefined) this.#complain('hint', 'strong', hint);
    this.#stderr.write(`conclave: ${changed ? 'what was done before this is kept' : 'nothing was changed'}\n`);
  }

  #complain(label: string, kind: 'bad' | 'strong', text: string): void {
    const start = `conclave: ${this.#colour ? paint(kind, label) : label}: `;
    for (const line of text.split('\n')) this.#stderr.write(`${start}${escapeText(line)}\n`);
  }
}
