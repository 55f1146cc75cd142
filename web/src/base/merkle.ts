/*
 * Checking the ledger with this device alone: hashes of RFC 6962, checkpoints and signed notes of C2SP. Nothing here asks
 * the server anything.
 */
import type { Raw } from './raw';
import { fromBase64, join, same, toHex } from './raw';

const LEAF = new Uint8Array([0]);
const NODE = new Uint8Array([1]);
const ED25519 = 1;
const PATH_MAX = 64;
const encoder = new TextEncoder();

const sha256 = async (...parts: readonly Raw[]): Promise<Raw> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', join(...parts)));

export const leafHash = (entry: Raw): Promise<Raw> => sha256(LEAF, entry);
const nodeHash = (left: Raw, right: Raw): Promise<Raw> => sha256(NODE, left, right);

/* The root that the path leads to (RFC 9162, section 2.1.3.2); null when the path does not fit index and size. */
export async function rootFrom(index: number, size: number, leaf: Raw, path: readonly Raw[]): Promise<Raw | null> {
  if (!(index >= 0 && index < size) || path.length > PATH_MAX) return null;
  let [node, last, root] = [index, size - 1, leaf];
  for (const hash of path) {
    if (last === 0) return null;
    if (node % 2 === 1 || node === last) {
      root = await nodeHash(hash, root);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else {
      root = await nodeHash(root, hash);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 ? root : null;
}

export interface Signature {
  readonly name: string;
  readonly id: string; /* eight hexadecimal digits */
  readonly bytes: Raw;
}

export interface Head {
  readonly origin: string;
  readonly size: number;
  readonly root: Raw;
  readonly text: string; /* what is signed */
  readonly signatures: readonly Signature[];
}

const SIZE = /^(0|[1-9]\d{0,15})$/;
const SIGNATURE = /^— (\S+) (\S+)$/;

function readSignature(line: string): Signature | null {
  const found = SIGNATURE.exec(line);
  const raw = fromBase64(found?.[2] ?? '');
  if (!found?.[1] || !raw || raw.length <= 4) return null;
  return { name: found[1], id: toHex(raw.slice(0, 4)), bytes: raw.slice(4) };
}

/* Null: not a checkpoint. Its signatures are not checked yet. */
export function readHead(note: string): Head | null {
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n')) return null;
  const text = note.slice(0, split + 1);
  const signatures = note.slice(split + 2, -1).split('\n').map(readSignature);
  const [origin, size, root] = text.split('\n');
  const raw = fromBase64(root ?? '');
  if (!origin || !SIZE.test(size ?? '') || raw?.length !== 32) return null;
  const known = signatures.filter((one) => one !== null);
  if (known.length !== signatures.length) return null;
  return { origin, size: Number(size), root: raw, text, signatures: known };
}

export interface Key {
  readonly name: string;
  readonly id: string;
  readonly raw: Raw;
}

const KEY = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/;

/* "name+key id+base64", as signed notes write the key of a log; null: not one of Ed25519, or its id is another key's. */
export async function readKey(text: string): Promise<Key | null> {
  const found = KEY.exec(text.trim());
  const raw = fromBase64(found?.[3] ?? '');
  if (!found?.[1] || !found[2] || raw?.length !== 33 || raw[0] !== ED25519) return null;
  const id = (await sha256(encoder.encode(`${found[1]}\n`), raw)).slice(0, 4);
  return toHex(id) === found[2] ? { name: found[1], id: found[2], raw: raw.slice(1) } : null;
}

/* Has this key signed the head? Null: the browser knows no Ed25519. */
export async function signedBy(head: Head, key: Key): Promise<boolean | null> {
  const mine = head.signatures.filter(({ name, id }) => name === key.name && id === key.id);
  if (mine.length === 0) return false;
  let known: CryptoKey;
  try {
    known = await crypto.subtle.importKey('raw', key.raw, { name: 'Ed25519' }, false, ['verify']);
  } catch {
    return null;
  }
  const signed = encoder.encode(head.text);
  for (const { bytes } of mine) if (!(await crypto.subtle.verify({ name: 'Ed25519' }, known, bytes, signed))) return false;
  return true;
}

/* What the proof of an entry consists of, as the server sends it. */
export interface Evidence {
  readonly leaf: string;
  readonly hashes: readonly string[];
  readonly checkpoint: string;
}

export const CHECKS = ['leaf', 'entry', 'path', 'signature'] as const;
export type Check = (typeof CHECKS)[number];

/* Null: could not be checked here. */
export interface Finding {
  readonly checks: Readonly<Record<Check, boolean | null>>;
  readonly leafHash: string | null;
  readonly root: string | null; /* that the path leads to */
  readonly head: Head | null;
}

/*
 * leaf       the entry can be read
 * entry      it says what is shown (`says`)
 * path       from its hash, the path leads to the root of the head
 * signature  the head is signed by the key
 */
export async function examine(index: number, evidence: Evidence, key: Key | null, says: (entry: Raw) => boolean | null): Promise<Finding> {
  const entry = fromBase64(evidence.leaf);
  const head = readHead(evidence.checkpoint);
  const path = evidence.hashes.map(fromBase64);
  const whole = path.filter((hash) => hash?.length === 32) as Raw[];
  const told = entry ? says(entry) : null;
  const leaf = entry ? await leafHash(entry) : null;
  const root = leaf && head && whole.length === path.length ? await rootFrom(index, head.size, leaf, whole) : null;
  return {
    checks: {
      leaf: told !== null,
      entry: told === true,
      path: root !== null && head !== null && same(root, head.root),
      signature: head && key && head.origin === key.name ? await signedBy(head, key) : false,
    },
    leafHash: leaf && toHex(leaf),
    root: root && toHex(root),
    head,
  };
}
