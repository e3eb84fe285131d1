/** `40 ms`, `1.2 s`, `34 s`, `2 min 5 s`, `3 h 10 min`. */
export function describeDuration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 9_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** How long it is since `sinceMs` in whole seconds, so that a line that is redrawn stays calm: `0 s`, `34 s`. */
export function describeElapsed(sinceMs: number): string {
  const seconds = Math.floor((Date.now() - sinceMs) / 1_000);
  return seconds < 10 ? `${seconds} s` : describeDuration(seconds * 1_000);
}

/** `812 bytes`, `64 kB`, `491 MB`, `1.1 GB`. */
export function describeBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  if (bytes < 1e6) return `${Math.round(bytes / 1e3)} kB`;
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** How far a download is: `120 of 491 MB (24 %)`. */
export function describeReceived(receivedBytes: number, totalBytes: number): string {
  if (totalBytes <= 0) return describeBytes(receivedBytes);
  const percent = Math.floor((receivedBytes / totalBytes) * 100);
  return `${Math.round(receivedBytes / 1e6)} of ${Math.round(totalBytes / 1e6)} MB (${percent} %)`;
}

/** `1 step`, `3 steps`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** `2026-03-01 14:05:09`, in the time of this computer. */
export function describeInstant(iso: string): string {
  const at = new Date(iso);
  const two = (number: number) => String(number).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}
