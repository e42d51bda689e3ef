import chalk from 'chalk';

export interface ColourFacts {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether the stream that people read is a terminal. */
  readonly isTTY: boolean;
}

/** The one decision about colour, made once at start: NO_COLOR, --no-color, a dumb terminal or none at all say no. */
export function decideColour({ argv, env, isTTY }: ColourFacts): boolean {
  if (!isTTY || env.TERM === 'dumb') return false;
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false; // no-color.org: present and not empty
  const end = argv.indexOf('--');
  return !(end < 0 ? argv : argv.slice(0, end)).includes('--no-color');
}

/**
 * Makes chalk and inquirer obey it. chalk takes its level; inquirer goes through styleText, which reads the environment
 * when inquirer is loaded, so this comes before. FORCE_COLOR would overrule NO_COLOR there, with a warning.
 */
export function applyColour(colour: boolean, env: Record<string, string | undefined>): void {
  chalk.level = colour ? (Math.max(1, chalk.level) as 1 | 2 | 3) : 0;
  if (colour) return;
  env.NO_COLOR = '1';
  delete env.FORCE_COLOR;
}

const palette = {
  good: chalk.green,
  bad: chalk.red,
  warn: chalk.yellow,
  dim: chalk.dim,
  strong: chalk.bold,
  name: chalk.cyan,
} as const;

export type Paint = keyof typeof palette;

/** Colour only repeats what the words say. */
export function paint(kind: Paint, text: string): string {
  return palette[kind](text);
}
