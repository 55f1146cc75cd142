/* A file the server made, handed to the person. */
import type { Saved } from '../api/client';

const KEEP_MS = 60_000; /* some browsers read it only after asking where to put it */

export function keepFile({ name, blob }: Saved): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), KEEP_MS);
}
