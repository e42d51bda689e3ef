/**
 * SIGUSR1 opens the inspector on Node 20 unless somebody listens to it (row 25): a debugger would read every secret
 * of this process. There is no switch for that yet, so it is listened to, and nothing happens.
 */
export function guardProcess(host: Pick<NodeJS.Process, 'on'>): void {
  host.on('SIGUSR1', () => undefined);
}
