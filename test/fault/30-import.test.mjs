// Goal: an import outlives the death of those who work on it: what was sent stays, a check goes on, an apply is whole or absent.
import test from 'node:test'
import assert from 'node:assert/strict'
import https from 'node:https'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Server } from './server.mjs'

const file = readFileSync(join(import.meta.dirname ?? 'test/fault', '../data/sapporo-facilities-utf8.csv'))
const PIECE = 48 * 1024

test('K-26 K-27 kill -9 in the middle of an import', { timeout: 120000 }, async t => {
  const server = await Server.start()
  t.after(() => server.remove())
  const account = server.accounts.find(a => a.role === 'officer-admin')
  const token = await server.signIn(account)
  const kill = kind => { for (const one of server.processes()) if (one.kind === kind) process.kill(one.pid, 'SIGKILL') }
  // A call that is repeated until it is answered by somebody who lives.
  const ask = async (method, path, more = {}) => {
    let reply
    await server.until(`${method} ${path}`, 30000, async () => {
      reply = await server.call(method, path, { token, ...more }).catch(() => ({ status: 0 }))
      return reply.status !== 0 && reply.status !== 503
    })
    return reply
  }
  const send = (id, at) => new Promise(resolve => {
    const request = https.request({ host: '127.0.0.1', port: server.port, method: 'PUT', path: `/v1/imports/${id}/chunks/${at}`, agent: server.agent,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' } }, reply => {
      reply.resume()
      reply.on('end', () => resolve(reply.statusCode))
    })
    request.on('error', () => resolve(0))
    request.end(file.subarray(at, at + PIECE))
  })
  const see = async id => (await ask('GET', `/v1/imports/${id}`)).json()

  const id = (await ask('POST', '/v1/imports', { body: { entity: 'facility', encoding: 'auto', name: 'list.csv', size: file.length } })).json().id
  for (let at = 0, killed = false; at < file.length;) {
    const going = send(id, at)
    if (at > 0 && !killed) { kill('core'); killed = true }
    if (await going === 200) at += PIECE
    else at = (await see(id)).received
  }
  assert.equal((await see(id)).received, file.length)

  kill('reader')
  assert.equal((await ask('POST', `/v1/imports/${id}/check`, { body: {} })).status, 202)
  kill('core')
  let now
  await server.until('the check', 60000, async () => { now = await see(id); return now.state !== 'checking' })
  assert.deepEqual([now.state, now.rows, now.created + now.changed + now.unchanged, now.problem_count], ['checked', 528, 528, 0])

  const before = (await ask('GET', '/v1/facilities?limit=200')).json().items.length
  const promise = (await ask('POST', `/v1/imports/${id}/apply`, { body: {} })).json().confirm
  const going = confirmed(promise.token)
  kill('core')
  await going
  now = await see(id)
  const after = (await ask('GET', '/v1/facilities?limit=200')).json()
  if (now.state === 'applied') assert.equal(after.items.length, 200)
  else assert.deepEqual([now.state, after.items.length], ['checked', before])
  await server.stop()
  for (const log of server.verify()) assert.equal(log.genuine, true, JSON.stringify(log))

  function confirmed(confirm) {
    return new Promise(resolve => {
      const request = https.request({ host: '127.0.0.1', port: server.port, method: 'POST', path: `/v1/imports/${id}/apply`, agent: server.agent,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', confirm } }, reply => {
        reply.resume()
        reply.on('end', resolve)
      })
      request.on('error', resolve)
      request.end('{}')
    })
  }
})
