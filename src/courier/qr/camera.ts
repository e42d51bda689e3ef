import { spawn } from 'node:child_process';
import type { Pixels } from '../../media/qr/image-file.ts';
import { Problem } from '../../problem.ts';

/** Where moving pictures come from: a file, or a device of this machine. */
export type Footage = { readonly file: string } | { readonly device: string };

export interface CameraHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
}

/**
 * The pictures of a video or a camera, in gray, by ffmpeg, where that is installed. It gets no shell, no standard input
 * and no network: of protocols only files and its own pipe, and of formats only those of films, since playlists name other
 * files to open. What it writes is not believed further than any picture.
 */
export async function* pictures(footage: Footage, { env, platform }: CameraHost): AsyncGenerator<Pixels> {
  const child = spawn('ffmpeg', wordsFor(footage, platform), {
    env: { PATH: env.PATH ?? '' },
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString('latin1')).slice(-2000);
  });
  const failed = new Promise<NodeJS.ErrnoException | null>((resolve) => {
    child.on('error', resolve);
    child.on('close', () => resolve(null));
  });
  let count = 0;
  try {
    for await (const picture of grayMaps(child.stdout)) {
      count += 1;
      yield picture;
    }
    const error = await failed;
    if (error !== null) throw missing(error);
    const { exitCode } = child;
    if (count > 0 && exitCode === 0) return;
    const words = complaint.trim().split('\n').at(-1) ?? '';
    throw new Problem(
      'CAMERA_FAILED',
      count === 0 ? `ffmpeg gives no picture: ${words}` : `ffmpeg stopped after ${count} pictures: ${words}`,
      'file' in footage
        ? 'is it a video, and all of it?'
        : 'is the camera plugged in, and may this user look through it?',
    );
  } finally {
    child.kill('SIGKILL');
  }
}

function missing(error: NodeJS.ErrnoException): Problem {
  return new Problem(
    'CAMERA_FAILED',
    error.code === 'ENOENT' ? 'videos and cameras are read by ffmpeg, which is not there' : `ffmpeg: ${error.code}`,
    'install ffmpeg, or take photographs and name their folder',
  );
}

const films = 'mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,gif,mjpeg,yuv4mpegpipe';

function wordsFor(footage: Footage, platform: string): string[] {
  const quiet = ['-nostdin', '-hide_banner', '-loglevel', 'error', '-max_pixels', String(mostBytes)];
  const gray = ['-an', '-sn', '-dn', '-vf', 'format=gray', '-c:v', 'pgm', '-f', 'image2pipe', 'pipe:1'];
  if ('file' in footage) {
    const bounds = ['-protocol_whitelist', 'file,pipe', '-format_whitelist', films];
    return [...quiet, ...bounds, '-i', `file:${footage.file}`, ...gray];
  }
  const [format, device] =
    platform === 'darwin'
      ? ['avfoundation', footage.device]
      : platform === 'win32'
        ? ['dshow', `video=${footage.device}`]
        : ['v4l2', footage.device];
  return [...quiet, '-fflags', 'nobuffer', '-f', format, '-i', device, ...gray];
}

const mostBytes = 64_000_000; // a picture, as in media/qr/image-file.ts

/** Binary PGM, one behind the other: `P5`, width, height, 255, each behind a blank or a line feed, and the pixels. */
export async function* grayMaps(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Pixels> {
  let held: Uint8Array[] = [];
  let size = 0;
  let wanted = 0;
  for await (const chunk of chunks) {
    held.push(chunk);
    size += chunk.length;
    if (size < wanted) continue;
    let bytes: Uint8Array = Buffer.concat(held);
    for (;;) {
      const head = /^P5\s(\d{1,5})\s(\d{1,5})\s255\s/.exec(Buffer.from(bytes.subarray(0, 24)).toString('latin1'));
      if (head === null) {
        if (bytes.length >= 24) throw new Problem('CAMERA_FAILED', 'what ffmpeg writes is no picture');
        wanted = bytes.length + 1;
        break;
      }
      const [width, height] = [Number(head[1]), Number(head[2])];
      if (width * height === 0 || width * height > mostBytes)
        throw new Problem('CAMERA_FAILED', `a video of ${width} × ${height} pixels is not read`);
      wanted = head[0].length + width * height;
      if (bytes.length < wanted) break;
      yield { width, height, gray: bytes.subarray(head[0].length, wanted) };
      bytes = bytes.subarray(wanted);
      if (bytes.length === 0) {
        wanted = 0;
        break;
      }
    }
    held = bytes.length === 0 ? [] : [bytes];
    size = bytes.length;
  }
}
