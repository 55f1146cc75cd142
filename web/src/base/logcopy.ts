/*
 * The whole ledger as one file: an archive in the layout of C2SP tlog-tiles, with the newest head, all heads, the key, and
 * how to check it. Fetched piece by piece; what has come is handed to the browser in parts, which keeps large ones on the
 * disk.
 *
 *   head, key and words ──▶ tiles of hashes, bundles of entries ──▶ heads ──▶ file
 */
import type { Client } from '../api/client';
import { readCopyPlan, readEntries, readHeads, readTile } from '../api/ledger';
import { readHead } from './merkle';
import type { Raw } from './raw';
import { join } from './raw';
import { padding, tarEnd, tarHead } from './tar';

const TILE = 256;
const AHEAD = 4; /* requests on their way at once */
const PART = 4 << 20; /* bytes gathered before the browser gets them */
const HEADS_LAST = 64 << 10; /* a shorter part of the heads is the last one; there are more with time */

/* More than that is for the witness's program, which goes on where it stopped. */
export const COPY_MAX = 2_000_000;

/* "x001/x234/067" */
function numberPath(number: number): string {
  const groups: string[] = [];
  for (let rest = number; groups.length === 0 || rest > 0; rest = Math.floor(rest / 1000)) {
    groups.unshift(String(rest % 1000).padStart(3, '0'));
  }
  return groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/');
}

export interface Piece {
  readonly tile: string; /* where it stands below tile/ */
  readonly bundle: string | null; /* of entries */
  readonly width: number;
}

/* All tiles and bundles of a tree of that size. */
export function piecesOf(size: number): readonly Piece[] {
  const pieces: Piece[] = [];
  for (let level = 0, count = size; count > 0; level++, count = Math.floor(count / TILE)) {
    for (let number = 0; number * TILE < count; number++) {
      const width = Math.min(TILE, count - number * TILE);
      const name = numberPath(number) + (width < TILE ? `.p/${width}` : '');
      pieces.push({ tile: `${level}/${name}`, bundle: null, width });
      if (level === 0) pieces.push({ tile: `entries/${name}`, bundle: name, width });
    }
  }
  return pieces;
}

/* How many whole entries, each behind its length; null when one is cut off. */
export function countEntries(raw: Raw): number | null {
  let count = 0;
  let at = 0;
  for (; at + 2 <= raw.length; count++) at += 2 + (((raw[at] ?? 0) << 8) | (raw[at + 1] ?? 0));
  return at === raw.length ? count : null;
}

/* What came is not what was asked for. */
export class Unlike extends Error {}

export interface Wanted {
  readonly client: Client;
  readonly log: string;
  readonly signal: AbortSignal;
  readonly told: (done: number, of: number) => void;
}

export async function copyLog({ client, log, signal, told }: Wanted): Promise<Blob> {
  const raw = async (call: Parameters<typeof client>[0]): Promise<Raw> => {
    const { blob } = (await client(call)) as { readonly blob: Blob };
    return new Uint8Array(await blob.arrayBuffer());
  };
  const bundle = async (name: string, width: number): Promise<Raw> => {
    let whole: Raw = new Uint8Array();
    for (let count = 0; count < width; ) {
      const part = await raw(readEntries(log, name, count, signal));
      const more = countEntries(part);
      if (!more || count + more > width) throw new Unlike();
      count += more;
      whole = join(whole, part);
    }
    return whole;
  };
  const fetchPiece = async (piece: Piece): Promise<Raw> => {
    if (piece.bundle !== null) return bundle(piece.bundle, piece.width);
    const tile = await raw(readTile(log, piece.tile, signal));
    if (tile.length !== piece.width * 32) throw new Unlike();
    return tile;
  };

  const plan = await client(readCopyPlan(log));
  const head = readHead(plan.files.find(({ name }) => name === 'checkpoint')?.text ?? '');
  if (!head || head.size !== plan.size || head.size > COPY_MAX) throw new Unlike();

  const at = new Date();
  const folder = `sekimori-${log}-${head.size}`;
  const parts: Blob[] = [];
  let gathered: Raw[] = [];
  let length = 0;
  const keep = (...pieces: readonly Raw[]) => {
    gathered.push(...pieces);
    length += pieces.reduce((sum, piece) => sum + piece.length, 0);
    if (length < PART) return;
    parts.push(new Blob(gathered));
    [gathered, length] = [[], 0];
  };
  const put = (name: string, content: Raw) =>
    keep(tarHead(`${folder}/${name}`, content.length, at), content, padding(content.length));

  const words = new TextEncoder();
  for (const { name, text } of plan.files) put(name, words.encode(text));

  const pieces = piecesOf(head.size);
  const coming: Promise<Raw>[] = [];
  for (const [index, { tile }] of pieces.entries()) {
    while (coming.length < AHEAD && index + coming.length < pieces.length) {
      const next = fetchPiece(pieces[index + coming.length] as Piece);
      next.catch(() => undefined); /* heard where it is waited for */
      coming.push(next);
    }
    put(`tile/${tile}`, await (coming.shift() as Promise<Raw>));
    told(index + 1, pieces.length);
  }

  let heads: Raw = new Uint8Array();
  for (let more = HEADS_LAST; more >= HEADS_LAST; ) {
    const part = await raw(readHeads(log, heads.length, signal));
    more = part.length;
    heads = join(heads, part);
  }
  put('heads', heads);
  keep(tarEnd());
  return new Blob([...parts, ...gathered], { type: 'application/x-tar' });
}
