/*
 * checks_package - that the proof of a requirement can be taken away and checked elsewhere: with nothing but the package and the key
 * that the ledger gives to everybody.
 */
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "assure/tried.h"
#include "ledger/note.h"
#include "ledger/tree.h"

#include "assure/checks_package.h"

#define REQUIREMENTS_MAX 40     /* looked at until one has results */

static struct bytes text_of(const json_t *of, const char *name)
{
	const json_t *text = json_object_get(of, name);

	return json_is_string(text) ? (struct bytes){(const uint8_t *)json_string_value(text), json_string_length(text)} : (struct bytes){0};
}

/* The key as the ledger itself gives it. */
static err ledger_key(struct trial *trial, struct note_key *key_out)
{
	struct seen seen;
	struct bytes text;

	TRY(tried_ask(trial, NULL, "GET", trial_text(trial, "/v1/ledger/%s/key", trial_compartment(trial)), NULL, &seen));
	text = seen.body;
	while (text.len > 0 && text.ptr[text.len - 1] == '\n')
		text.len--;
	return note_vkey_parse(text, key_out);
}

static bool head_verifies(const json_t *package, const struct note_key *key, struct ledger_head *head_out)
{
	char origin[NOTE_NAME_MAX];
	struct bytes text;

	return err_is_ok(note_verify(text_of(package, "checkpoint"), key, &text)) && err_is_ok(note_checkpoint_parse(text, origin, head_out)) &&
	    strcmp(origin, key->name) == 0;
}

static bool hashes_of(const json_t *entry, struct buf *hashes)
{
	const json_t *list = json_object_get(entry, "hashes");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *hash = json_array_get(list, i);

		if (!json_is_string(hash) || !err_is_ok(base64_decode(bytes_str(json_string_value(hash)), hashes)) || hashes->len != (i + 1) * LEDGER_HASH_LEN)
			return false;
	}
	return true;
}

/* Does the entry stand under the head? */
static bool entry_verifies(const json_t *entry, const struct ledger_head *head)
{
	uint8_t leaf_hash[LEDGER_HASH_LEN];
	OWN(buf) leaf = {0};
	OWN(buf) hashes = {0};

	return err_is_ok(base64_decode(text_of(entry, "entry"), &leaf)) && leaf.len > 0 && hashes_of(entry, &hashes) &&
	    err_is_ok(tree_leaf(bytes_of(&leaf), leaf_hash)) &&
	    err_is_ok(tree_check_inclusion((uint64_t)json_integer_value(json_object_get(entry, "index")), head->size, leaf_hash, hashes.ptr,
	        hashes.len / LEDGER_HASH_LEN, head->root));
}

static bool has_entry(const json_t *entries, json_int_t index)
{
	for (size_t i = 0; i < json_array_size(entries); i++)
		if (json_integer_value(json_object_get(json_array_get(entries, i), "index")) == index)
			return true;
	return false;
}

/* Every stretch of results has the entries that it began and ended with. */
static bool turns_whole(const json_t *package, const json_t *entries)
{
	const json_t *checks = json_object_get(package, "turns");

	for (size_t i = 0; i < json_array_size(checks); i++) {
		const json_t *turns = json_object_get(json_array_get(checks, i), "turns");

		for (size_t k = 0; k < json_array_size(turns); k++) {
			const json_t *turn = json_array_get(turns, k);

			if (!has_entry(entries, json_integer_value(json_object_get(turn, "first_event"))) ||
			    !has_entry(entries, json_integer_value(json_object_get(turn, "last_event"))))
				return false;
		}
	}
	return true;
}

static void judge(struct trial *trial, const json_t *package, const struct note_key *key)
{
	const json_t *entries = json_object_get(package, "entries");
	const json_t *page = json_object_get(package, "requirement");
	struct ledger_head head = {0};
	bool signed_well = head_verifies(package, key, &head);
	bool left_out = json_integer_value(json_object_get(package, "left_out")) > 0;
	size_t good = 0;

	for (size_t i = 0; signed_well && i < json_array_size(entries); i++)
		good += entry_verifies(json_array_get(entries, i), &head) ? 1 : 0;
	trial_step(trial, json_array_size(json_object_get(page, "controls")) > 0, 0, "要件の対策、検査結果、記録が入っている", "It holds the requirement's controls, results and records",
	    "%zu", json_array_size(json_object_get(page, "controls")));
	trial_step(trial, signed_well, 1, "先頭の署名は、記録簿が公開している鍵で検証できる", "The signature of its head verifies with the key that the ledger gives to everybody", "%llu",
	    (unsigned long long)head.size);
	trial_step(trial, good == json_array_size(entries) && good > 0, (unsigned)good, "結果の記録は、どれもその先頭に含まれている", "Every result's entry is included under that head",
	    "%zu/%zu", good, json_array_size(entries));
	trial_step(trial, left_out || turns_whole(package, entries), 0, "結果の節目ごとの記録がそろっている", "The entries of every turn of a result are there", "%s",
	    left_out ? "…" : "+");
}

static err package_of(struct trial *trial, const struct person *overseer, const char *requirement, json_t **package_out)
{
	struct seen seen;

	TRY(tried_ask(trial, overseer, "GET", trial_text(trial, "/v1/requirements/%s/package", requirement), NULL, &seen));
	*package_out = seen.status == 200 ? json_loadb((const char *)seen.body.ptr, seen.body.len, JSON_REJECT_DUPLICATES, NULL) : NULL;
	if (*package_out == NULL)
		trial_step(trial, false, 1, "証拠のまとめを得られる", "The package can be taken away", TRIED_SEEN, TRIED_SEEN_OF(&seen));
	return OK;
}

static err run_package(struct trial *trial)
{
	static char ids[REQUIREMENTS_MAX][TRIED_FACT_MAX]; /* of this process, which runs one check */
	const struct person *overseer = NULL;
	struct note_key key;
	struct seen list;
	struct seen item;
	size_t count = 0;
	size_t at = 0;
	bool found = false;

	TRY(tried_overseer(trial, &overseer));
	TRY(ledger_key(trial, &key));
	TRY(tried_ask(trial, overseer, "GET", "/v1/requirements", NULL, &list));
	while (count < REQUIREMENTS_MAX && tried_item(&list, &at, &item))
		(void)snprintf(ids[count++], sizeof(ids[0]), "%s", trial_json_text(&item, "id"));
	for (size_t i = 0; i < count && !found; i++) {
		json_t *package = NULL;

		TRY(package_of(trial, overseer, ids[i], &package));
		found = package == NULL || json_array_size(json_object_get(package, "entries")) > 0;
		if (package != NULL && found)
			judge(trial, package, &key);
		json_decref(package);
	}
	return OK;
}

const struct check checks_package[] = {
	{.id = "proof-package-verifies", .where = CHECK_CUSTOMER | CHECK_PROBE, .run = run_package, .seconds = 60},
	{.id = NULL},
};
