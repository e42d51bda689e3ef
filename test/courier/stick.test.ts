import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toHex } from '../../src/bytes/hex.ts';
import { fileHash, text } from '../../src/bytes/tagged-hash.ts';
import {
  ceremonyFolder,
  openStick,
  readStick,
  stickBounds,
  suggestSticks,
  writeNamed,
  writePacket,
} from '../../src/courier/stick.ts';
import { faultyFileSystem, type MemoryFileSystem, memoryFileSystem, PowerCut } from '../../src/media/faults.ts';
import { FileError, type FileSystem, nodeFileSystem } from '../../src/media/file-system.ts';
import { Problem } from '../../src/problem.ts';

const ceremony = 'a1b2c3d4e5f60718'.repeat(4);
const folder = 'a1b2c3d4e5f60718';
const packets = [text('first packet'), text('second packet'), text('third packet')] as const;
const nameOf = (bytes: Uint8Array) => `${toHex(fileHash(bytes))}.packet`;
const pathOf = (bytes: Uint8Array) => `/stick/conclave/${folder}/${nameOf(bytes)}`;

function blank(options?: { ignoreCase: boolean }): MemoryFileSystem {
  const memory = memoryFileSystem(options);
  memory.putFolder('/stick');
  return memory;
}

const read = (fs: FileSystem, bounds = stickBounds) => readStick(fs, openStick(fs, '/stick'), bounds);
const write = (fs: FileSystem, bytes: Uint8Array) => writePacket(fs, openStick(fs, '/stick'), ceremony, bytes);

function problem(work: () => unknown): Problem {
  try {
    work();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('there was no problem');
}
const code = (work: () => unknown) => problem(work).code;

describe('a stick', () => {
  it('has to be there and to be a folder, and is never made', () => {
    const memory = blank();
    memory.put('/file', text('x'));
    expect(code(() => openStick(memory, '/media/mistyped'))).toBe('STICK_MISSING');
    expect(code(() => openStick(memory, '/file'))).toBe('STICK_MISSING');
    expect(memory.kind('/media')).toBe('absent');
    expect(openStick(memory, '/stick/')).toEqual({ path: '/stick' });
  });

  it('is not the folder conclave on it, but may have that name itself', () => {
    const memory = blank();
    write(memory, packets[0]);
    expect(code(() => openStick(memory, '/stick/conclave'))).toBe('STICK_INSIDE');
    memory.putFolder('/media/CONCLAVE');
    memory.putFolder(`/stick/${folder}`);
    expect(openStick(memory, '/stick')).toEqual({ path: '/stick' });
    expect(openStick(memory, '/media/CONCLAVE')).toEqual({ path: '/media/CONCLAVE' });
  });

  it('gives back what was written, sorted by name', () => {
    const memory = blank();
    expect(packets.map((bytes) => write(memory, bytes))).toEqual(['written', 'written', 'written']);
    writeNamed(memory, { path: '/stick' }, 'Bob.card', text('card of bob'));
    writeNamed(memory, { path: '/stick' }, 'alice.card', text('card of alice'));
    writeNamed(memory, { path: '/stick' }, 'treasury.conclave', text('export'));
    const found = read(memory);
    const hashes = packets.map((bytes) => toHex(fileHash(bytes))).sort();
    expect([...found.ceremonies.keys()]).toEqual([folder]);
    expect(found.ceremonies.get(folder)?.map(({ hash }) => hash)).toEqual(hashes);
    for (const { hash, bytes } of found.ceremonies.get(folder) ?? []) expect(toHex(fileHash(bytes))).toBe(hash);
    expect(found.others.map(({ name }) => name)).toEqual(['alice.card', 'bob.card', 'treasury.conclave']);
    expect(found).toMatchObject({ rejected: [], foreign: [], leftovers: [] });
    expect(ceremonyFolder(ceremony)).toBe(folder);
    expect(() => ceremonyFolder('../../etc/passwd')).toThrow(RangeError);
  });

  it('that is empty holds nothing', () => {
    const memory = blank();
    expect(read(memory)).toEqual({ ceremonies: new Map(), others: [], rejected: [], foreign: [], leftovers: [] });
    expect([...memory.files()]).toEqual([]);
  });

  it('gets a packet once, and gets it again when what is there is damaged, links included', () => {
    const memory = blank();
    expect(write(memory, packets[0])).toBe('written');
    expect(write(memory, packets[0])).toBe('there');
    for (const other of [text('first packex'), text('longer than it was'), text('')]) {
      memory.put(pathOf(packets[0]), other);
      expect(write(memory, packets[0])).toBe('written');
      expect(memory.readFile(pathOf(packets[0]))).toEqual(packets[0]);
    }
    memory.putOther(pathOf(packets[0]));
    expect(write(memory, packets[0])).toBe('written');
    expect(memory.kind(pathOf(packets[0]))).toBe('file');
  });

  it('keeps what was written when it is pulled out right afterwards', () => {
    const memory = blank();
    write(memory, packets[0]);
    memory.crash('nothing');
    expect(memory.readFile(pathOf(packets[0]))).toEqual(packets[0]);
  });

  it('is written to also where its folders cannot be synced', () => {
    const memory = blank();
    const fs: FileSystem = {
      ...memory,
      syncDirectory: (path) => {
        throw new FileError('EINVAL', 'syncDirectory', path);
      },
    };
    expect(write(fs, packets[0])).toBe('written');
  });

  it('shows names in upper case and they mean the same, on FAT and elsewhere', () => {
    for (const ignoreCase of [true, false]) {
      const memory = blank({ ignoreCase });
      const upper = `/stick/CONCLAVE/${folder.toUpperCase()}/${nameOf(packets[0]).toUpperCase()}`;
      memory.put(upper, packets[0]);
      memory.put('/stick/CONCLAVE/ALICE.CARD', text('card'));
      expect(write(memory, packets[0])).toBe(ignoreCase ? 'there' : 'written');
      write(memory, packets[1]);
      const found = read(memory);
      expect(found.ceremonies.get(folder)).toHaveLength(2);
      expect(found.ceremonies.size).toBe(1);
      expect(found.others.map(({ name }) => name)).toEqual(['ALICE.CARD']);
      expect(found.rejected).toEqual([]);
    }
  });

  it('takes only names that every stick can hold', () => {
    const stick = { path: '/stick' };
    const bad = ['../x.card', 'a/b.card', 'x', 'con.card', 'LPT1.proposal', '.card', '.x.card', 'a..card', 'ä.card'];
    for (const name of [...bad, 'a b.card', 'a\n.card', `${'a'.repeat(100)}.card`, 'x.packet', 'x.card.']) {
      expect(
        code(() => writeNamed(blank(), stick, name, text('x'))),
        name,
      ).toBe('STICK_NAME');
    }
    expect(writeNamed(blank(), stick, 'Console_1-a.b.card', text('x'))).toBe('written');
  });
});

describe('row 24: what somebody put on a stick', () => {
  function hostile(put: (memory: MemoryFileSystem) => void, bounds = stickBounds) {
    const memory = blank();
    write(memory, packets[0]);
    put(memory);
    const before = memory.files();
    const found = read(memory, bounds);
    expect(memory.files()).toEqual(before);
    return { ...found, good: found.ceremonies.get(folder)?.length };
  }
  const inFolder = `/stick/conclave/${folder}`;

  it('is refused when its content does not have the hash in its name', () => {
    const found = hostile((memory) => memory.put(pathOf(packets[1]), text('second packex')));
    expect(found.rejected).toEqual([
      { file: `conclave/${folder}/${nameOf(packets[1])}`, reason: expect.stringContaining('damaged') },
    ]);
    expect(found.good).toBe(1);
  });

  it('is refused when it is a link, a pipe or a device, wherever it is', () => {
    const places = [
      pathOf(packets[1]),
      `${inFolder}/x.part`,
      '/stick/conclave/x.card',
      '/stick/conclave/0123456789abcdef',
    ];
    for (const place of places) {
      const found = hostile((memory) => memory.putOther(place));
      expect(found.rejected).toEqual([
        { file: place.slice('/stick/'.length), reason: expect.stringContaining('not followed') },
      ]);
      expect(found.good).toBe(1);
    }
  });

  it('is refused when conclave itself is a link or a file', () => {
    const memory = blank();
    memory.putOther('/stick/conclave');
    expect(read(memory).rejected).toEqual([{ file: 'conclave', reason: expect.stringContaining('not followed') }]);
    expect(code(() => write(memory, packets[0]))).toBe('STICK_BLOCKED');
    memory.put('/stick/conclave', text('x'));
    expect(read(memory).rejected).toHaveLength(1);
    expect(code(() => write(memory, packets[0]))).toBe('STICK_BLOCKED');
  });

  it('is refused when a folder is in the wrong place', () => {
    for (const place of [
      `${inFolder}/nested`,
      `${inFolder}/x.packet`,
      '/stick/conclave/photos',
      '/stick/conclave/x.card',
    ]) {
      const found = hostile((memory) => memory.put(`${place}/${nameOf(packets[1])}`, packets[1]));
      expect(found.rejected).toEqual([
        { file: place.slice('/stick/'.length), reason: expect.stringContaining('a folder') },
      ]);
      expect(found.good).toBe(1);
    }
    const memory = blank();
    memory.putFolder(pathOf(packets[0]));
    expect(code(() => write(memory, packets[0]))).toBe('STICK_BLOCKED');
  });

  it('is refused when it is too large, before it is read', () => {
    const memory = blank();
    memory.put(pathOf(packets[1]), new Uint8Array(101));
    memory.put(pathOf(packets[0]), packets[0]);
    const opened: string[] = [];
    const fs: FileSystem = {
      ...memory,
      readFile: (path, limit) => {
        opened.push(path);
        return memory.readFile(path, limit);
      },
    };
    const found = read(fs, { ...stickBounds, fileBytes: 100 });
    expect(found.rejected[0]?.reason).toContain('101 bytes');
    expect(opened).toEqual([pathOf(packets[0])]);
  });

  it('is refused when it grew since its size was asked', () => {
    const memory = blank();
    write(memory, packets[0]);
    const fs: FileSystem = { ...memory, size: () => 1 };
    expect(read(fs, { ...stickBounds, fileBytes: 5 }).rejected[0]?.reason).toContain('EFBIG');
    expect(read(fs, { ...stickBounds, totalBytes: 5 }).rejected[0]?.reason).toContain('EFBIG');
  });

  it('is refused from where all of it together is too much', () => {
    const found = hostile(
      (memory) => {
        for (const bytes of packets) memory.put(pathOf(bytes), bytes);
      },
      { ...stickBounds, totalBytes: 26 },
    );
    expect(found.good).toBe(2);
    expect(found.rejected).toMatchObject([{ reason: 'not read: more than 26 bytes on the stick' }]);
  });

  it('is refused as a whole folder when there are too many files in it, and others are read', () => {
    const found = hostile(
      (memory) => {
        for (let i = 0; i < 6; i++) memory.put(`/stick/conclave/0123456789abcdef/${i}`, text('x'));
      },
      { ...stickBounds, folderFiles: 5 },
    );
    expect(found.rejected).toEqual([
      { file: 'conclave/0123456789abcdef', reason: 'not read: more than 5 files in one folder' },
    ]);
    expect(found.good).toBe(1);
  });

  it('is refused when there are too many files in all', () => {
    const found = hostile(
      (memory) => {
        for (let i = 0; i < 4; i++) memory.put(`/stick/conclave/fedcba987654321${i}/x`, text('x'));
      },
      { ...stickBounds, totalFiles: 7 },
    );
    expect(found.rejected.map(({ file }) => file)).toEqual([1, 2, 3].map((n) => `conclave/fedcba987654321${n}`));
    expect(found.rejected[0]?.reason).toBe('not read: more than 7 files on the stick');
    expect(found.good).toBe(1);
  });

  it('is listed and left alone when it is somebody else', () => {
    const found = hostile((memory) => {
      memory.put('/stick/holiday.jpg', text('x'));
      memory.put('/stick/photos/1.jpg', text('x'));
      memory.put('/stick/conclave/read me.txt', text('x'));
      memory.put(`${inFolder}/._${nameOf(packets[0])}x`, text('x'));
    });
    expect(found.foreign).toEqual([
      `conclave/${folder}/._${nameOf(packets[0])}x`,
      'conclave/read me.txt',
      'holiday.jpg',
      'photos/',
    ]);
    expect(found.rejected).toEqual([]);
  });

  it('does not hide the packets by its mere number', () => {
    const memory = blank();
    for (let i = 0; i < 5; i++) memory.put(`/stick/${i}`, text('x'));
    write(memory, packets[0]);
    const found = read(memory, { ...stickBounds, folderFiles: 3 });
    expect(found.ceremonies.get(folder)).toHaveLength(1);
    expect(found.foreign).toEqual(['0', '1', '2']);
  });

  it('is no packet when it was not finished', () => {
    const found = hostile((memory) => {
      memory.put(`${pathOf(packets[1])}.part`, packets[1]);
      memory.put('/stick/conclave/bob.card.PART', text('x'));
    });
    expect(found.leftovers).toEqual([`conclave/${folder}/${nameOf(packets[1])}.part`, 'conclave/bob.card.PART']);
    expect(found.good).toBe(1);
    expect(found.others).toEqual([]);
  });

  it('is refused when it is a packet in the wrong place or of a wrong name', () => {
    const found = hostile((memory) => {
      memory.put(`/stick/conclave/${nameOf(packets[1])}`, packets[1]);
      memory.put(`${inFolder}/share.packet`, packets[1]);
      memory.put(`${inFolder}/${nameOf(packets[1]).slice(2)}`, packets[1]);
    });
    expect(found.rejected).toHaveLength(3);
    expect(found.good).toBe(1);
  });

  it('cannot write to the terminal by its name', () => {
    const nasty = ['\u001b[2J', 'a\nb', '\u202ecod', '\u0085', '\\u{1b}', '\u200b', 'x'.repeat(250)];
    const found = hostile((memory) => {
      for (const name of nasty) {
        memory.put(`/stick/conclave/${name}.card`, text('x'));
        memory.put(`/stick/${name}`, text('x'));
        memory.put(`${inFolder}/${name}.part`, text('x'));
      }
    });
    expect(found.others).toEqual([]);
    expect(found.rejected).toHaveLength(nasty.length);
    const shown = [...found.rejected.map(({ file }) => file), ...found.foreign, ...found.leftovers];
    expect(shown).toHaveLength(3 * nasty.length);
    for (const name of shown) expect(name).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    for (const name of shown) expect(name.length).toBeLessThan(220);
  });

  it('costs only itself when it cannot be read', () => {
    const memory = blank();
    for (const bytes of packets) write(memory, bytes);
    const fs: FileSystem = {
      ...memory,
      readFile: (path, limit) => {
        if (path === pathOf(packets[1])) throw new FileError('EIO', 'readFile', path);
        return memory.readFile(path, limit);
      },
    };
    const found = read(fs);
    expect(found.ceremonies.get(folder)).toHaveLength(2);
    expect(found.rejected).toMatchObject([{ reason: 'could not be read (EIO)' }]);
    expect(write(fs, packets[1])).toBe('written'); // what cannot be read is written anew
  });
});

describe('a stick that fails', () => {
  function all(fs: FileSystem) {
    for (const bytes of packets) write(fs, bytes);
    writeNamed(fs, openStick(fs, '/stick'), 'alice.card', text('card'));
    return read(fs);
  }
  const counted = (count: 'changes' | 'all') => {
    const faulty = faultyFileSystem(blank(), { at: Number.POSITIVE_INFINITY, fault: 'kill', count });
    all(faulty);
    return faulty.operations;
  };
  const finished = all(blank());

  it.each([
    ['ENOSPC', 'STICK_FULL'],
    ['EDQUOT', 'STICK_FULL'],
    ['EROFS', 'STICK_READ_ONLY'],
    ['EACCES', 'STICK_DENIED'],
    ['EIO', 'STICK_GONE'],
    ['EWEIRD', 'STICK_GONE'],
  ] as const)('with %s says %s at every place, and all is well afterwards', (fault, expected) => {
    const places = counted('changes').length;
    expect(places).toBeGreaterThan(20);
    for (let at = 1; at <= places; at++) {
      for (const lasting of [true, false]) {
        const memory = blank();
        const found = problem(() => all(faultyFileSystem(memory, { at, fault, lasting })));
        expect(found.code).toBe(expected);
        expect(`${found.message}${found.hint}`).not.toMatch(/ E(NOSPC|ROFS|ACCES|IO|DQUOT)/);
        expect(all(memory)).toEqual(finished);
      }
    }
  });

  it('or is pulled out at any moment gives no half packet, and what was lost is written again', () => {
    const operations = counted('all').length;
    for (let at = 1; at <= operations; at++) {
      for (const kept of ['nothing', 'names'] as const) {
        const memory = blank();
        const pulled = faultyFileSystem(memory, { at, fault: 'pulled', count: 'all' });
        expect(
          code(() => all(pulled)),
          `${at}`,
        ).toMatch(/^STICK_GONE$/);
        memory.crash(kept);
        expect(read(memory).rejected).toEqual([]);
        expect(all(memory)).toEqual(finished);
      }
    }
  });

  it('or a power cut at any write gives no half packet', () => {
    for (let at = 1; at <= counted('changes').length; at++) {
      for (const fault of ['kill', 'torn'] as const) {
        const memory = blank();
        expect(() => all(faultyFileSystem(memory, { at, fault }))).toThrow(PowerCut);
        memory.crash('names');
        const found = read(memory);
        expect(found.rejected).toEqual([]);
        for (const { bytes } of found.ceremonies.get(folder) ?? []) expect(packets).toContainEqual(bytes);
        expect(all(memory)).toEqual(finished);
      }
    }
  });

  it('or is unmounted while it is read is gone, not empty', () => {
    const memory = blank();
    for (const bytes of packets) write(memory, bytes);
    let mounted: FileSystem = memory;
    const fs = new Proxy(memory, { get: (_, name: keyof FileSystem) => mounted[name] });
    const stick = openStick(fs, '/stick');
    const unmounting: FileSystem = {
      ...memory,
      readFile: (path) => {
        mounted = blank();
        throw new FileError('ENOENT', 'readFile', path);
      },
    };
    mounted = unmounting;
    expect(code(() => readStick(fs, stick))).toBe('STICK_GONE');
    expect(code(() => writePacket(memoryFileSystem(), stick, ceremony, packets[0]))).toBe('STICK_GONE');
  });
});

describe('suggestions', () => {
  it('are what is mounted where media are mounted', () => {
    const memory = memoryFileSystem();
    for (const path of [
      '/media/alice/A B',
      '/media/alice/not mounted',
      '/run/media/alice/C',
      '/media/cdrom',
      '/media/bob',
    ])
      memory.putFolder(path);
    memory.putOther('/media/alice/link');
    memory.put(
      '/proc/self/mounts',
      text('/dev/sdb1 /media/alice/A\\040B vfat rw 0 0\n/dev/sdc /run/media/alice/C ext4\n'),
    );
    expect(suggestSticks(memory, 'linux', 'alice')).toEqual(['/media/alice/A B', '/run/media/alice/C']);
    expect(suggestSticks(memory, 'linux', '../..')).toEqual([]);
    expect(suggestSticks(memory, 'win32', 'alice')).toEqual([]);
  });

  it('are all folders there when the system does not say what is mounted', () => {
    const memory = memoryFileSystem();
    for (const path of ['/media/alice/A', '/media/usb', '/Volumes/STICK']) memory.putFolder(path);
    memory.putOther('/Volumes/Macintosh HD');
    expect(suggestSticks(memory, 'linux', 'alice')).toEqual(['/media/alice/A', '/media/usb']);
    expect(suggestSticks(memory, 'darwin', 'alice')).toEqual(['/Volumes/STICK']);
    expect(suggestSticks(memoryFileSystem(), 'linux', 'alice')).toEqual([]);
  });
});

describe('a real folder as a stick', () => {
  let place = '';
  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'conclave-stick-'));
  });
  afterEach(() => {
    rmSync(place, { recursive: true, force: true });
  });

  it('with links, pipes and a file of a gigabyte is read without following, waiting or running out of memory', () => {
    const fs = nodeFileSystem;
    const stick = openStick(fs, place);
    expect(writePacket(fs, stick, ceremony, packets[0])).toBe('written');
    expect(writePacket(fs, stick, ceremony, packets[0])).toBe('there');
    const inside = join(place, 'conclave', folder);
    const secret = join(place, 'secret');
    writeFileSync(secret, packets[1]);
    symlinkSync(secret, join(inside, nameOf(packets[1])));
    execFileSync('mkfifo', [join(inside, nameOf(packets[2])), join(place, 'conclave', 'pipe.card')]);
    symlinkSync(inside, join(place, 'conclave', '0123456789abcdef'));
    mkdirSync(join(inside, 'nested'));
    writeFileSync(join(inside, `${'0'.repeat(64)}.packet`), '');
    truncateSync(join(inside, `${'0'.repeat(64)}.packet`), 2 ** 30);
    const found = readStick(fs, stick);
    expect([...found.ceremonies]).toEqual([[folder, [{ hash: toHex(fileHash(packets[0])), bytes: packets[0] }]]]);
    expect(found.rejected).toHaveLength(6);
    expect(found.others).toEqual([]);
    expect(found.foreign).toEqual(['secret']);
  });

  it('may be named through a link', () => {
    mkdirSync(join(place, 'usb0'));
    symlinkSync(join(place, 'usb0'), join(place, 'usb'));
    expect(openStick(nodeFileSystem, join(place, 'usb')).path).toMatch(/usb0$/);
  });
});
