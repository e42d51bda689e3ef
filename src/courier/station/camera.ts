/* Where pictures come from in a browser: a camera, a video, a photograph. */

const widest = 4096;
/** What cameras of laptops and phones give quickly, and enough for any code of ours. */
const wished = { width: { ideal: 1280 }, height: { ideal: 720 } };

/** The pixels of what a canvas can draw, smaller where it is larger than any code needs. */
export function pixelsOf(
  canvas: HTMLCanvasElement,
  source: CanvasImageSource,
  width: number,
  height: number,
): ImageData {
  const scale = Math.min(1, widest / Math.max(width, height, 1));
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const pen = canvas.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D;
  pen.drawImage(source, 0, 0, canvas.width, canvas.height);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

/** A camera of this machine, or why there is none. The first time any one that looks away from the screen. */
export async function openCamera(device: string): Promise<MediaStream | string> {
  const { mediaDevices } = navigator as { mediaDevices?: MediaDevices };
  if (mediaDevices === undefined) return noCamera('this browser lets no page from a file look through a camera');
  const which = device === '' ? { facingMode: { ideal: 'environment' } } : { deviceId: { exact: device } };
  try {
    return await mediaDevices.getUserMedia({ video: { ...wished, ...which }, audio: false });
  } catch (error) {
    const { name } = error as DOMException;
    return noCamera(refusals[name] ?? `the camera does not start (${name})`);
  }
}

const refusals: Readonly<Record<string, string>> = {
  NotAllowedError: 'the browser, or whoever sits at it, did not allow the camera',
  NotFoundError: 'there is no camera here',
  NotReadableError: 'the camera is in use by another program, or broken',
  OverconstrainedError: 'this camera is not there any more',
};

const noCamera = (why: string): string =>
  `${why}. Photographs and videos of the codes will do: choose them beside the button for the camera.`;

export async function camerasHere(): Promise<readonly { readonly id: string; readonly label: string }[]> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices
    .filter(({ kind }) => kind === 'videoinput')
    .map(({ deviceId, label }, at) => ({ id: deviceId, label: label === '' ? `camera ${at + 1}` : label }));
}

/** The next picture of what plays; false at its end. */
export function nextPicture(video: HTMLVideoElement): Promise<boolean> {
  return new Promise((resolve) => {
    if (video.ended || video.error !== null) resolve(false);
    video.onended = () => resolve(false);
    video.onerror = () => resolve(false);
    if ('requestVideoFrameCallback' in video) video.requestVideoFrameCallback(() => resolve(true));
    else requestAnimationFrame(() => resolve(true));
  });
}
