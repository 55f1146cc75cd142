/* A tar archive (POSIX ustar), made piece by piece. */
import type { Raw } from './raw';

const BLOCK = 512;
const NAME_MAX = 100;
const encoder = new TextEncoder();

/* The head of a file; its content follows, filled up with `padding`. Names are short and of plain signs. */
export function tarHead(name: string, size: number, at: Date): Raw {
  const head = new Uint8Array(BLOCK);
  const put = (text: string, offset: number) => head.set(encoder.encode(text), offset);
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, '0');
  if (!/^[\x21-\x7e]+$/.test(name) || name.length > NAME_MAX) throw new RangeError(`no name for an archive: ${name}`);
  put(name, 0);
  put(`${octal(0o644, 7)}\0`, 100);
  put(`${octal(0, 7)}\0`, 108);
  put(`${octal(0, 7)}\0`, 116);
  put(`${octal(size, 11)}\0`, 124);
  put(`${octal(Math.floor(at.getTime() / 1000), 11)}\0`, 136);
  put('        ', 148);
  put('0', 156);
  put('ustar\x0000', 257);
  put(`${octal(head.reduce((sum, byte) => sum + byte, 0), 6)}\0 `, 148);
  return head;
}

export const padding = (size: number): Raw => new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK);

export const tarEnd = (): Raw => new Uint8Array(2 * BLOCK);
