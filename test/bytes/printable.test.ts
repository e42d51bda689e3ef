import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeLines, escapeText, printableJson } from '../../src/bytes/printable.ts';

describe('escapeText (row 24)', () => {
  test.each([
    ['an escape sequence that clears the screen', '\x1b[2Jbob', '\\u{1b}[2Jbob'],
    ['a terminal command in one C1 character', '\u009b2J', '\\u{9b}2J'],
    ['a bell and a backspace', '\x07a\b', '\\u{7}a\\u{8}'],
    ['delete', '\x7f', '\\u{7f}'],
    ['line ends and tabs', 'a\r\n\tb', 'a\\r\\n\\tb'],
    ['line and paragraph separators', '\u2028\u2029', '\\u{2028}\\u{2029}'],
    ['right-to-left override and isolates', 'a\u202eb\u2066c\u2069', 'a\\u{202e}b\\u{2066}c\\u{2069}'],
    ['marks of direction', '\u200e\u200f\u061c', '\\u{200e}\\u{200f}\\u{61c}'],
    ['zero-width characters and a byte order mark', 'al\u200bi\u200dce\ufeff', 'al\\u{200b}i\\u{200d}ce\\u{feff}'],
    ['a soft hyphen', 'a\u00adb', 'a\\u{ad}b'],
    ['fillers and variation selectors', '\u3164\u115f\ufe0f', '\\u{3164}\\u{115f}\\u{fe0f}'],
    ['tag characters beyond the first plane', '\u{e0041}', '\\u{e0041}'],
    ['half a surrogate pair', 'a\ud800b', 'a\\u{d800}b'],
    ['private use', '\ue000', '\\u{e000}'],
  ])('makes visible: %s', (_, text, shown) => {
    expect(escapeText(text)).toBe(shown);
  });

  test('leaves alone what people write', () => {
    for (const text of ['Alice O\u2019Neil', 'J\u00fcrgen', '\u4e2d\u6587', 'C:\\keys', '\u{1f511}', '']) {
      expect(escapeText(text)).toBe(text);
    }
  });

  test('gives one line, and the same when done twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const once = escapeText(text);
        expect(once).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        expect(escapeText(once)).toBe(once);
      }),
    );
  });
});

test('escapeLines keeps line ends and nothing else', () => {
  expect(escapeLines('a\nb\r\x1b')).toBe('a\nb\\r\\u{1b}');
});

test('printableJson is the same document, safe to look at', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      const text = printableJson(value);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }),
  );
  expect(printableJson({ name: 'a\u202e\u{e0041}' })).toBe('{\n  "name": "a\\u202e\\udb40\\udc41"\n}');
});
