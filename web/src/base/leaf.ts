/*
 * What an entry of the ledger says in clear, read from its own bytes: the server's description src/ledger/event.h,
 * version 1. What is sealed is left as it is.
 */
import type { Raw } from './raw';
import { idOf, toBase64 } from './raw';

export interface LeafRow {
  readonly entity: string;
  readonly id: string | null;
  readonly version: number;
  readonly before: string | null;
  readonly after: string | null;
}

export interface Leaf {
  readonly ms: number; /* since 1970, whole milliseconds */
  readonly operation: string;
  readonly outcome: number;
  readonly role: string;
  readonly actor: string | null;
  readonly request: string | null;
  readonly facility: string | null;
  readonly rule: string;
  readonly objects: readonly { readonly entity: string; readonly id: string | null }[];
  readonly rows: readonly LeafRow[];
  readonly sealed: number;
}

class Cut extends Error {}

function reader(raw: Raw) {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let at = 0;
  const take = (length: number): number => {
    if (at + length > raw.length) throw new Cut();
    at += length;
    return at - length;
  };
  const bytes = (length: number): Raw => raw.slice(take(length), at);
  const u8 = () => view.getUint8(take(1));
  return {
    u8,
    u16: () => view.getUint16(take(2)),
    u32: () => view.getUint32(take(4)),
    u64: () => view.getBigUint64(take(8)),
    bytes,
    text: () => decoder.decode(bytes(u8())),
    id: () => idOf(bytes(16)),
    left: () => raw.length - at,
  };
}

function digest(raw: Raw): string | null {
  return raw.every((byte) => byte === 0) ? null : toBase64(raw);
}

/* Null: not an entry as this version writes it. */
export function readLeaf(raw: Raw): Leaf | null {
  const from = reader(raw);
  try {
    if (from.u8() !== 1) return null;
    const head = {
      ms: Number(from.u64() / 1000n),
      operation: from.text(),
      outcome: from.u16(),
      role: from.text(),
      actor: from.id(),
      request: from.id(),
      facility: from.id(),
      rule: from.text(),
    };
    const objects = Array.from({ length: from.u8() }, () => ({ entity: from.text(), id: from.id() }));
    const rows = Array.from({ length: from.u16() }, () => ({
      entity: from.text(),
      id: from.id(),
      version: Number(from.u64()),
      before: digest(from.bytes(32)),
      after: digest(from.bytes(32)),
    }));
    const sealed = from.u32();
    from.bytes(sealed);
    return from.left() === 0 ? { ...head, objects, rows, sealed } : null;
  } catch (error) {
    if (error instanceof Cut || error instanceof TypeError) return null; /* TypeError: no UTF-8 */
    throw error;
  }
}
