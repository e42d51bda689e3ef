/**
 * Bytes as lines of text between a line that says what they are and one that says that they end: what age calls armor.
 * There is one way to write some bytes, and no other is read.
 */

const columns = 64;

export function armored(what: string, bytes: Uint8Array): string {
  const encoded = toBase64(bytes);
  const lines: string[] = [];
  for (let at = 0; at < encoded.length; at += columns) lines.push(encoded.slice(at, at + columns));
  return [begin(what), ...lines, end(what), ''].join('\n');
}

/** The bytes of the first such block of a text, or null where there is none, or one that is written in another way. */
export function unarmored(what: string, text: string): Uint8Array | null {
  const from = text.indexOf(`${begin(what)}\n`);
  const to = text.indexOf(`${end(what)}\n`, from);
  if (from < 0 || to < 0) return null;
  const bytes = fromBase64(text.slice(from + begin(what).length + 1, to).replaceAll('\n', ''));
  const last = to + end(what).length + 1;
  return bytes !== null && armored(what, bytes) === text.slice(from, last) ? bytes : null;
}

const begin = (what: string): string => `-----BEGIN ${what}-----`;
const end = (what: string): string => `-----END ${what}-----`;

const chunk = 3 * 1024;

function toBase64(bytes: Uint8Array): string {
  let encoded = '';
  for (let at = 0; at < bytes.length; at += chunk)
    encoded += btoa(String.fromCharCode(...bytes.subarray(at, at + chunk)));
  return encoded;
}

function fromBase64(encoded: string): Uint8Array | null {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(encoded) || encoded.length % 4 !== 0) return null;
  try {
    return Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
