// Goal: whatever a stranger sends, the door answers in its own words or not at all; and every answer carries its headers.
import assert from 'node:assert/strict';
import https from 'node:https';
import net from 'node:net';
import test from 'node:test';
import tls from 'node:tls';

const base = new URL(process.env.SEKIMORI_URL ?? 'https://localhost:8443');
const host = base.hostname;
const port = Number(base.port || 443);
const PATIENCE_MS = 20_000;
const AT_ONCE = 16;

function parse(bytes) {
  const text = bytes.toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return { status: 0, headers: {}, body: '' };
  const [line, ...fields] = text.slice(0, end).split('\r\n');
  const headers = {};
  for (const field of fields) {
    const colon = field.indexOf(':');
    headers[field.slice(0, colon).toLowerCase()] = field.slice(colon + 1).trim();
  }
  return { status: Number(line.split(' ')[1]), headers, body: bytes.subarray(end + 4).toString('utf8') };
}

/** Sends bytes and reads until the server closes, or until `enough` says so. */
function raw(bytes, { enough = () => false, options = {} } = {}) {
  return new Promise((resolve, reject) => {
    const pieces = [];
    const socket = tls.connect({ host, port, servername: 'localhost', rejectUnauthorized: false, ...options }, () => socket.write(bytes));
    const timer = setTimeout(() => finish(false), PATIENCE_MS);
    const finish = (closed) => {
      clearTimeout(timer);
      socket.destroy();
      const all = Buffer.concat(pieces);
      resolve({ ...parse(all), closed, raw: all });
    };
    socket.on('data', (piece) => {
      pieces.push(piece);
      if (enough(Buffer.concat(pieces))) finish(false);
    });
    socket.on('end', () => finish(true));
    socket.on('close', () => finish(true));
    socket.on('error', (error) => (pieces.length > 0 || error.code === 'ECONNRESET' ? finish(true) : (clearTimeout(timer), reject(error))));
  });
}

function ask(method, path, { headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const request = https.request({ host, port, method, path, headers, rejectUnauthorized: false, agent: false, timeout: PATIENCE_MS }, (reply) => {
      const pieces = [];
      reply.on('data', (piece) => pieces.push(piece));
      reply.on('end', () => {
        const bytes = Buffer.concat(pieces);
        resolve({ status: reply.statusCode, headers: reply.headers, bytes, body: bytes.toString('utf8') });
      });
    });
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', reject);
    request.end(body);
  });
}

async function inTurns(rows, act) {
  const left = [...rows];
  const worker = async () => {
    for (let row = left.shift(); row !== undefined; row = left.shift()) await act(row);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

const H = 'Host: localhost\r\n';
const GET = (line, fields = H) => `${line}\r\n${fields}\r\n`;
const FIELD = (field) => GET('GET /healthz HTTP/1.1', `${H}${field}\r\n`);
const POST = (fields, body = '') => `POST /v1/session HTTP/1.1\r\n${H}Content-Type: application/json\r\n${fields}\r\n${body}`;
const CHUNKED = (body) => POST('Transfer-Encoding: chunked\r\n', body);
const CL = (value) => POST(`Content-Length: ${value}\r\n`, '{}');
const TE = (value) => POST(`Transfer-Encoding: ${value}\r\n`, '2\r\n{}\r\n0\r\n\r\n');

/** name, bytes, status */
const anomalies = [
  // the request line
  ['empty line first', `\r\n${GET('GET /healthz HTTP/1.1')}`, 400],
  ['bare LF first', `\n${GET('GET /healthz HTTP/1.1')}`, 400],
  ['no version', GET('GET /healthz'), 400],
  ['HTTP/0.9', 'GET /healthz\r\n\r\n', 400],
  ['HTTP/1.0', GET('GET /healthz HTTP/1.0'), 400],
  ['HTTP/1.2', GET('GET /healthz HTTP/1.2'), 400],
  ['HTTP/2.0', GET('GET /healthz HTTP/2.0'), 400],
  ['HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ['HTTP/11', GET('GET /healthz HTTP/11'), 400],
  ['HTTP/1.10', GET('GET /healthz HTTP/1.10'), 400],
  ['http/1.1', GET('GET /healthz http/1.1'), 400],
  ['HTTP /1.1', GET('GET /healthz HTTP /1.1'), 400],
  ['version with tail', GET('GET /healthz HTTP/1.1x'), 400],
  ['space after version', GET('GET /healthz HTTP/1.1 '), 400],
  ['two spaces before target', GET('GET  /healthz HTTP/1.1'), 400],
  ['two spaces after target', GET('GET /healthz  HTTP/1.1'), 400],
  ['tab between words', GET('GET\t/healthz\tHTTP/1.1'), 400],
  ['space before method', GET(' GET /healthz HTTP/1.1'), 400],
  ['lower-case method', GET('get /healthz HTTP/1.1'), 400],
  ['method with digit', GET('GET1 /healthz HTTP/1.1'), 400],
  ['method with separator', GET('G@T /healthz HTTP/1.1'), 400],
  ['no method', GET(' /healthz HTTP/1.1'), 400],
  ['endless method', GET(`${'A'.repeat(500)} /healthz HTTP/1.1`), 400],
  ['unknown method', GET('BREW /healthz HTTP/1.1'), 405],
  ['CONNECT', GET('CONNECT localhost:443 HTTP/1.1'), 400],
  ['asterisk', GET('OPTIONS * HTTP/1.1'), 400],
  ['absolute form', GET('GET https://localhost/healthz HTTP/1.1'), 400],
  ['absolute form of another', GET('GET http://169.254.169.254/ HTTP/1.1'), 400],
  ['authority-like target', GET('GET //evil.example/healthz HTTP/1.1'), 400],
  ['relative target', GET('GET healthz HTTP/1.1'), 400],
  ['fragment', GET('GET /healthz#x HTTP/1.1'), 400],
  ['NUL in target', GET('GET /health\0z HTTP/1.1'), 400],
  ['%00 in target', GET('GET /healthz%00 HTTP/1.1'), 400],
  ['control byte in target', GET('GET /health\x01z HTTP/1.1'), 400],
  ['DEL in target', GET('GET /health\x7fz HTTP/1.1'), 400],
  ['raw byte above 127 in target', Buffer.from(GET('GET /health\xffz HTTP/1.1'), 'latin1'), 400],
  ['backslash in target', GET('GET /v1\\me HTTP/1.1'), 400],
  ['quote in target', GET('GET /"x" HTTP/1.1'), 400],
  ['angle bracket in target', GET('GET /<x> HTTP/1.1'), 400],
  ['broken percent', GET('GET /%zz HTTP/1.1'), 400],
  ['cut percent', GET('GET /healthz% HTTP/1.1'), 400],
  ['cut percent 2', GET('GET /healthz%4 HTTP/1.1'), 400],
  ['overlong UTF-8', GET('GET /%c0%af HTTP/1.1'), 400],
  ['lone continuation byte', GET('GET /%80 HTTP/1.1'), 400],
  ['encoded surrogate', GET('GET /%ed%a0%80 HTTP/1.1'), 400],
  ['encoded slash', GET('GET /v1%2Fme HTTP/1.1'), 400],
  ['encoded backslash', GET('GET /v1%5cme HTTP/1.1'), 400],
  ['encoded CR LF', GET('GET /v1/me%0d%0ax HTTP/1.1'), 400],
  ['dot-dot', GET('GET /assets/../index.html HTTP/1.1'), 400],
  ['dot', GET('GET /./index.html HTTP/1.1'), 400],
  ['encoded dot-dot', GET('GET /%2e%2e/etc/passwd HTTP/1.1'), 400],
  ['empty segment', GET('GET /v1//me HTTP/1.1'), 400],
  ['target of 2049', GET(`GET /${'a'.repeat(2048)} HTTP/1.1`), 414],
  ['target of 9000', GET(`GET /${'a'.repeat(9000)} HTTP/1.1`), 414],
  ['request line without an end', `GET /${'a'.repeat(20000)}`, 414],
  ['garbage', Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x0d, 0x0a]), 400],
  ['SSH', 'SSH-2.0-x\r\n\r\n', 400],
  // line ends
  ['bare LF everywhere', 'GET /healthz HTTP/1.1\nHost: localhost\n\n', 400],
  ['bare LF after request line', `GET /healthz HTTP/1.1\n${H}\r\n`, 400],
  ['bare LF after header', 'GET /healthz HTTP/1.1\r\nHost: localhost\n\r\n', 400],
  ['bare LF as last line', `GET /healthz HTTP/1.1\r\n${H}\n`, 400],
  ['bare CR in header', FIELD('X: a\rb'), 400],
  ['bare CR in request line', GET('GET /healthz\r HTTP/1.1'), 400],
  ['CR CR LF', 'GET /healthz HTTP/1.1\r\r\nHost: localhost\r\n\r\n', 400],
  // headers
  ['no Host', 'GET /healthz HTTP/1.1\r\nX: y\r\n\r\n', 400],
  ['no header at all', 'GET /healthz HTTP/1.1\r\n\r\n', 400],
  ['two Hosts', FIELD('Host: localhost'), 400],
  ['two different Hosts', FIELD('host: evil.example'), 400],
  ['empty Host', GET('GET /healthz HTTP/1.1', 'Host: \r\n'), 400],
  ['Host with a path', GET('GET /healthz HTTP/1.1', 'Host: localhost/x\r\n'), 400],
  ['Host with a user', GET('GET /healthz HTTP/1.1', 'Host: a@localhost\r\n'), 400],
  ['Host with a space', GET('GET /healthz HTTP/1.1', 'Host: local host\r\n'), 400],
  ['endless Host', GET('GET /healthz HTTP/1.1', `Host: ${'a'.repeat(300)}\r\n`), 400],
  ['space before colon', FIELD('X : y'), 400],
  ['tab before colon', FIELD('X\t: y'), 400],
  ['space before Content-Length colon', POST('Content-Length : 2\r\n', '{}'), 400],
  ['no colon', FIELD('X'), 400],
  ['empty name', FIELD(': y'), 400],
  ['space in name', FIELD('X Y: z'), 400],
  ['separator in name', FIELD('X(Y): z'), 400],
  ['NUL in name', FIELD('X\0: z'), 400],
  ['NUL in value', FIELD('X: a\0b'), 400],
  ['control byte in value', FIELD('X: a\x08b'), 400],
  ['escape in value', FIELD('X: \x1b[31m'), 400],
  ['DEL in value', FIELD('X: a\x7f'), 400],
  ['raw byte above 127 in value', Buffer.from(FIELD('X: \xe9'), 'latin1'), 400],
  ['folded header', FIELD('X: a\r\n b'), 400],
  ['folded header with tab', FIELD('X: a\r\n\tb'), 400],
  ['folded first header', GET('GET /healthz HTTP/1.1', ` X: y\r\n${H}`), 400],
  ['65 headers', FIELD(Array.from({ length: 64 }, (_, i) => `X-${i}: y`).join('\r\n')), 431],
  ['header of 20 KB', FIELD(`X: ${'a'.repeat(20000)}`), 431],
  ['many headers of 20 KB together', FIELD(Array.from({ length: 40 }, (_, i) => `X-${i}: ${'a'.repeat(500)}`).join('\r\n')), 431],
  ['headers without an end', `GET /healthz HTTP/1.1\r\n${H}X: ${'a'.repeat(30000)}`, 431],
  ['two Cookies', FIELD('Cookie: a=b\r\nCookie: c=d'), 400],
  ['two Authorizations', FIELD('Authorization: Bearer x\r\nAuthorization: Bearer y'), 400],
  ['two Content-Types', POST('Content-Type: text/plain\r\nContent-Length: 2\r\n', '{}'), 400],
  ['two Origins', FIELD('Origin: https://a\r\nOrigin: https://b'), 400],
  ['unknown expectation', POST('Expect: the-worst\r\nContent-Length: 2\r\n', '{}'), 400],
  ['compressed body', POST('Content-Encoding: gzip\r\nContent-Length: 2\r\n', '{}'), 415],
  // lengths
  ['length +2', CL('+2'), 400],
  ['length -2', CL('-2'), 400],
  ['length 0x2', CL('0x2'), 400],
  ['length 2 2', CL('2 2'), 400],
  ['length 2,2', CL('2,2'), 400],
  ['length 2, 2', CL('2, 2'), 400],
  ['length 2;', CL('2;'), 400],
  ['length 02', CL('02'), 400],
  ['length empty', CL(''), 400],
  ['length two', CL('two'), 400],
  ['length 2.0', CL('2.0'), 400],
  ['length 2e0', CL('2e0'), 400],
  ['length of 20 digits', CL('18446744073709551618'), 413],
  ['length 2^63', CL('9223372036854775808'), 413],
  ['length 2^32 + 2', CL('4294967298'), 413],
  ['length 65537', CL('65537'), 413],
  ['two equal lengths', CL('2\r\nContent-Length: 2'), 400],
  ['two different lengths', CL('2\r\nContent-Length: 3'), 400],
  ['lengths that differ in case', CL('2\r\ncontent-length: 2'), 400],
  ['HEAD with a body', `HEAD /healthz HTTP/1.1\r\n${H}Content-Length: 2\r\n\r\n{}`, 400],
  // transfer codings
  ['length and chunked', POST('Content-Length: 2\r\nTransfer-Encoding: chunked\r\n', '2\r\n{}\r\n0\r\n\r\n'), 400],
  ['chunked and length', POST('Transfer-Encoding: chunked\r\nContent-Length: 2\r\n', '2\r\n{}\r\n0\r\n\r\n'), 400],
  ['Chunked', TE('Chunked'), 400],
  ['identity', TE('identity'), 400],
  ['gzip, chunked', TE('gzip, chunked'), 400],
  ['chunked, chunked', TE('chunked, chunked'), 400],
  ['chunked, identity', TE('chunked, identity'), 400],
  ['chunked;q=1', TE('chunked;q=1'), 400],
  ['"chunked"', TE('"chunked"'), 400],
  ['xchunked', TE('xchunked'), 400],
  ['chunked with vertical tab', TE('\x0bchunked'), 400],
  ['empty coding', TE(''), 400],
  ['chunked twice', TE('chunked\r\nTransfer-Encoding: chunked'), 400],
  ['chunked and identity', TE('chunked\r\nTransfer-Encoding: identity'), 400],
  ['HEAD chunked', `HEAD /healthz HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 400],
  // chunks
  ['chunk extension', CHUNKED('2;a=b\r\n{}\r\n0\r\n\r\n'), 400],
  ['chunk size with space', CHUNKED('2 \r\n{}\r\n0\r\n\r\n'), 400],
  ['chunk size after space', CHUNKED(' 2\r\n{}\r\n0\r\n\r\n'), 400],
  ['chunk size 0x2', CHUNKED('0x2\r\n{}\r\n0\r\n\r\n'), 400],
  ['chunk size +2', CHUNKED('+2\r\n{}\r\n0\r\n\r\n'), 400],
  ['chunk size -2', CHUNKED('-2\r\n{}\r\n0\r\n\r\n'), 400],
  ['chunk size empty', CHUNKED('\r\n{}\r\n0\r\n\r\n'), 400],
  ['chunk size of letters', CHUNKED('zz\r\n{}\r\n0\r\n\r\n'), 400],
  ['chunk size of 17 digits', CHUNKED('10000000000000002\r\n{}\r\n0\r\n\r\n'), 400],
  ['chunk of 1 MiB', CHUNKED('100000\r\n{}'), 413],
  ['chunk size ends in bare LF', CHUNKED('2\n{}\r\n0\r\n\r\n'), 400],
  ['chunk data too long', CHUNKED('2\r\n{}x\r\n0\r\n\r\n'), 400],
  ['chunk data ends in bare LF', CHUNKED('2\r\n{}\n0\r\n\r\n'), 400],
  ['chunk data without an end', CHUNKED('2\r\n{}0\r\n\r\n'), 400],
  ['trailer', CHUNKED('2\r\n{}\r\n0\r\nX: y\r\n\r\n'), 400],
  ['forbidden trailer', CHUNKED('2\r\n{}\r\n0\r\nContent-Length: 5\r\n\r\n'), 400],
  ['last chunk ends in bare LF', CHUNKED('2\r\n{}\r\n0\r\n\n'), 400],
  ['chunks that are too much together', CHUNKED('8000\r\n' + 'a'.repeat(0x8000) + '\r\n8001\r\n'), 413],
  // a second request behind a wrong first
  ['smuggled behind both framings', POST('Content-Length: 6\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'), 400],
  ['smuggled behind a folded coding', POST('Transfer-Encoding:\r\n chunked\r\nContent-Length: 4\r\n', '5c\r\nGET /healthz HTTP/1.1\r\n'), 400],
  ['smuggled behind HEAD', `HEAD /healthz HTTP/1.1\r\n${H}Content-Length: 46\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n`, 400],
];

test('K-27 S-08 raw anomalies: each is refused with a problem, and the connection ends', async () => {
  assert.ok(anomalies.length >= 100, `${anomalies.length}`);
  await inTurns(anomalies, async ([name, bytes, status]) => {
    const reply = await raw(bytes);
    assert.equal(reply.status, status, `${name}: ${reply.raw.toString('latin1').slice(0, 300)}`);
    assert.match(reply.headers['content-type'] ?? '', /^application\/problem\+json/, name);
    assert.equal(reply.headers.connection, 'close', name);
    assert.equal(JSON.parse(reply.body).status, status, name);
    assert.equal(reply.raw.toString('latin1').split('HTTP/1.1 ').length, 2, `${name}: exactly one reply`);
    assert.ok(reply.closed, `${name}: closed`);
  });
  assert.equal((await ask('GET', '/healthz')).status, 200, 'the service is well afterwards');
});

test('the same byte by byte: how they are cut changes nothing', async () => {
  const rows = anomalies.filter(([, bytes]) => bytes.length < 120).slice(0, 24);
  await inTurns(rows, async ([name, bytes, status]) => {
    const reply = await new Promise((resolve, reject) => {
      const pieces = [];
      const socket = tls.connect({ host, port, rejectUnauthorized: false }, async () => {
        socket.setNoDelay(true);
        for (const byte of Buffer.from(bytes)) {
          if (socket.writableEnded || socket.destroyed) break;
          await new Promise((next) => socket.write(Buffer.of(byte), next));
        }
      });
      socket.on('data', (piece) => pieces.push(piece));
      socket.on('close', () => resolve(parse(Buffer.concat(pieces))));
      socket.on('error', (error) => (pieces.length > 0 ? undefined : reject(error)));
    });
    assert.equal(reply.status, status, name);
  });
});

const replies = (count) => (bytes) => bytes.toString('latin1').split('HTTP/1.1 ').length > count && bytes.toString('latin1').endsWith('}');

test('requests in one piece are answered one after the other, and a wrong one ends it', async () => {
  const one = GET('GET /healthz HTTP/1.1');
  const three = await raw(one + one + one, { enough: replies(3) });
  assert.equal(three.raw.toString().split('HTTP/1.1 200').length, 4);
  const wrong = await raw(one + 'GET /healthz HTTP/1.1\nHost: localhost\n\n' + one);
  assert.equal(wrong.raw.toString().split('HTTP/1.1 200').length, 2);
  assert.equal(wrong.raw.toString().split('HTTP/1.1 400').length, 2);
  assert.ok(wrong.closed);
});

test('a chunked body is one body, whatever the chunks; the next request is found behind it', async () => {
  const body = '1\r\n{\r\n1\r\n}\r\n0\r\n\r\n';
  const reply = await raw(CHUNKED(body) + GET('GET /healthz HTTP/1.1'), { enough: replies(2) });
  const text = reply.raw.toString();
  assert.match(text, /^HTTP\/1\.1 400/); // login and password are missing
  assert.match(text, /HTTP\/1\.1 200/);
  assert.match(text, /"missing"/);
});

test('Expect: 100-continue is answered before the body', async () => {
  const reply = await new Promise((resolve, reject) => {
    let text = '';
    const socket = tls.connect({ host, port, rejectUnauthorized: false }, () =>
      socket.write(POST('Expect: 100-continue\r\nConnection: close\r\nContent-Length: 2\r\n')));
    socket.on('data', (piece) => {
      const first = text === '';
      text += piece;
      if (first) socket.write('{}');
    });
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
  });
  assert.match(reply, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 400 /);
});

test('a body of 10 MB: 413, also while it is still being sent', async () => {
  const reply = await ask('POST', '/v1/session', { headers: { 'Content-Type': 'application/json' }, body: Buffer.alloc(10_000_000, 0x20) });
  assert.equal(reply.status, 413);
  assert.equal(JSON.parse(reply.body).status, 413);
});

const everywhere = {
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

test('ASVS 3.4: the headers of every kind of reply', async () => {
  const seen = new Set();
  for (const [method, path, status] of [['GET', '/', 200], ['GET', '/healthz', 200], ['GET', '/v1/me', 401], ['GET', '/none', 404],
    ['GET', '/v1/none', 404], ['PATCH', '/v1/me', 405], ['GET', '/openapi.json', 200], ['GET', '/v1/me?x=1', 401], ['HEAD', '/', 200]]) {
    const reply = await ask(method, path);
    assert.equal(reply.status, status, `${method} ${path}`);
    for (const [name, value] of Object.entries(everywhere)) assert.equal(reply.headers[name], value, `${path}: ${name}`);
    assert.match(reply.headers['permissions-policy'], ['/', '/openapi.json'].includes(path) ? /^camera=\(self\), geolocation=\(\)/ : /^camera=\(\), geolocation=\(\)/);
    assert.match(reply.headers['content-security-policy'], /default-src 'none'/);
    assert.match(reply.headers['content-security-policy'], /frame-ancestors 'none'/);
    assert.match(reply.headers['request-id'], /^[0-9a-hjkmnp-tv-z]{26}$/);
    assert.ok(!seen.has(reply.headers['request-id']));
    seen.add(reply.headers['request-id']);
    assert.equal(reply.headers.server, undefined);
    assert.equal(reply.headers['x-powered-by'], undefined);
    assert.equal(reply.headers['access-control-allow-origin'], undefined);
    if (status >= 400) {
      assert.match(reply.headers['content-type'], /^application\/problem\+json/);
      assert.equal(reply.headers['cache-control'], 'no-store');
      assert.equal(JSON.parse(reply.body).instance, reply.headers['request-id']);
    }
  }
  const page = await ask('GET', '/');
  assert.match(page.headers['content-security-policy'], /script-src 'self'; style-src 'self'/);
  assert.match(page.headers['content-security-policy'], /object-src 'none'.*report-uri \/csp/);
});

test('a problem is in Japanese, or in English where that is preferred', async () => {
  assert.match(JSON.parse((await ask('GET', '/none')).body).title, /見つかりません/);
  for (const accept of ['en', 'en-GB,ja;q=0.5', 'fr, en;q=0.2'])
    assert.match(JSON.parse((await ask('GET', '/none', { headers: { 'Accept-Language': accept } })).body).title, /Not found/, accept);
  for (const accept of ['ja', 'en;q=0.5, ja', 'fr', 'en;q=0'])
    assert.match(JSON.parse((await ask('GET', '/none', { headers: { 'Accept-Language': accept } })).body).title, /見つかりません/, accept);
});

test('405 says what is allowed; TRACE and OPTIONS are no exceptions', async () => {
  for (const [method, path, allow] of [['DELETE', '/healthz', 'GET, HEAD'], ['POST', '/', 'GET, HEAD'], ['GET', '/csp', 'POST'],
    ['PUT', '/v1/me', 'GET'], ['OPTIONS', '/v1/me', 'GET'], ['TRACE', '/v1/me', 'GET'], ['GET', '/v1/session', /POST/]]) {
    const reply = await ask(method, path);
    assert.equal(reply.status, 405, `${method} ${path}`);
    if (allow instanceof RegExp) assert.match(reply.headers.allow, allow);
    else assert.equal(reply.headers.allow, allow, `${method} ${path}`);
  }
});

test('415 for a body that is not JSON', async () => {
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonx',
    'application/json; charset=utf-16', ''])
    assert.equal((await ask('POST', '/v1/session', { headers: { 'Content-Type': type }, body: '{}' })).status, 415, type);
  for (const type of ['application/json', 'application/json; charset=utf-8', 'APPLICATION/JSON;charset=UTF-8'])
    assert.equal((await ask('POST', '/v1/session', { headers: { 'Content-Type': type }, body: '{}' })).status, 400, type);
});

test('parameters: unknown and repeated ones are named', async () => {
  const reply = await ask('POST', '/v1/session?next=%2F', { headers: { 'Content-Type': 'application/json' }, body: '{}' });
  assert.equal(reply.status, 400);
  const codes = JSON.parse(reply.body).errors.map(({ field, code }) => `${field}:${code}`);
  assert.ok(codes.includes('next:unknown'), codes.join());
  assert.ok(codes.includes('login:missing'), codes.join());
});

test('a session is our cookie or the same value as bearer; anything else is nobody', async () => {
  const value = `sapporo.${'A'.repeat(43)}`;
  for (const headers of [{}, { Cookie: `__Host-sid=${value}` }, { Cookie: '__Host-sid=' }, { Cookie: '__Host-sid=nowhere.AAAA' },
    { Cookie: `a=b; __Host-sid=${value}; c=d` }, { Authorization: `Bearer ${value}` }, { Authorization: 'Basic YTpi' },
    { Cookie: `__Host-sid=${'x'.repeat(4000)}` }])
    assert.equal((await ask('GET', '/v1/me', { headers })).status, 401, JSON.stringify(headers));
  for (const headers of [{ Cookie: `__Host-sid=${value}; __Host-sid=${value}` }, { Cookie: `__Host-sid=${value}`, Authorization: `Bearer ${value}` }])
    assert.equal((await ask('GET', '/v1/me', { headers })).status, 400, JSON.stringify(headers));
  assert.equal((await ask('GET', '/v1/me')).headers['www-authenticate'], 'Bearer');
});

test('files: type, strong tag, compressed variants, 304, nothing outside', async () => {
  const page = await ask('GET', '/');
  assert.match(page.headers['content-type'], /^text\/html; charset=utf-8/);
  assert.equal(page.headers['cache-control'], 'no-cache');
  assert.equal(page.headers.vary, 'Accept-Encoding');
  assert.match(page.headers.etag, /^"[0-9a-f]{32}"$/);
  assert.equal(page.headers['content-encoding'], undefined);
  const tags = new Set([page.headers.etag]);
  for (const [accept, encoding] of [['br, gzip', 'br'], ['gzip', 'gzip'], ['gzip;q=1, br;q=0', 'gzip'], ['identity', undefined]]) {
    const reply = await ask('GET', '/', { headers: { 'Accept-Encoding': accept } });
    assert.equal(reply.headers['content-encoding'], encoding, accept);
    tags.add(reply.headers.etag);
    const same = await ask('GET', '/', { headers: { 'Accept-Encoding': accept, 'If-None-Match': reply.headers.etag } });
    assert.equal(same.status, 304);
    assert.equal(same.body, '');
    assert.equal(same.headers.etag, reply.headers.etag);
  }
  assert.equal(tags.size, 3, 'each variant has its own tag');
  assert.equal((await ask('GET', '/', { headers: { 'If-None-Match': '"other"' } })).status, 200);
  const script = /\/assets\/[^"]+\.js/.exec(page.body)[0];
  const reply = await ask('GET', script);
  assert.match(reply.headers['content-type'], /^text\/javascript/);
  assert.match(reply.headers['cache-control'], /max-age=31536000, immutable/);
  assert.equal(Number((await ask('HEAD', script)).headers['content-length']), reply.bytes.length);
  assert.equal((await ask('GET', '/assets/none.js')).status, 404);
  assert.equal((await ask('GET', '/index.html.br')).status, 404);
  const description = await ask('GET', '/openapi.json');
  assert.match(description.headers['content-type'], /^application\/json/);
  assert.match(JSON.parse(description.body).openapi, /^3\.1/);
  assert.match(description.headers.etag, /^"[0-9a-f]{32}"$/);
});

test('health, readiness and reports', async () => {
  assert.deepEqual(JSON.parse((await ask('GET', '/healthz')).body), { status: 'ok' });
  assert.deepEqual(JSON.parse((await ask('GET', '/readyz')).body), { status: 'ready' });
  const report = { headers: { 'Content-Type': 'application/csp-report' }, body: '{"csp-report":{}}' };
  assert.equal((await ask('POST', '/csp', report)).status, 204);
  const statuses = await Promise.all(Array.from({ length: 60 }, () => ask('POST', '/csp', report).then((reply) => reply.status)));
  assert.ok(statuses.every((status) => status === 204 || status === 429));
});

test('TLS: versions, suites, groups; no plaintext; no renegotiation, no compression, no ticket', async () => {
  const info = (options) => new Promise((resolve) => {
    const socket = tls.connect({ host, port, rejectUnauthorized: false, ...options }, () => {
      resolve({ protocol: socket.getProtocol(), cipher: socket.getCipher().name, group: socket.getEphemeralKeyInfo().name, ticket: socket.getTLSTicket() });
      socket.destroy();
    });
    socket.on('error', (error) => resolve({ error: error.code ?? 'error' }));
  });
  assert.equal((await info({})).protocol, 'TLSv1.3');
  assert.equal((await info({ maxVersion: 'TLSv1.2' })).protocol, 'TLSv1.2');
  assert.equal((await info({ maxVersion: 'TLSv1.2' })).ticket, undefined);
  assert.ok((await info({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' })).error);
  assert.ok((await info({ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' })).error);
  assert.ok((await info({ maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' })).error);
  assert.ok((await info({ ecdhCurve: 'X25519' })).error);
  for (const group of ['P-256', 'P-384', 'P-521']) assert.equal((await info({ ecdhCurve: group })).error, undefined, group);
  const plain = await new Promise((resolve) => {
    const pieces = [];
    const socket = net.connect({ host, port }, () => socket.write(GET('GET /healthz HTTP/1.1')));
    socket.on('data', (piece) => pieces.push(piece));
    socket.on('close', () => resolve(Buffer.concat(pieces).toString('latin1')));
    socket.on('error', () => undefined);
  });
  assert.doesNotMatch(plain, /HTTP\/1\.1|ok/);
});
