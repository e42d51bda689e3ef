/** A claimed time, as people read it. UTC, so that two machines print the same text from the same packets. */
export function claimedTime(seconds: number): string {
  const date = new Date(Math.min(seconds, 253_402_300_799) * 1000);
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
