import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Route } from './route';
import { hrefOf, parseRoute } from './route';

const ADDRESSES: readonly (readonly [string, Route])[] = [
  ['#/', { page: 'home' }],
  ['#/children', { page: 'children' }],
  ['#/children/01abc', { page: 'absence', child: '01abc' }],
  ['#/children/01abc?kind=late', { page: 'absence', child: '01abc', kind: 'late' }],
  ['#/children/01abc/month?month=2026-11', { page: 'month', child: '01abc', month: '2026-11' }],
  ['#/board?facility=01f&date=2026-11-24', { page: 'board', facility: '01f', date: '2026-11-24' }],
  ['#/proof?annex=K&status=failing', { page: 'proof', annex: 'K', status: 'failing' }],
  ['#/proof/P-1.4', { page: 'requirement', requirement: 'P-1.4' }],
  ['#/checks/clock-offset-within', { page: 'check', check: 'clock-offset-within' }],
  ['#/events?outcome=refused&operation=child.see', { page: 'events', outcome: 'refused', operation: 'child.see' }],
  ['#/events/17', { page: 'event', index: '17' }],
  ['#/account/factor', { page: 'factor' }],
];

test('an address and its page are one', () => {
  for (const [hash, route] of ADDRESSES) {
    assert.deepEqual(parseRoute(hash), route);
    assert.equal(hrefOf(route), hash);
  }
});

test('what is no address of ours leads home, and odd values are left out', () => {
  for (const odd of ['', '#', '#x', '#/nowhere', '#/children/a%20b', '#/children/../x', '#/proof/..', '#/proof/.a', '#/proof/a..b', '#/children/', '#/events/1/2', '#/events/..']) {
    assert.deepEqual(parseRoute(odd), { page: 'home' }, odd);
  }
  assert.deepEqual(parseRoute('#/board?date=%3Cb%3E&other=1'), { page: 'board' });
  assert.equal(hrefOf({ page: 'board', facility: null, date: '2026-11-24' }), '#/board?date=2026-11-24');
});
