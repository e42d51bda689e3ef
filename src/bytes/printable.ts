/**
 * What a stranger wrote (a name, a reason, a file name) must not move the cursor, recolour the screen, reorder the line
 * or hide in it (safety row 24): control and format characters, private ones, lone surrogates, line separators, and
 * whatever Unicode says may be shown as nothing.
 */
const unprintable = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** The text with everything that cannot be seen spelled out, as in `\u{1b}`: one line, and the same when done twice. */
export function escapeText(text: string): string {
  return text.replace(unprintable, spelled);
}

/** The same, but line ends stay: for text of our own that quotes a stranger's, which is escaped line by line. */
export function escapeLines(text: string): string {
  return text.split('\n').map(escapeText).join('\n');
}

/** JSON with the unprintable as `\uXXXX` inside its strings: the same document, safe to look at. */
export function printableJson(value: unknown): string {
  const escaped = (line: string) => line.replace(unprintable, (found) => [...units(found)].join(''));
  return JSON.stringify(value, null, 2).split('\n').map(escaped).join('\n');
}

function spelled(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  return `\\u{${(character.codePointAt(0) as number).toString(16)}}`;
}

function* units(character: string): Generator<string> {
  for (let i = 0; i < character.length; i++) yield `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`;
}
