// Goal: a file that somebody attaches is read by nobody until the scanner has passed it, whatever dies or is missing in between:
// the scanner, the process that speaks to it, the core between two parts, all at once. What the scanner finds stays away for good.
import test from 'node:test'
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { Server } from './server.mjs'
import { Clamd, eicar } from '../clamd.mjs'

const CHUNK = 48 * 1024
const sha256 = bytes => createHash('sha256').update(bytes).digest('hex')
const png = Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63fcffff3f030005fe02fea7356d1f0000000049454e44ae426082', 'hex')
const pdf = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(2 * CHUNK, 'a'), Buffer.from('\n%%EOF\n')])

// A ZIP of deflated files.
function zip(files) {
  const parts = [], directory = []
  let at = 0
  for (const [name, content] of Object.entries(files)) {
    const packed = deflateRawSync(content)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(8, 4)
    common.writeUInt32LE(crc32(content), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(content.length, 18)
    common.writeUInt16LE(name.length, 22)
    const head = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name)])
    const entry = Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, Buffer.alloc(14), Buffer.from(name)])
    entry.writeUInt32LE(at, 42)
    parts.push(head, packed)
    directory.push(entry)
    at += head.length + packed.length
  }
  const list = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(directory.length, 8)
  end.writeUInt16LE(directory.length, 10)
  end.writeUInt32LE(list.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...parts, list, end])
}

function crc32(bytes) {
  let crc = ~0
  for (const byte of bytes) {
    crc ^= byte
    for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1))
  }
  return ~crc >>> 0
}

const docx = more => zip({
  '[Content_Types].xml': Buffer.from('<Types><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'),
  'word/document.xml': Buffer.from('<w:document/>'), ...more,
})

test('K-52 S-71 T-6.5 attachments and their scanner', { timeout: 300000, skip: !Clamd.installed() && 'clamav-daemon is not installed (tools/setup test)' }, async t => {
  const clamd = new Clamd()
  t.after(() => clamd.remove())
  const server = await Server.start(undefined, { more: ['--clamd', clamd.socket] })
  t.after(() => server.remove())
  const officer = await server.signIn(server.person('officer', 'sapporo'))
  const admin = await server.signIn(server.person('officer-admin', 'sapporo'))
  const principal = await server.signIn(server.person('principal', 'sapporo'))
  const guardian = await server.signIn(server.person('guardian', 'sapporo'))
  const stranger = await server.signIn(server.person('officer', 'hinoki'))
  const ok = (reply, status) => { assert.equal(reply.status, status, reply.text); return reply }
  const kinds = ok(await server.call('GET', '/v1/announcement-kinds', { token: officer }), 200).json().items
  const kind = kinds.find(one => one.code === 'city-notice').id
  const notice = async more => ok(await server.call('POST', `/v1/announcement-kinds/${kind}/announcements`,
    { token: officer, body: { title: '添付のテスト', body: '本文です。', ...more } }), 201).json().id
  const object = await notice()
  const begin = (name, size, more = {}) => server.call('POST', '/v1/attachments', { token: officer, body: { object_kind: 'announcement', object, name, size }, ...more })
  const put = (id, offset, raw, token = officer) => server.call('PUT', `/v1/attachments/${id}/content?offset=${offset}`, { token, raw })
  const finish = (id, token = officer) => server.call('POST', `/v1/attachments/${id}/finish`, { token, body: {} })
  const see = async (id, token = officer) => ok(await server.call('GET', `/v1/attachments/${id}`, { token }), 200).json()
  const content = (id, token = officer, offset) => server.call('GET', `/v1/attachments/${id}/content${offset === undefined ? '' : `?offset=${offset}`}`, { token })
  const process_of = kind => server.processes().find(one => one.kind === kind && one.name === 'sapporo')?.pid
  const killed = async kind => {
    const gone = process_of(kind)
    process.kill(gone, 'SIGKILL')
    await server.until(`a new ${kind}`, 20000, () => { const now = process_of(kind); return now !== undefined && now !== gone })
    await server.ready()
  }
  async function send(name, bytes) {
    const { id } = ok(await begin(name, bytes.length), 201).json()
    for (let at = 0; at < bytes.length; at += CHUNK) ok(await put(id, at, bytes.subarray(at, at + CHUNK)), 200)
    assert.equal(ok(await finish(id), 202).json().state, 'scanning')
    return id
  }
  const judged = async id => {
    let last
    await server.until('a verdict', 40000, async () => { last = await see(id); return last.state !== 'scanning' })
    return last
  }

  await t.test('without a scanner a file waits, says so, and is read by nobody', async () => {
    const id = await send('待つ.png', png)
    await server.until('the word that it waits', 20000, async () => (await see(id)).waiting)
    assert.equal((await see(id)).state, 'scanning')
    ok(await content(id), 409)
    const first = process_of('scan') // it ends by itself, so that a fresh one finds a folder that was made anew
    await server.until('a fresh process', 40000, () => ![first, undefined].includes(process_of('scan')))
    assert.equal((await see(id)).state, 'scanning')
    ok(await content(id), 409)
    await clamd.start()
    const clean = await judged(id)
    assert.deepEqual([clean.state, clean.media, clean.waiting, clean.sha256], ['clean', 'png', false, sha256(png)])
    assert.match(clean.engine, /^ClamAV /)
    assert.ok(clean.scanned_at)
    const reply = ok(await content(id), 200)
    assert.ok(reply.bytes.equals(png))
    assert.equal(reply.headers['content-type'], 'image/png')
    assert.equal(reply.headers['content-disposition'], 'attachment; filename="__.png"; filename*=UTF-8\'\'%E5%BE%85%E3%81%A4.png')
    assert.equal(reply.headers['x-content-type-options'], 'nosniff')
    assert.match(reply.headers['content-security-policy'], /^default-src 'none'; .*\bsandbox\b/)
    assert.equal(reply.headers['cache-control'], 'no-store')
  })

  await t.test('what the scanner finds is kept away: plain, under another name, in an archive', async () => {
    for (const [name, bytes] of [['eicar.com', eicar], ['名簿.txt', eicar], ['資料.docx', docx({ 'word/media/image1.png': eicar })], ['archive.zip', zip({ 'a/eicar.com': eicar })]]) {
      const id = await send(name, bytes)
      const found = await judged(id)
      assert.deepEqual([found.state, found.media, found.sha256], ['infected', 'none', sha256(bytes)], name)
      assert.match(found.found, /EICAR/)
      for (const token of [officer, admin]) {
        const reply = ok(await content(id, token), 409)
        assert.ok(!reply.bytes.includes(eicar))
        assert.equal(reply.headers['content-disposition'], undefined)
      }
    }
  })

  await t.test('what is none of the kinds that may be attached is refused, whatever its name says', async () => {
    for (const [name, bytes] of [['run.exe', Buffer.from('MZ\x90\x00\x03', 'latin1')], ['絵.png', Buffer.from('\x7fELF\x02\x01\x01\x00', 'latin1')],
      ['macro.docx', docx({ 'word/vbaProject.bin': Buffer.from('x') })], ['archive.zip', zip({ 'a.txt': Buffer.from('a') })]]) {
      const id = await send(name, bytes)
      assert.equal((await judged(id)).state, 'refused', name)
      ok(await content(id), 409)
    }
    const id = await send('page.html', Buffer.from('<script>alert(1)</script>\n'))
    assert.deepEqual((({ state, media }) => [state, media])(await judged(id)), ['clean', 'text'])
    const reply = ok(await content(id), 200)
    assert.equal(reply.headers['content-type'], 'text/plain')
    assert.match(reply.headers['content-disposition'], /filename="page\.html\.txt"/)
    assert.equal((await judged(await send('ok.docx', docx({})))).media, 'docx')
  })

  await t.test('sizes and places that are not what was announced', async () => {
    ok(await begin('大きい.pdf', 16 * 1024 * 1024 + 1), 400)
    ok(await begin('空.pdf', 0), 400)
    const { id } = ok(await begin('うそ.pdf', 3000), 201).json()
    ok(await put(id, 1, Buffer.alloc(2000, 1)), 409)
    ok(await put(id, 0, Buffer.alloc(3001, 1)), 400)
    ok(await put(id, 0, Buffer.alloc(10, 1)), 400)
    ok(await put(id, 0, Buffer.alloc(2000, 1)), 200)
    ok(await put(id, 0, Buffer.alloc(2000, 1)), 200) // the same again
    ok(await put(id, 0, Buffer.alloc(2000, 2)), 409)
    ok(await put(id, 1500, Buffer.alloc(1500, 1)), 409)
    ok(await finish(id), 409)
    ok(await content(id), 409)
    ok(await put(id, 2000, Buffer.alloc(1001, 1)), 400)
    ok(await put(id, 2000, Buffer.alloc(1000, 1)), 200)
    ok(await finish(id), 202)
    ok(await finish(id), 409)
    ok(await put(id, 3000, Buffer.alloc(1, 1)), 409)
    assert.equal((await judged(id)).state, 'refused') // that is none of the kinds
    ok(await server.call('GET', `/v1/attachments/${id}/content?offset=99999999999`, { token: officer }), 400)
  })

  await t.test('kill -9 of the core between two parts: it goes on where it stood', async () => {
    const { id } = ok(await begin('途中.pdf', pdf.length), 201).json()
    for (let at = 0; at < pdf.length; at += CHUNK) {
      ok(await put(id, at, pdf.subarray(at, at + CHUNK)), 200)
      await killed('core')
    }
    ok(await finish(id), 202)
    const clean = await judged(id)
    assert.deepEqual([clean.state, clean.media, clean.sha256], ['clean', 'pdf', sha256(pdf)])
    assert.ok((await content(id)).bytes.equals(pdf))
    for (const offset of [0, 1, CHUNK - 1, CHUNK, pdf.length - 1]) assert.ok((await content(id, officer, offset)).bytes.equals(pdf.subarray(offset)))
  })

  await t.test('kill -9 while it is scanned: of the process that speaks to the scanner, of the core, of the scanner itself', async () => {
    for (const victim of ['scan', 'core', 'clamd']) {
      clamd.hold()
      const id = await send(`${victim}.txt`, eicar)
      await new Promise(done => setTimeout(done, 1500)) // it is with the scanner, which does not answer
      assert.equal((await see(id)).state, 'scanning')
      if (victim === 'clamd') {
        await clamd.stop()
        await server.until('the word that it waits', 30000, async () => (await see(id)).waiting)
        await clamd.start()
      } else {
        await killed(victim)
        ok(await content(id), 409)
        clamd.release()
      }
      assert.equal((await judged(id)).state, 'infected', victim)
      ok(await content(id), 409)
    }
  })

  await t.test('who does not see the thing does not see what hangs on it, and who only reads it adds nothing', async () => {
    const id = await send('内部.csv', Buffer.from('園名,電話\r\nひまわり園,011-000-0000\r\n'))
    assert.equal((await judged(id)).media, 'csv')
    ok(await content(id, admin), 200)
    ok(await content(id, principal), 200)
    for (const token of [guardian, stranger]) { // not published; another customer
      ok(await server.call('GET', `/v1/attachments/${id}`, { token }), 404)
      ok(await content(id, token), 404)
      ok(await put(id, 0, Buffer.alloc(5), token), 404)
      ok(await finish(id, token), 404)
      ok(await server.call('DELETE', `/v1/attachments/${id}`, { token }), 404)
      ok(await begin('x.txt', 5, { token }), 404)
      assert.deepEqual(ok(await server.call('GET', `/v1/attachments?object_kind=announcement&object=${object}`, { token }), 200).json().items, [])
    }
    ok(await begin('x.txt', 5, { token: principal }), 403) // sees drafts, writes none
    ok(await server.call('DELETE', `/v1/attachments/${id}`, { token: principal }), 403)
    // Another person of the same right does not go on with one's upload.
    const { id: own } = ok(await begin('私の.txt', 2000), 201).json()
    ok(await put(own, 0, Buffer.alloc(1000, 97), admin), 403)
    ok(await finish(own, admin), 403)
    assert.ok(ok(await server.call('GET', `/v1/attachments?object_kind=announcement&object=${object}`, { token: officer }), 200).json().items.some(one => one.id === id))
  })

  await t.test('what hung on it when it was published stays; before, it can be taken away', async () => {
    const published = await notice()
    const add = async name => {
      const { id } = ok(await server.call('POST', '/v1/attachments', { token: officer, body: { object_kind: 'announcement', object: published, name, size: png.length } }), 201).json()
      ok(await put(id, 0, png), 200)
      ok(await finish(id), 202)
      assert.equal((await judged(id)).state, 'clean')
      return id
    }
    const gone = await add('消す.png')
    ok(await server.call('DELETE', `/v1/attachments/${gone}`, { token: officer }), 204)
    ok(await server.call('GET', `/v1/attachments/${gone}`, { token: officer }), 404)
    ok(await content(gone), 404)
    const kept = await add('残す.png')
    assert.equal((await see(kept)).may.remove, true)
    ok(await content(kept, guardian), 404)
    // Begun before, sent afterwards: whoever published it has not seen that.
    const { id: late } = ok(await server.call('POST', '/v1/attachments', { token: officer, body: { object_kind: 'announcement', object: published, name: '後から.png', size: png.length } }), 201).json()
    // Whoever publishes has added nothing that nobody else has looked at.
    const { id: own } = ok(await server.call('POST', '/v1/attachments', { token: admin, body: { object_kind: 'announcement', object: published, name: '私の.png', size: png.length } }), 201).json()
    ok(await put(own, 0, png, admin), 200)
    ok(await finish(own, admin), 202)
    ok(await server.call('POST', `/v1/announcements/${published}/publish`, { token: admin, body: {} }), 409)
    ok(await server.call('DELETE', `/v1/attachments/${own}`, { token: admin }), 204)
    ok(await server.call('POST', `/v1/announcements/${published}/publish`, { token: admin, body: {} }), 200)
    ok(await server.call('DELETE', `/v1/attachments/${kept}`, { token: officer }), 409)
    assert.equal((await see(kept)).may.remove, false)
    ok(await put(late, 0, png), 200)
    ok(await finish(late), 409)
    ok(await content(late, guardian), 409)
    ok(await server.call('DELETE', `/v1/attachments/${late}`, { token: officer }), 204)
    ok(await server.call('POST', '/v1/attachments', { token: officer, body: { object_kind: 'announcement', object: published, name: 'x.png', size: 9 } }), 409)
    ok(await content(kept, guardian), 200) // it reaches those whom the announcement reaches
    ok(await content(kept, stranger), 404)
  })

  await t.test('one person announces so much at once and no more, and shuts nobody out', async () => {
    const whole = 16 * 1024 * 1024
    for (let i = 0; i < 3; i++) ok(await begin(`${i}.pdf`, whole), 201)
    ok(await begin('多い.pdf', whole), 429) // with what is still under way from above
    ok(await begin('別の人.pdf', whole, { token: admin }), 201)
  })

  await server.stop()
  assert.deepEqual(server.trouble(), [])
  for (const log of server.verify()) assert.equal(log.genuine, true, JSON.stringify(log))
})
