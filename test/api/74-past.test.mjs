// What the demonstration has behind it was made in its order by the server itself: nothing is entered as of another day, and the
// record's times never run backwards.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { accounts, all, dayAfter, exclusive, get, mustSurvive, today } from './lib.mjs';
import { of, person } from './world.mjs';

const cities = [...new Set(accounts.filter((one) => one.role === 'guardian').map((one) => one.customer))];
const dayOf = (time) => time.slice(0, 10);

before(exclusive);

// The first principals of a city are those of its first facilities.
async function busy(city) {
	const principal = await person(of(city, 'principal')[0]);
	return { principal, children: await all('/v1/children', principal) };
}

test('every role is among the sign-ins', () => {
	const roles = new Set(accounts.map((one) => one.role));
	for (const role of ['guardian', 'staff', 'principal', 'officer', 'officer-admin', 'auditor', 'operator', 'operator-admin'])
		assert.ok(roles.has(role), role);
});

test('K-26 a month of attendance was recorded on its days, absences before the cut-off', async () => {
	for (const city of cities) {
		const { principal, children } = await busy(city);
		const days = new Set();
		let records = 0;
		let reports = 0;
		for (const child of children.slice(0, 12)) {
			const past = (await all(`/v1/children/${child.id}/attendance`, principal)).filter((one) => one.date < today);
			for (const one of past) {
				assert.equal(dayOf(one.entered_at), one.date, 'entered on its day');
				assert.equal(one.late_entry, false);
				days.add(one.date);
			}
			records += past.length;
			for (const one of (await all(`/v1/children/${child.id}/absences`, principal)).filter((absence) => absence.date < today)) {
				assert.equal(dayOf(one.reported_at), one.date);
				assert.ok(one.reported_at.slice(11, 16) < '08:30', 'before the cut-off');
				reports++;
			}
		}
		assert.ok(days.size >= 12, `${city}: ${days.size} days with attendance`);
		assert.ok(records > 12 * 12, `${city}: ${records} records`);
		assert.ok(reports > 0, `${city}: ${reports} reports`);
		const calendar = (await get(`/v1/facilities/${principal.facility}/calendar?from=${dayAfter(-31)}&to=${dayAfter(40)}`, principal)).is(200).json;
		const own = calendar.items.filter((one) => one.own);
		assert.ok(own.some((one) => one.name === '遠足' && one.open) && own.some((one) => !one.open), 'the facility has days of its own');
		assert.ok(own.every((one) => one.open || !days.has(one.date)), 'nobody came on a closed day');
	}
});

test('LG-2 the times of the record never run backwards, from a month ago until now', async () => {
	const officer = await person(of(cities[0], 'officer')[0]);
	const events = (await all('/v1/events', officer)).sort((a, b) => a.index - b.index);
	assert.ok(events.every((one, at) => at === 0 || events[at - 1].time <= one.time));
	assert.ok(dayOf(events[0].time) <= dayAfter(-25), `it begins at ${events[0].time}`);
	assert.ok(dayOf(events.at(-1).time) >= dayAfter(-1), 'and goes on now');
});

mustSurvive(test);
