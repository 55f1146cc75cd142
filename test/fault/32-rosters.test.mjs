// Goal: a roster of 2,000 children whose taking over is killed again and again goes on to all of them: none is missing, none is there twice.
import test from 'node:test'
import assert from 'node:assert/strict'
import https from 'node:https'
import { Server } from './server.mjs'

const PIECE = 48 * 1024
const CHILDREN = 2000
const HEADS = '園児番号,氏名,ふりがな,生年月日,住所,組,入園日,アレルギー,お迎えの人,保護者1氏名,保護者1続柄,保護者1ログイン名,保護者1電話番号,保護者1メール'

test('K-26 K-27 kill -9 in the middle of taking over a roster', { timeout: 300000 }, async t => {
  const server = await Server.start()
  t.after(() => server.remove())
  const token = await server.signIn(server.accounts.find(a => a.role === 'principal'))
  const kill = () => { for (const one of server.processes()) if (one.kind === 'core') process.kill(one.pid, 'SIGKILL') }
  // A call that is repeated until it is answered by somebody who lives.
  const ask = async (method, path, more = {}) => {
    let reply
    await server.until(`${method} ${path}`, 60000, async () => {
      reply = await send(method, path, more)
      return reply.status !== 0 && reply.status !== 503
    })
    return reply
  }
  const send = (method, path, { body, bytes, confirm } = {}) => new Promise(resolve => {
    const request = https.request({ host: '127.0.0.1', port: server.port, method, path, agent: server.agent, timeout: 15000, headers: {
      authorization: `Bearer ${token}`, ...(bytes ? { 'content-type': 'application/octet-stream' } : body ? { 'content-type': 'application/json' } : {}),
      ...(confirm ? { confirm } : {}) } }, reply => {
      const parts = []
      reply.on('data', part => parts.push(part))
      reply.on('end', () => resolve({ status: reply.statusCode, json: () => JSON.parse(Buffer.concat(parts)) }))
      reply.on('error', () => resolve({ status: 0 }))
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => resolve({ status: 0 }))
    request.end(bytes ?? (body ? JSON.stringify(body) : undefined))
  })
  const see = async id => (await ask('GET', `/v1/imports/${id}`)).json()
  const all = async path => {
    const items = []
    for (let cursor = ''; cursor !== null;) {
      const page = (await ask('GET', `${path}?limit=200${cursor}`)).json()
      items.push(...page.items)
      cursor = page.next === null ? null : `&cursor=${page.next}`
    }
    return items
  }

  const file = Buffer.from(`${HEADS}\r\n${Array.from({ length: CHILDREN }, (_, i) =>
    `K-${i},髙橋 子${i},たかはし,2021-05-01,札幌市中央区${i},,2025-04-01,,,髙橋 親${i},母,k-${i},090-1234-${String(i).padStart(4, '0')},`).join('\r\n')}\r\n`)
  const before = (await all('/v1/children')).length
  const id = (await ask('POST', '/v1/imports', { body: { entity: 'roster', encoding: 'auto', name: 'roster.csv', size: file.length } })).json().id
  for (let at = 0; at < file.length; at += PIECE)
    assert.equal((await ask('PUT', `/v1/imports/${id}/chunks/${at}`, { bytes: file.subarray(at, at + PIECE) })).status, 200)
  assert.equal((await ask('POST', `/v1/imports/${id}/check`, { body: {} })).status, 202)
  kill()
  let now
  await server.until('the check', 120000, async () => { now = await see(id); return now.state !== 'checking' })
  assert.deepEqual([now.state, now.rows, now.created, now.accounts, now.problem_count], ['checked', CHILDREN, CHILDREN, CHILDREN, 0])

  const { confirm } = (await ask('POST', `/v1/imports/${id}/apply`, { body: {} })).json()
  await send('POST', `/v1/imports/${id}/apply`, { body: {}, confirm: confirm.token })
  // While the accounts are made, while the children are, and near the end.
  for (const progress of [10, 40, 60, 90]) {
    await server.until(`${progress} %`, 120000, async () => { now = await see(id); return now.state !== 'applying' || now.progress >= progress })
    assert.notEqual(now.state, 'failed')
    if (now.state === 'applying')
      kill()
  }
  await server.until('the end', 180000, async () => { now = await see(id); return now.state !== 'applying' })
  assert.equal(now.state, 'applied')
  const children = (await all('/v1/children')).filter(one => one.code.startsWith('K-'))
  assert.equal(children.length, CHILDREN)
  assert.equal(new Set(children.map(one => one.code)).size, CHILDREN)
  assert.equal((await all('/v1/children')).length, before + CHILDREN)
  for (const one of children.slice(0, 20)) {
    const guardians = await all(`/v1/children/${one.id}/guardians`)
    assert.deepEqual(guardians.map(who => who.name), [`髙橋 親${one.code.slice(2)}`])
  }
  const again = (await ask('POST', `/v1/imports/${id}/apply`, { body: {} })).status
  assert.equal(again, 409)
  await server.stop()
  assert.deepEqual(server.trouble(), [])
  for (const log of server.verify()) assert.equal(log.genuine, true, JSON.stringify(log))
})
