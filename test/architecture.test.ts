import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { options } from '../bundle.js';

/** What each room may import from, besides itself and src/problem.ts. */
const floors: Readonly<Record<string, readonly string[]>> = {
  bytes: [],
  crypto: ['bytes'],
  ceremony: ['bytes', 'crypto'],
  media: ['bytes'],
  vault: ['bytes', 'crypto', 'ceremony', 'media'],
  courier: ['bytes', 'crypto', 'ceremony', 'media'],
  exchange: ['bytes', 'crypto', 'ceremony', 'media'],
  report: ['bytes', 'crypto', 'ceremony', 'media'],
  rehearsal: ['bytes', 'crypto', 'ceremony', 'media', 'vault', 'courier', 'exchange', 'report'],
  cli: ['bytes', 'crypto', 'ceremony', 'media', 'vault', 'courier', 'exchange', 'report', 'rehearsal'],
};

const roomsWithNode = ['media', 'vault', 'courier', 'report', 'cli'];

const packageRooms: readonly { readonly name: RegExp; readonly rooms: readonly string[] }[] = [
  { name: /^@noble\/(curves|ciphers)(\/|$)/, rooms: ['crypto'] },
  { name: /^@scure\/base$/, rooms: ['crypto', 'bytes'] },
  { name: /^@cantoo\/pdf-lib(\/|$)/, rooms: ['report'] },
  { name: /^(chalk|commander|inquirer|@inquirer\/.*)$/, rooms: ['cli'] },
];

const network = /^(_?http2?|https|_http_\w+|net|tls|_tls_\w+|dgram|dns|inspector|undici)$/;
const mayStartProcesses = ['src/courier/qr/camera.ts'];

/** The only file that may know what time it is, draw randomness, or read the environment. */
const context = 'src/cli/context.ts';

const onlyInContext: readonly { readonly what: string; readonly code: RegExp }[] = [
  { what: 'Math.random', code: /\bMath\s*\.\s*random\b/ },
  {
    what: 'the clock',
    code: /\bDate\s*\.\s*now\b|\bnew\s+Date\s*(\(\s*\)|(?!\s*\())|\bperformance\s*\.\s*(now|timeOrigin)\b|\bhrtime\b/,
  },
  {
    what: 'randomness',
    code: /\b(randomBytes|randomUUID|randomInt|randomFill(Sync)?|getRandomValues|random(Secret|Private)Key)\b/,
  },
  {
    what: 'process.env',
    code: /(?<![.\w$])process\s*(\?\.|\.)\s*env\b|\{[^{}]*\benv\b[^{}]*\}\s*(=\s*process\b|from\s*['"])/,
  },
];

const nowhere: readonly { readonly what: string; readonly code: RegExp }[] = [
  { what: 'network globals', code: /(?<![.\w$])(fetch\s*\(|WebSocket\b|EventSource\b|XMLHttpRequest\b)/ },
  {
    what: 'code from text',
    code: /(?<![.\w$])(eval\s*\(|Function\s*\(|require\s*\()|\bgetBuiltinModule\b|\bcreateRequire\b/,
  },
];

const processOutsideCli = /(?<![.\w$])process(?![\w$]|\s*[(:])|\bglobalThis\s*\.\s*process\b/;

type Files = ReadonlyMap<string, string>;

/** Every broken rule, as a sentence that starts with the file. */
function violations(files: Files): string[] {
  return [...files].flatMap(([file, source]) => {
    const found: string[] = [];
    const complain = (what: string) => void found.push(`${file}: ${what}`);
    const room = roomOf(file);
    if (room === null) return [`${file}: stands in no room`];
    if (/utils|helpers|manager/i.test(file)) complain('a name that says nothing');

    const code = codeOnly(source);
    for (const specifier of specifiers(source, code)) {
      if (specifier === null) complain('a computed import');
      else if (specifier.startsWith('.')) checkLocal(file, room, specifier, complain);
      else checkPackage(file, room, specifier, complain);
    }
    for (const { what, code: pattern } of nowhere) if (pattern.test(code)) complain(`${what} anywhere in src`);
    if (file !== context) {
      for (const { what, code: pattern } of onlyInContext) {
        if (pattern.test(code)) complain(`${what} outside ${context}`);
      }
    }
    if (room !== 'cli' && processOutsideCli.test(code)) complain('process outside cli');
    return found;
  });
}

function roomOf(file: string): string | null {
  if (file === 'src/problem.ts') return 'problem';
  const room = /^src\/([^/]+)\//.exec(file)?.[1] ?? '';
  return Object.hasOwn(floors, room) ? room : null;
}

function checkLocal(file: string, room: string, specifier: string, complain: (what: string) => void): void {
  const target = posix.join(posix.dirname(file), specifier);
  const targetRoom = roomOf(target);
  if (!target.startsWith('src/')) complain(`reaches outside src: ${specifier}`);
  else if (targetRoom === null) complain(`imports from no room: ${target}`);
  else if (targetRoom !== 'problem' && targetRoom !== room && !floors[room]?.includes(targetRoom)) {
    complain(`${room} must not import ${targetRoom} (${target})`);
  }
}

function checkPackage(file: string, room: string, specifier: string, complain: (what: string) => void): void {
  const builtin = builtinName(specifier);
  if (builtin !== null) {
    if (network.test(builtin)) complain(`network or inspector: ${specifier}`);
    if (builtin === 'module' || builtin === 'vm') complain(`code from text: ${specifier}`);
    if (builtin === 'child_process' && !mayStartProcesses.includes(file)) complain(`starts processes: ${specifier}`);
    if (!roomsWithNode.includes(room)) complain(`${specifier} in ${room}`);
    if (builtin === 'process' && room !== 'cli') complain(`process outside cli: ${specifier}`);
    return;
  }
  for (const { name, rooms } of packageRooms) {
    if (name.test(specifier) && !rooms.includes(room)) complain(`${specifier} outside ${rooms.join(', ')}`);
  }
}

/** `fs` for `node:fs/promises` and for `fs`; null for what is not Node's own. */
function builtinName(specifier: string): string | null {
  if (!specifier.startsWith('node:') && !builtinModules.includes(specifier)) return null;
  return specifier.replace(/^node:/, '').split('/')[0] as string;
}

/** What a file imports, types included; null where the name is computed. `code` keeps the places of `source`. */
function specifiers(source: string, code: string): (string | null)[] {
  const statements = [
    /(?<![.\w$])(?:import|export)\b(?:\s+type\b)?[\w$\s{},*]*?\bfrom\s*(?=['"])/g,
    /(?<![.\w$])import\s*(?=['"])/g,
    /(?<![.\w$])import\s*\(\s*/g,
  ];
  return statements.flatMap((statement) =>
    [...code.matchAll(statement)].map((match) => {
      const start = match.index + match[0].length;
      return /^(['"])(.*?)\1\s*[),;\n]/s.exec(`${source.slice(start)}\n`)?.[2] ?? null;
    }),
  );
}

/** The source with comments and the inside of literals blanked, place for place. Code inside `${}` stays. */
function codeOnly(source: string): string {
  const token =
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\[\s\S]|[^'\\\n])*'|"(?:\\[\s\S]|[^"\\\n])*"|(?<=(?:^|[(,=:[!&|?{};+\n]|=>|return)\s*)\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])*\/[a-z]*|[`{}]/g;
  const blank = (text: string) => text.replace(/[^\n]/g, ' ');
  const depths: number[] = []; // braces open inside each `${}`
  let code = '';
  let at = 0;
  const template = () => {
    while (at < source.length) {
      const character = source[at] as string;
      if (character === '\\') code += blank(source.slice(at, at + 2));
      else if (character === '`' || source.startsWith('${', at)) {
        if (character === '$') depths.push(0);
        code += character === '`' ? '`' : '${';
        at += character === '`' ? 1 : 2;
        return;
      } else code += blank(character);
      at += character === '\\' ? 2 : 1;
    }
  };
  while (at < source.length) {
    token.lastIndex = at;
    const match = token.exec(source);
    if (match === null) return code + source.slice(at);
    const [found] = match;
    code += source.slice(at, match.index);
    at = match.index + found.length;
    if (found === '`') {
      code += found;
      template();
    } else if (found === '{' || found === '}') {
      code += found;
      const depth = depths.at(-1);
      if (depth === undefined) continue;
      if (found === '}' && depth === 0) {
        depths.pop();
        template();
      } else depths[depths.length - 1] = depth + (found === '{' ? 1 : -1);
    } else if (found.startsWith("'") || found.startsWith('"')) {
      code += found[0] + blank(found.slice(1, -1)) + found[0];
    } else code += blank(found);
  }
  return code;
}

/** Node's own modules that the bundle really reaches, after tree shaking: no network, one known starter of processes. */
function bundleViolations({ inputs, outputs }: Metafile): string[] {
  const kept = new Set(
    Object.values(outputs).flatMap((output) =>
      Object.entries(output.inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
    ),
  );
  const reached = Object.values(outputs).flatMap((output) => output.imports.map(({ path }) => path));
  const network = reached.filter((path) => isNetwork(path)).map((path) => `the bundle imports ${path}`);
  const starters = [...kept].flatMap((file) =>
    (inputs[file]?.imports ?? []).flatMap(({ path, external }) => {
      if (external !== true || builtinName(path) !== 'child_process') return [];
      return file.startsWith('node_modules/commander/') || mayStartProcesses.includes(file)
        ? []
        : [`${file} imports ${path}`];
    }),
  );
  return [...new Set([...network, ...starters])];
}

function isNetwork(path: string): boolean {
  const name = builtinName(path);
  return name !== null && network.test(name);
}

function projectFiles(): Files {
  const root = new URL('../', import.meta.url);
  const names = readdirSync(new URL('src', root), { recursive: true, encoding: 'utf8' })
    .map((name) => `src/${name.replaceAll('\\', '/')}`)
    .filter((name) => /\.[cm]?[jt]sx?$/.test(name));
  return new Map(names.sort().map((name) => [name, readFileSync(new URL(name, root), 'utf8')]));
}

describe('src', () => {
  test('keeps to its floors', () => {
    expect(violations(projectFiles())).toEqual([]);
  });
});

describe('the bundle', () => {
  test('reaches no network, and only commander may start a process', { timeout: 60_000 }, async () => {
    const { metafile } = await build({ ...options, write: false, metafile: true, logLevel: 'silent' });
    expect(Object.keys(metafile.outputs)).toHaveLength(1);
    expect(bundleViolations(metafile)).toEqual([]);
  });

  test.each([
    ['a network module', "import net from 'node:net'; console.log(net);"],
    ['a network module without prefix', "import { request } from 'https'; console.log(request);"],
    ['a network module loaded late', "console.log(await import('dns/promises'));"],
    ['the inspector', "import { Session } from 'node:inspector'; console.log(Session);"],
    ['a starter of processes', "import { spawn } from 'node:child_process'; console.log(spawn);"],
    ['a starter of processes by require', "console.log(require('child_process'));"],
  ])('would be caught with %s', async (_, contents) => {
    const stdin = { contents, resolveDir: options.stdin.resolveDir, sourcefile: 'planted.js' };
    const { metafile } = await build({ ...options, stdin, write: false, metafile: true, logLevel: 'silent' });
    expect(bundleViolations(metafile)).toHaveLength(1);
  });
});

describe('the checker catches', () => {
  test.each([
    [
      'bytes that knows crypto',
      'src/bytes/a.ts',
      "import { b } from '../crypto/b.ts';",
      'bytes must not import crypto',
    ],
    [
      'crypto that knows ceremony',
      'src/crypto/a.ts',
      "export * from '../ceremony/b.ts';",
      'crypto must not import ceremony',
    ],
    ['ceremony that knows a vault', 'src/ceremony/a.ts', "import '../vault/b.ts';", 'ceremony must not import vault'],
    [
      'media that knows ceremony',
      'src/media/a.ts',
      "import { b } from '../ceremony/b.ts';",
      'media must not import ceremony',
    ],
    [
      'vault that knows courier',
      'src/vault/a.ts',
      "import type { B } from '../courier/b.ts';",
      'vault must not import courier',
    ],
    [
      'courier that knows vault',
      'src/courier/qr/a.ts',
      "await import('../../vault/b.ts');",
      'courier must not import vault',
    ],
    [
      'report that knows exchange',
      'src/report/a.ts',
      "export type { B } from '../exchange/b.ts';",
      'report must not import exchange',
    ],
    [
      'exchange that knows report',
      'src/exchange/a.ts',
      "import * as b from '../report/b.ts';",
      'exchange must not import report',
    ],
    [
      'vault that knows rehearsal',
      'src/vault/a.ts',
      "import b from '../rehearsal/b.ts';",
      'vault must not import rehearsal',
    ],
    [
      'rehearsal that knows cli',
      'src/rehearsal/a.ts',
      "import {\n  b,\n  c,\n} from '../cli/b.ts';",
      'rehearsal must not import cli',
    ],
    [
      'a problem that knows something',
      'src/problem.ts',
      "import { b } from './bytes/b.ts';",
      'problem must not import bytes',
    ],
    [
      'a type imported in place',
      'src/bytes/a.ts',
      "type B = import('../crypto/b.ts').B;",
      'bytes must not import crypto',
    ],
    ['a file in no room', 'src/a.ts', '', 'stands in no room'],
    ['an unknown room', 'src/attic/a.ts', '', 'stands in no room'],
    ['an import from no room', 'src/cli/a.ts', "import { b } from '../b.ts';", 'imports from no room'],
    ['an import from outside', 'src/cli/a.ts', "import { b } from '../../test/b.ts';", 'reaches outside src'],
    ['a computed import', 'src/cli/a.ts', 'await import(name);', 'a computed import'],
    ['a computed import in a template', 'src/cli/a.ts', 'await import(`./${name}.ts`);', 'a computed import'],
    ['node in bytes', 'src/bytes/a.ts', "import { Buffer } from 'node:buffer';", 'node:buffer in bytes'],
    ['node in crypto', 'src/crypto/a.ts', "import { createHash } from 'crypto';", 'crypto in crypto'],
    ['node in ceremony', 'src/ceremony/a.ts', "import fs from 'node:fs/promises';", 'node:fs/promises in ceremony'],
    ['node in exchange', 'src/exchange/a.ts', "import fs from 'node:fs';", 'node:fs in exchange'],
    ['node in rehearsal', 'src/rehearsal/a.ts', "import fs from 'node:fs';", 'node:fs in rehearsal'],
    ['curves outside crypto', 'src/ceremony/a.ts', "import { b } from '@noble/curves/ed25519.js';", 'outside crypto'],
    ['ciphers outside crypto', 'src/vault/a.ts', "import { b } from '@noble/ciphers/chacha.js';", 'outside crypto'],
    ['encodings of addresses outside crypto', 'src/cli/a.ts', "import { b } from '@scure/base';", 'outside crypto'],
    ['the PDF library outside report', 'src/cli/a.ts', "import { b } from '@cantoo/pdf-lib';", 'outside report'],
    ['chalk outside cli', 'src/report/a.ts', "import chalk from 'chalk';", 'chalk outside cli'],
    ['commander outside cli', 'src/rehearsal/a.ts', "import { Command } from 'commander';", 'commander outside cli'],
    ['inquirer outside cli', 'src/vault/a.ts', "import { input } from '@inquirer/prompts';", 'outside cli'],
    ['Math.random', 'src/cli/context.ts'.replace('context', 'a'), 'Math.random();', 'Math.random outside'],
    ['Date.now', 'src/cli/commands/a.ts', 'const now = Date.now();', 'the clock outside'],
    ['new Date()', 'src/vault/a.ts', 'const now = new Date();', 'the clock outside'],
    ['new Date without brackets', 'src/vault/a.ts', 'const now = new Date;', 'the clock outside'],
    ['performance.now', 'src/crypto/a.ts', 'performance.now();', 'the clock outside'],
    ['randomBytes of node', 'src/vault/a.ts', "import { randomBytes } from 'node:crypto';", 'randomness outside'],
    ['getRandomValues', 'src/crypto/a.ts', 'crypto.getRandomValues(bytes);', 'randomness outside'],
    ['a key that draws its own', 'src/crypto/a.ts', 'ed25519.utils.randomSecretKey();', 'randomness outside'],
    ['process.env in cli', 'src/cli/a.ts', 'process.env.HOME;', 'process.env outside'],
    ['process.env taken apart', 'src/cli/a.ts', 'const { argv, env } = process;', 'process.env outside'],
    ['env imported', 'src/cli/a.ts', "import { env } from 'node:process';", 'process.env outside'],
    ['process in vault', 'src/vault/a.ts', 'process.pid;', 'process outside cli'],
    ['process inside a template', 'src/vault/a.ts', 'const a = `tmp-${process.pid}`;', 'process outside cli'],
    ['process imported', 'src/vault/a.ts', "import { pid } from 'node:process';", 'process outside cli'],
    ['process by another way', 'src/vault/a.ts', 'globalThis.process.pid;', 'process outside cli'],
    ...['net', 'http', 'https', 'http2', 'tls', 'dgram', 'dns', 'dns/promises', 'inspector', 'node:net'].map(
      (name): [string, string, string, string] => [
        `${name} in cli`,
        'src/cli/a.ts',
        `import x from '${name}';`,
        'network',
      ],
    ),
    ['fetch', 'src/cli/a.ts', "await fetch('x');", 'network globals'],
    ['a started process', 'src/cli/a.ts', "import { spawn } from 'node:child_process';", 'starts processes'],
    ['eval', 'src/cli/a.ts', "eval('1');", 'code from text'],
    ['require', 'src/cli/a.ts', "require('net');", 'code from text'],
    ['a name with utils', 'src/bytes/string-utils.ts', '', 'a name that says nothing'],
    ['a name with helpers', 'src/cli/helpers/a.ts', '', 'a name that says nothing'],
    ['a name with manager', 'src/vault/shareManager.ts', '', 'a name that says nothing'],
    [
      'code behind a regular expression with a quote',
      'src/bytes/a.ts',
      "const a = /'/;\nprocess.exit();",
      'process outside',
    ],
    ['code behind a nested template', 'src/bytes/a.ts', 'const a = `${`}`}`;\nprocess.exit();', 'process outside'],
  ])('%s', (_, file, source, complaint) => {
    const found = violations(new Map([[file, source]]));
    expect(found.join('\n')).toContain(complaint);
    expect(found.every((sentence) => sentence.startsWith(`${file}: `))).toBe(true);
  });
});

describe('the checker lets pass', () => {
  test.each([
    [
      'imports downwards',
      'src/cli/a.ts',
      "import '../rehearsal/b.ts';\nimport '../bytes/c.ts';\nimport '../problem.ts';",
    ],
    ['imports within a room', 'src/courier/qr/a.ts', "import { b } from '../stick.ts';"],
    ['noble in its rooms', 'src/crypto/a.ts', "import '@noble/curves/nist.js';\nimport '@noble/hashes/sha2.js';"],
    ['the context', context, 'Date.now(); new Date(); process.env; randomBytes(1);'],
    ['a date made from a number', 'src/report/a.ts', 'new Date(at * 1000).toISOString();'],
    [
      'words in comments and strings',
      'src/bytes/a.ts',
      '// Date.now()\n/* process.env */ const a = \'import net from "net"\';',
    ],
    ['words in a template', 'src/bytes/a.ts', 'const a = `process.env ${b} Math.random()`;'],
    ['words in a regular expression', 'src/bytes/a.ts', 'const a = /process.env/.test(b);'],
    ['a division', 'src/bytes/a.ts', "const a = b / 2; const c = 'x' + d / 3;"],
    ['a property named process', 'src/ceremony/a.ts', 'this.process.run(); const a = { process: 1 }; process();'],
  ])('%s', (_, file, source) => {
    expect(violations(new Map([[file, source]]))).toEqual([]);
  });
});
