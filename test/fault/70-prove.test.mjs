// Goal: whatever dies while checks run, nothing counts as passed that was not seen through, and the checks go on.
import test from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { Server } from './server.mjs'

const LISTENERS = 'listener-equals-allow-list' // looks at the machine
const CERTIFICATE = 'tls-certificate-days-left' // asks at the door: it hangs as long as the edge does not answer

function statusOf(pid) {
  try {
    return Object.fromEntries(readFileSync(`/proc/${pid}/status`, 'utf8').trim().split('\n').map(line => line.split(/:\s*/)))
  } catch { return undefined } // it has ended
}

// The processes below one, as { pid, name, status }.
function below(pid) {
  const all = readdirSync('/proc').filter(name => /^\d+$/.test(name)).map(name => ({ pid: Number(name), status: statusOf(name) })).filter(one => one.status)
  const family = [pid]
  for (let found = true; found;) {
    found = false
    for (const one of all)
      if (!family.includes(one.pid) && family.includes(Number(one.status.PPid))) { family.push(one.pid); found = true }
  }
  return all.filter(one => one.pid !== pid && family.includes(one.pid)).map(one => ({ ...one, name: one.status.Name }))
}

test('GV-14 checks and kill -9', { timeout: 240000 }, async t => {
  const server = await Server.start(undefined, { checks: 'scheduled' })
  t.after(() => server.remove())
  const officer = server.person('officer', 'sapporo') ?? server.person('officer-admin', 'sapporo')
  const token = await server.signIn(officer)
  const prove = () => server.processes().find(one => one.kind === 'prove')
  const see = async check => {
    const reply = await server.call('GET', `/v1/checks/${check}`, { token })
    assert.equal(reply.status, 200, reply.text)
    return reply.json()
  }
  const seen = (check, what, milliseconds = 60000) => server.until(`${check} ${what.state ?? 'again'}`, milliseconds, async () => {
    const now = await see(check)
    return (what.state === undefined || now.state === what.state) && (what.after === undefined || (now.last_at !== null && now.last_at > what.after))
  })
  // At most one in five seconds.
  const ask = check => server.until(`asking for ${check}`, 20000, async () => {
    const reply = await server.call('POST', `/v1/checks/${check}/run`, { token, body: {} })
    assert.ok([202, 409].includes(reply.status), reply.text)
    return reply.status === 202
  })
  const runs = () => below(prove().pid).filter(one => one.name === 'run')

  await seen(LISTENERS, { state: 'passed' })
  await seen(CERTIFICATE, { state: 'passed' })

  await t.test('K-60 the process of a run has given up what its check does not need', async () => {
    const edge = server.processes().find(one => one.kind === 'edge')
    let caught
    await ask(CERTIFICATE)
    process.kill(edge.pid, 'SIGSTOP')
    try {
      await server.until('a run', 10000, () => { caught = runs()[0]; return caught !== undefined && statusOf(caught.pid)?.Seccomp_filters >= 3 })
      const status = statusOf(caught.pid)
      assert.equal(status.Seccomp, '2')
      assert.equal(status.NoNewPrivs, '1')
      for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb']) assert.equal(BigInt(`0x${status[set]}`), 0n, set)
      if (process.getuid() === 0) {
        assert.notEqual(status.Uid.split(/\s+/)[0], '0')
        // Its channel, and the door's socket once it has one: nothing else.
        const own = readdirSync(`/proc/${caught.pid}/fd`).map(Number).filter(fd => fd > 2)
        assert.ok(own.length <= 2, `descriptors ${own}`)
      }
    } finally {
      process.kill(edge.pid, 'SIGCONT')
    }
    await seen(CERTIFICATE, { state: 'passed' })
  })

  await t.test('GV-14 a run that is killed is unable, and passes again when it is asked for again', async () => {
    const edge = server.processes().find(one => one.kind === 'edge')
    await ask(CERTIFICATE)
    process.kill(edge.pid, 'SIGSTOP')
    try {
      let caught
      await server.until('a run', 10000, () => { caught = runs()[0]; return caught !== undefined })
      process.kill(caught.pid, 'SIGKILL')
      await server.until('its end', 10000, () => statusOf(caught.pid) === undefined)
    } finally {
      process.kill(edge.pid, 'SIGCONT')
    }
    await seen(CERTIFICATE, { state: 'unable' })
    const { turns: [last] } = await see(CERTIFICATE)
    assert.match(JSON.stringify(last.steps), /ended before it had a result/)
    await ask(CERTIFICATE)
    await seen(CERTIFICATE, { state: 'passed' })
  })

  await t.test('GV-14 prove is killed: it comes back, makes its secrets anew, and goes on', async () => {
    const before = prove()
    const { last_at: after } = await see(LISTENERS)
    process.kill(before.pid, 'SIGKILL')
    await server.until('a new one', 20000, () => prove() !== undefined && prove().pid !== before.pid)
    assert.equal(below(server.child.pid).filter(one => Number(one.status.PPid) === before.pid).length, 0)
    assert.equal((await see(LISTENERS)).state, 'passed')
    await ask(LISTENERS)
    await seen(LISTENERS, { state: 'passed', after })
  })

  await t.test('GV-14 its nursery is killed: prove follows and comes back', async () => {
    const before = prove()
    const { last_at: after } = await see(LISTENERS)
    process.kill(below(before.pid).find(one => one.name === 'nursery').pid, 'SIGKILL')
    await server.until('a new one', 20000, () => prove() !== undefined && prove().pid !== before.pid)
    await ask(LISTENERS)
    await seen(LISTENERS, { state: 'passed', after })
  })

  await t.test('GV-14 a core is killed while a check runs for it: the result is not lost', async () => {
    const { last_at: after } = await see(CERTIFICATE)
    const edge = server.processes().find(one => one.kind === 'edge')
    const core = server.processes().find(one => one.kind === 'core' && one.name === 'sapporo')
    await ask(CERTIFICATE)
    process.kill(edge.pid, 'SIGSTOP')
    try {
      await server.until('a run', 10000, () => runs().length > 0)
      process.kill(core.pid, 'SIGKILL')
    } finally {
      process.kill(edge.pid, 'SIGCONT')
    }
    await server.ready()
    await seen(CERTIFICATE, { state: 'passed', after }, 90000)
  })
  assert.deepEqual(server.trouble(), [])
})
