// ClamAV's daemon for tests: a configuration and a database of its own, which holds one signature, that of the test file of the industry.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

// In two pieces, so that no scanner stumbles over this source.
export const eicar = Buffer.from(['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-', 'STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join(''));

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

export class Clamd {
	constructor() {
		this.dir = mkdtempSync(path.join(tmpdir(), 'sekimori-clamd-'));
		this.folder = path.join(this.dir, 'run');
		this.socket = path.join(this.folder, 'clamd.ctl');
		mkdirSync(path.join(this.dir, 'db'));
		mkdirSync(this.folder);
		chmodSync(this.dir, 0o755); // the scan process has a user of its own
		writeFileSync(path.join(this.dir, 'db/local.ndb'), `EICAR.Test:0:0:${eicar.toString('hex')}\n`);
		writeFileSync(path.join(this.dir, 'clamd.conf'),
			[`DatabaseDirectory ${this.dir}/db`, `LocalSocket ${this.socket}`, 'LocalSocketMode 666', 'Foreground yes', 'StreamMaxLength 20M', 'FixStaleSocket yes', ''].join('\n'));
	}

	static installed() {
		return existsSync('/usr/sbin/clamd');
	}

	async start() {
		this.child = spawn('/usr/sbin/clamd', ['-c', path.join(this.dir, 'clamd.conf')], { stdio: 'ignore' });
		this.ended = new Promise((done) => this.child.once('exit', done));
		for (let i = 0; i < 600; i++) {
			if (await this.answers()) return this;
			await pause(50);
		}
		throw new Error('clamd does not answer');
	}

	answers() {
		return new Promise((done) => {
			const socket = net.connect(this.socket);
			socket.once('error', () => done(false));
			socket.once('data', (data) => { socket.destroy(); done(data.toString() === 'PONG\0'); });
			socket.once('connect', () => socket.write('zPING\0'));
		});
	}

	hold() { this.child.kill('SIGSTOP'); }
	release() { this.child.kill('SIGCONT'); }

	async stop() {
		if (!this.child) return;
		this.child.kill('SIGKILL');
		await this.ended;
		this.child = undefined;
		rmSync(this.socket, { force: true });
	}

	async remove() {
		await this.stop();
		rmSync(this.dir, { recursive: true, force: true });
	}
}
