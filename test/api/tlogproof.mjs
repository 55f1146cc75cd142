// A verifier of .tlog-proof files, written from the specifications alone: C2SP tlog-proof, signed-note and tlog-checkpoint, RFC 6962.
// It knows nothing of the server but the verifier key, "name+key id+base64(1 || Ed25519 public key)".
import { createHash, createPublicKey, verify } from 'node:crypto';

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const leafHash = (entry) => sha256(Buffer.of(0), entry);
const nodeHash = (left, right) => sha256(Buffer.of(1), left, right);

function refuse(condition, why) {
	if (!condition)
		throw new Error(`not proven: ${why}`);
}

function base64(text) {
	const bytes = Buffer.from(text, 'base64');
	refuse(bytes.toString('base64') === text, 'base64 is as RFC 4648, section 4, writes it');
	return bytes;
}

function decimal(text) {
	refuse(/^(0|[1-9]\d{0,15})$/.test(text), `a number: ${text}`);
	return Number(text);
}

export function readKey(vkey) {
	const found = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(vkey);
	refuse(found, 'a verifier key');
	const bytes = base64(found[3]);
	refuse(bytes.length === 33 && bytes[0] === 1, 'an Ed25519 key');
	const id = sha256(`${found[1]}\n`, bytes).subarray(0, 4);
	refuse(id.toString('hex') === found[2], 'the key id belongs to the key');
	const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), bytes.subarray(1)]);
	return { name: found[1], id, key: createPublicKey({ key: der, format: 'der', type: 'spki' }) };
}

// signed-note: text, an empty line, signature lines.
function openNote(note, trusted) {
	const split = note.lastIndexOf('\n\n');
	refuse(split >= 0 && note.endsWith('\n'), 'a note has text and signatures');
	const text = note.slice(0, split + 1);
	let good = 0;
	for (const line of note.slice(split + 2, -1).split('\n')) {
		const found = /^— ([^+\s]+) (\S+)$/.exec(line);
		refuse(found, 'a signature line');
		const bytes = base64(found[2]);
		refuse(bytes.length > 4, 'a signature has a key id');
		if (found[1] !== trusted.name || !bytes.subarray(0, 4).equals(trusted.id))
			continue;
		refuse(verify(null, Buffer.from(text), trusted.key, bytes.subarray(4)), 'the known key has signed this text');
		good++;
	}
	refuse(good > 0, 'the log itself has signed');
	return text;
}

// The root that RFC 6962's audit path leads to: the recursion of section 2.1.1, backwards.
function rootFrom(index, size, leaf, path) {
	if (size === 1) {
		refuse(path.length === 0, 'the path ends at the leaf');
		return leaf;
	}
	refuse(path.length > 0, 'the path reaches the leaf');
	let half = 1;
	while (half * 2 < size)
		half *= 2;
	const sibling = path.at(-1);
	return index < half ?
		nodeHash(rootFrom(index, half, leaf, path.slice(0, -1)), sibling) :
		nodeHash(sibling, rootFrom(index - half, size - half, leaf, path.slice(0, -1)));
}

/*
 * Throws unless `text` proves that `entry` (default: the extra data, which by itself is not trusted) stands in the log of vkey.
 * → {index, size, entry}
 */
export function verifyProof(text, vkey, entry) {
	const trusted = readKey(vkey);
	const head = text.indexOf('\n\n');
	refuse(head > 0, 'an empty line before the checkpoint');
	const lines = text.slice(0, head).split('\n');
	refuse(lines.shift() === 'c2sp.org/tlog-proof@v1', 'the first line');
	const extra = lines[0]?.startsWith('extra ') ? base64(lines.shift().slice(6)) : undefined;
	refuse(lines[0]?.startsWith('index '), 'the index line');
	const index = decimal(lines.shift().slice(6));
	const path = lines.map((line) => base64(line));
	refuse(path.length <= 64 && path.every((hash) => hash.length === 32), 'a path of hashes');
	const [origin, size, root, ...rest] = openNote(text.slice(head + 2), trusted).split('\n');
	refuse(origin === trusted.name && rest.at(-1) === '', 'a checkpoint of this log');
	refuse(index < decimal(size), 'the entry is within the checkpoint');
	const leaf = entry ?? extra;
	refuse(leaf !== undefined, 'an entry');
	refuse(rootFrom(index, decimal(size), leafHash(leaf), path).equals(base64(root)), 'the path leads to the root');
	return { index, size: decimal(size), entry: leaf };
}
