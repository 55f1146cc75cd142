// A ledger that lies: entries of a real one, its own key, and whatever has been done to them. Serves what a witness asks for.
import { createHash, createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';

export const sha = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
export const leafHash = (entry) => sha(Buffer.from([0]), entry);
export const nodeHash = (left, right) => sha(Buffer.from([1]), left, right);

export function rootOf(hashes) {
	if (hashes.length === 0)
		return sha();
	if (hashes.length === 1)
		return hashes[0];
	const split = 2 ** Math.ceil(Math.log2(hashes.length) - 1);
	return nodeHash(rootOf(hashes.slice(0, split)), rootOf(hashes.slice(split)));
}

// RFC 6962, 2.1.2: from the first `from` of these hashes to all of them.
export function consistency(from, hashes) {
	const below = (m, part, whole) => {
		if (m === part.length)
			return whole ? [] : [rootOf(part)];
		const k = 2 ** Math.ceil(Math.log2(part.length) - 1);
		return m <= k ? [...below(m, part.slice(0, k), whole), rootOf(part.slice(k))] : [...below(m - k, part.slice(k), false), rootOf(part.slice(0, k))];
	};
	return from === 0 ? [] : below(from, hashes, true);
}

export class Key {
	constructor(name, type = 1) {
		this.name = name;
		this.type = type;
		this.secret = createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), randomBytes(32)]), format: 'der', type: 'pkcs8' });
		this.public = createPublicKey(this.secret).export({ format: 'der', type: 'spki' }).subarray(-32);
		this.id = sha(`${name}\n`, Buffer.from([type]), this.public).subarray(0, 4);
		this.vkey = `${name}+${this.id.toString('hex')}+${Buffer.concat([Buffer.from([type]), this.public]).toString('base64')}`;
	}

	line(text) {
		return `— ${this.name} ${Buffer.concat([this.id, sign(null, Buffer.from(text), this.secret)]).toString('base64')}\n`;
	}

	cosign(text, time = Math.floor(Date.now() / 1000)) {
		const at = Buffer.alloc(8);
		at.writeBigUInt64BE(BigInt(time));
		const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${time}\n${text}`), this.secret);
		return `— ${this.name} ${Buffer.concat([this.id, at, signature]).toString('base64')}\n`;
	}
}

export const textOf = (origin, hashes) => `${origin}\n${hashes.length}\n${rootOf(hashes).toString('base64')}\n`;

function numberOf(words) {
	return words.split('/').reduce((number, word) => number * 1000 + Number(word.replace(/^x/, '')), 0);
}

export class StandIn {
	static async start(folder) {
		const [key, certificate] = [path.join(folder, 'standin.key'), path.join(folder, 'standin.crt')];
		if (!fs.existsSync(certificate))
			execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=localhost',
				'-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate], { stdio: 'ignore' });
		const log = new StandIn();
		log.certificate = certificate;
		log.key = new Key('example.com/standin');
		log.entries = [];
		log.cosignatures = [];
		log.asked = [];
		log.hold = null;      // a path that gets no answer
		log.server = https.createServer({ key: fs.readFileSync(key), cert: fs.readFileSync(certificate) }, (request, response) => log.#take(request, response));
		await new Promise((done) => log.server.listen(0, 'localhost', done));
		log.url = `https://localhost:${log.server.address().port}/v1/ledger/standin`;
		return log;
	}

	// The honest state of these entries; `tiles` and `bundles` may be set apart afterwards.
	show(entries) {
		this.entries = entries;
		this.hashes = entries.map(leafHash);
		this.served = this.hashes;
		this.bundled = entries;
		const text = textOf(this.key.name, this.hashes);
		this.checkpoint = `${text}\n${this.key.line(text)}`;
	}

	stop() {
		this.server.closeAllConnections();
		return new Promise((done) => this.server.close(done));
	}

	#take(request, response) {
		const parts = [];
		request.on('data', (part) => parts.push(part));
		request.on('end', () => this.#answer(request, Buffer.concat(parts), (status, body, headers = {}) => {
			response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
			response.end(body);
		}));
	}

	#answer(request, body, reply) {
		const where = new URL(request.url, 'https://x').pathname.replace('/v1/ledger/standin', '');
		this.asked.push(where);
		if (this.hold !== null && where.startsWith(this.hold.path)) {
			this.hold.seen(body);
			return undefined;
		}
		if (where === '/checkpoint')
			return reply(200, this.checkpoint);
		if (where === '/cosignatures') {
			this.cosignatures.push(JSON.parse(body).checkpoint);
			return reply(204, '');
		}
		if (where === '/v1/session')
			return JSON.parse(body).password === 'right' ? reply(201, '{}', { 'set-cookie': '__Host-sid=standin.abcdefghijklmnopqrstuvwxyz; Secure' }) : reply(401, '{}');
		const tile = /^\/tile\/(0|entries)\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d+))?$/.exec(where);
		if (tile === null)
			return reply(404, '');
		const [number, width] = [numberOf(tile[2]), Number(tile[3] ?? 256)];
		const from = (list) => list.slice(number * 256, number * 256 + width);
		if (tile[1] === '0')
			return from(this.served).length === width ? reply(200, Buffer.concat(from(this.served))) : reply(404, '');
		if (!request.headers.authorization?.includes('standin.'))
			return reply(401, '{}');
		return from(this.bundled).length === width ? reply(200, Buffer.concat(from(this.bundled).flatMap((entry) => [Buffer.from([entry.length >> 8, entry.length & 255]), entry]))) : reply(404, '');
	}
}
