// The second factors of the demonstration's accounts, for whoever signs in as them: each code once, never waiting for the next.
//
// Of the two steps that the server accepts the current one is used, and only if no sign-in has used it; otherwise a recovery code,
// which whoever signed in has fetched for the next ones. What has been used stands in a file that processes share.
import { createHmac } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export function unBase32(text) {
  const bits = [...text].map((letter) => BASE32.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

export const stepNow = () => Math.floor(Date.now() / 30_000);

// RFC 6238 with SHA-256, six digits and 30 s.
export function totp(secret, step = stepNow()) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha256', unBase32(secret)).update(counter).digest();
  const number = mac.readUInt32BE(mac[mac.length - 1] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

const pause = (milliseconds) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);

export class Codes {
  constructor(file) {
    this.file = file;
  }

  // Reads, changes and writes the file while nobody else does.
  #change(login, change) {
    const lock = `${this.file}.lock`;
    for (;;) {
      try {
        writeFileSync(lock, String(process.pid), { flag: 'wx' });
        break;
      } catch (trouble) {
        if (trouble.code !== 'EEXIST') throw trouble;
      }
      let holder = 0;
      try {
        holder = Number(readFileSync(lock, 'utf8'));
      } catch {} // given back just now
      if (holder && !existsSync(`/proc/${holder}`)) rmSync(lock, { force: true });
      pause(2);
    }
    try {
      const all = existsSync(this.file) ? JSON.parse(readFileSync(this.file, 'utf8')) : {};
      all[login] ??= { step: 0, codes: [] };
      const result = change(all[login]);
      writeFileSync(`${this.file}.new`, JSON.stringify(all), { mode: 0o600 });
      renameSync(`${this.file}.new`, this.file);
      return result;
    } finally {
      rmSync(lock, { force: true });
    }
  }

  // A code that nobody has used; undefined for accounts without a second factor.
  take(account) {
    if (!account.totp_secret) return undefined;
    return this.#change(account.login, (known) => {
      const step = stepNow();
      if (step > known.step) {
        known.step = step;
        return totp(account.totp_secret, step);
      }
      if (known.codes.length === 0) throw new Error(`no code is left for ${account.login}`);
      return known.codes.pop();
    });
  }

  // Are new recovery codes wanted before the account signs in again?
  wanting(account) {
    return Boolean(account.totp_secret) && this.#change(account.login, (known) => known.codes.length < 2);
  }

  put(account, codes) {
    this.#change(account.login, (known) => {
      known.codes = [...codes];
    });
  }

  // The recovery codes that are left.
  known(account) {
    return this.#change(account.login, (known) => known.codes);
  }

  // Members of a sign-in's body.
  proof(account) {
    const code = this.take(account);
    return { login: account.login, password: account.password, ...(code && { totp: code }) };
  }
}
