// Writes docs/errors.md and docs/commands.md from the program itself: `npm run docs`. test/docs.test.ts fails where they
// say something else than the program does.
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** @typedef {import('commander').Command} Command */

const generated = '<!-- Generated from the program by `npm run docs`. Do not edit. -->';

/** @param {string} text */
const cell = (text) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** @param {readonly string[]} head @param {readonly (readonly string[])[]} rows */
function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
}

/**
 * @param {{
 *   problems: Readonly<Record<string, string>>,
 *   exits: Readonly<Record<string, number>>,
 *   exitWords: Readonly<Record<string, string>>,
 *   exitFor: (code: any) => number,
 * }} program
 */
export function errorsPage({ problems, exits, exitWords, exitFor }) {
  const statuses = Object.entries(exits).sort(([, a], [, b]) => a - b);
  return [
    '# Errors and exit statuses',
    '',
    generated,
    '',
    'A refusal says what happened, why, what to do next, and whether anything was changed. With `--json` it is',
    '`{"v":1,"error":{"code","message","hint","changed"}}` on stdout. Codes and statuses are stable; messages are not.',
    '',
    '## Exit statuses',
    '',
    ...table(
      ['status', 'means'],
      statuses.map(([name, status]) => [String(status), cell(exitWords[name] ?? '')]),
    ),
    '',
    'A visit with several ceremonies ends with the first that applies of 8, 7, 4, 5, 6, 3, 0.',
    '',
    '## Codes',
    '',
    ...table(
      ['code', 'status', 'means'],
      Object.entries(problems).map(([code, words]) => [`\`${code}\``, String(exitFor(code)), cell(words)]),
    ),
    '',
  ].join('\n');
}

/**
 * @param {Command} program
 * @param {Readonly<Record<string, { readonly meaning: string }>>} kinds
 */
export function commandsPage(program, kinds) {
  return [
    '# Commands',
    '',
    generated,
    '',
    `\`conclave\`: ${program.description()}.`,
    'Without a command, on a terminal, it shows a menu of what can be done.',
    '',
    '## Options of every command',
    '',
    ...optionTable(program),
    '',
    ...program.commands.flatMap((command) => described(command, '')),
    '## Kinds of packets',
    '',
    'What members say to each other. `conclave inspect F` shows one.',
    '',
    ...table(
      ['kind', 'says'],
      Object.entries(kinds).map(([kind, { meaning }]) => [`\`${kind}\``, cell(meaning)]),
    ),
    '',
  ].join('\n');
}

/** @param {Command} command @param {string} above @returns {string[]} */
function described(command, above) {
  const path = `${above}${command.name()}`;
  const words = command.registeredArguments.map((argument) => {
    const shown = `${argument.name()}${argument.variadic ? '...' : ''}`;
    return argument.required ? `<${shown}>` : `[${shown}]`;
  });
  const group = command.commands.length > 0;
  const usage = ['conclave', path, ...words, ...(group ? ['...'] : command.options.length > 0 ? ['[options]'] : [])];
  return [
    `${above === '' ? '##' : '###'} conclave ${path}`,
    '',
    `\`${usage.join(' ')}\``,
    '',
    `${sentence(command.description())}`,
    '',
    ...(command.options.length > 0 ? [...optionTable(command), ''] : []),
    ...command
      .createHelp()
      .visibleCommands(command)
      .filter((below) => below.name() !== 'help')
      .flatMap((below) => described(below, `${path} `)),
  ];
}

/** @param {Command} command */
function optionTable(command) {
  return table(
    ['option', 'does'],
    command.options.map(({ flags, description, argChoices }) => [
      `\`${flags.replaceAll('|', '\\|')}\``,
      cell(argChoices === undefined ? description : `${description}: ${argChoices.join(', ')}`),
    ]),
  );
}

/** @param {string} text */
function sentence(text) {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const built = (/** @type {string} */ file) => import(new URL(`../build/${file}`, import.meta.url).href);
  const [{ problems }, exit, { commandTree }, { kinds }] = await Promise.all(
    ['problem.js', 'cli/exit.js', 'cli/program.js', 'ceremony/kinds.js'].map(built),
  );
  writeFileSync(new URL('errors.md', import.meta.url), errorsPage({ problems, ...exit }));
  writeFileSync(new URL('commands.md', import.meta.url), commandsPage(commandTree(), kinds));
}
