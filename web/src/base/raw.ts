/* Bytes and how they are written: base64, hexadecimal digits, and our own ids. */

export type Raw = Uint8Array<ArrayBuffer>;

/* Null when it is not base64 as RFC 4648, section 4, writes it. */
export function fromBase64(text: string): Raw | null {
  try {
    const raw = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
    return toBase64(raw) === text ? raw : null;
  } catch {
    return null;
  }
}

export function toBase64(raw: Raw): string {
  let signs = '';
  for (const byte of raw) signs += String.fromCharCode(byte);
  return btoa(signs);
}

export const toHex = (raw: Raw): string => Array.from(raw, (byte) => byte.toString(16).padStart(2, '0')).join('');

export const same = (a: Raw, b: Raw): boolean => a.length === b.length && a.every((byte, at) => byte === b[at]);

export function join(...parts: readonly Raw[]): Raw {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';

/* 16 bytes as 26 digits of five bits, the first of three; all zeroes name nothing. */
export function idOf(raw: Raw): string | null {
  if (raw.every((byte) => byte === 0)) return null;
  const bits = Array.from(raw, (byte) => byte.toString(2).padStart(8, '0')).join('').padStart(130, '0');
  return (bits.match(/.{5}/g) ?? []).map((five) => DIGITS[Number.parseInt(five, 2)]).join('');
}
