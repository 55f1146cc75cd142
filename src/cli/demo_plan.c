#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "identity/password.h"

#include "cli/demo_plan.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define CLASS_LARGE 30 /* one class in each city is as large as they come */
#define CLASS_SMALL 12

struct spelled {
	const char *text;
	const char *kana;
};

static const struct spelled surnames[] = {
	{"佐藤", "さとう"}, {"鈴木", "すずき"}, {"高橋", "たかはし"}, {"田中", "たなか"}, {"伊藤", "いとう"},
	{"渡辺", "わたなべ"}, {"山本", "やまもと"}, {"中村", "なかむら"}, {"小林", "こばやし"}, {"加藤", "かとう"},
	{"吉田", "よしだ"}, {"山田", "やまだ"}, {"佐々木", "ささき"}, {"山口", "やまぐち"}, {"松本", "まつもと"},
	{"井上", "いのうえ"}, {"木村", "きむら"}, {"林", "はやし"}, {"斎藤", "さいとう"}, {"清水", "しみず"},
	{"山崎", "やまざき"}, {"森", "もり"}, {"池田", "いけだ"}, {"橋本", "はしもと"}, {"阿部", "あべ"},
	{"石川", "いしかわ"}, {"石田", "いしだ"}, {"小川", "おがわ"}, {"前田", "まえだ"}, {"岡田", "おかだ"},
	{"長谷川", "はせがわ"}, {"藤田", "ふじた"}, {"後藤", "ごとう"}, {"近藤", "こんどう"}, {"村上", "むらかみ"},
	{"遠藤", "えんどう"}, {"青木", "あおき"}, {"坂本", "さかもと"}, {"福田", "ふくだ"}, {"西村", "にしむら"},
};

static const struct spelled children_names[] = {
	{"陽翔", "はると"}, {"蓮", "れん"}, {"湊", "みなと"}, {"碧", "あお"}, {"律", "りつ"}, {"蒼", "そう"}, {"樹", "いつき"},
	{"悠真", "ゆうま"}, {"大和", "やまと"}, {"朝陽", "あさひ"}, {"結翔", "ゆいと"}, {"暖", "だん"}, {"颯", "はやて"},
	{"新", "あらた"}, {"陽菜", "ひな"}, {"凛", "りん"}, {"紬", "つむぎ"}, {"葵", "あおい"}, {"芽依", "めい"}, {"陽葵", "ひまり"},
	{"澪", "みお"}, {"咲茉", "えま"}, {"結菜", "ゆいな"}, {"詩", "うた"}, {"杏", "あん"}, {"心春", "こはる"}, {"莉子", "りこ"},
	{"彩葉", "いろは"}, {"花", "はな"}, {"柚葉", "ゆずは"},
};

static const char *const mothers[] = {"美咲", "愛", "由美", "彩", "麻衣", "恵", "裕子", "真由美", "沙織", "千尋", "香織", "直美"};
static const char *const fathers[] = {"健一", "大輔", "誠", "直樹", "翔太", "拓也", "浩", "和也", "剛", "亮", "智也", "哲也"};

static const char *const allergies[] = {
	"卵（加熱したものは可）", "乳製品", "小麦", "そば", "落花生", "えび・かに", "キウイ", "くるみ", "大豆（しょうゆは可）",
};
static const char *const medical[] = {
	"ぜんそく。吸入薬を職員室に預かっています。", "熱性けいれんの経験があります。38度で連絡してください。",
	"アトピー性皮膚炎。保湿剤を使います。", "鼻血が出やすいです。", "右耳が聞こえにくいです。",
};
static const char *const notes[] = {
	"お迎えは祖母のことがあります。", "人見知りをします。", "昼寝のときに毛布を使います。", "水が苦手です。", "写真の掲載は控えてください。",
};

static const char *const fetchers[] = {"母", "母・父", "母・祖母", "父・母・祖母", "母（水曜日は父）"};

const char *const demo_plan_class_names[DEMO_CLASSES] = {"すみれ組", "たんぽぽ組", "ひまわり組"};

/* splitmix64: reproducible, and nothing that matters rests on it. */
static uint64_t next(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static size_t below(uint64_t *state, size_t limit)
{
	return (size_t)(next(state) % limit);
}

static bool one_in(uint64_t *state, size_t count)
{
	return below(state, count) == 0;
}

static uint64_t mix(uint64_t seed, const char *text)
{
	uint64_t state = seed;

	for (; *text != '\0'; text++) {
		state ^= (uint8_t)*text;
		state = next(&state);
	}
	return state;
}

static err grow(void **list, size_t count, size_t *cap, size_t size)
{
	size_t wanted = *cap == 0 ? 64 : *cap * 2;
	size_t len;
	void *larger;

	if (count < *cap)
		return OK;
	if (!size_mul(wanted, size, &len))
		return FAIL(UNAVAILABLE);
	larger = realloc(*list, len);
	if (larger == NULL)
		return FAIL(UNAVAILABLE);
	*list = larger;
	*cap = wanted;
	return OK;
}

static err add_person(struct demo_city *city, const struct demo_person *person, size_t *index_out)
{
	void *list = city->people;

	TRY(grow(&list, city->person_count, &city->person_cap, sizeof(*city->people)));
	city->people = list;
	city->people[city->person_count] = *person;
	*index_out = city->person_count++;
	return OK;
}

static err add_child(struct demo_city *city, const struct demo_child *child)
{
	void *list = city->children;

	TRY(grow(&list, city->child_count, &city->child_cap, sizeof(*city->children)));
	city->children = list;
	city->children[city->child_count++] = *child;
	return OK;
}

/* Numbers that belong to nobody: the part after the prefix begins with 0000. */
static void telephone(uint64_t *state, char text[static 20])
{
	(void)snprintf(text, 20, "0%c0-0000-%04zu", "789"[below(state, 3)], below(state, 10000));
}

static err add_named(struct demo_city *city, uint64_t *state, enum role role, size_t facility, const char *surname,
    const char *given, size_t *index_out)
{
	struct demo_person person = {.role = role, .facility = facility};

	(void)snprintf(person.name, sizeof(person.name), "%s %s", surname, given);
	telephone(state, person.telephone);
	return add_person(city, &person, index_out);
}

static err add_worker(struct demo_city *city, uint64_t *state, enum role role, size_t facility, size_t *index_out)
{
	const char *given = one_in(state, 3) ? fathers[below(state, COUNT(fathers))] : mothers[below(state, COUNT(mothers))];

	return add_named(city, state, role, facility, surnames[below(state, COUNT(surnames))].text, given, index_out);
}

/* One household: its guardians are in people, its children are added one by one. */
struct family {
	const struct spelled *surname;
	char address[120];
	size_t guardians[DEMO_GUARDIANS_MAX];
	const char *relations[DEMO_GUARDIANS_MAX];
	size_t guardian_count;
};

static err make_family(struct demo_city *city, size_t facility, uint64_t *state, bool both, struct family *family)
{
	bool father_first = one_in(state, 4);

	family->surname = &surnames[below(state, COUNT(surnames))];
	family->guardian_count = both || !one_in(state, 3) ? 2 : 1;
	(void)snprintf(family->address, sizeof(family->address), "%s%zu丁目%zu番%zu号", city->facilities[facility].area,
	    1 + below(state, 9), 1 + below(state, 30), 1 + below(state, 40));
	for (size_t i = 0; i < family->guardian_count; i++) {
		bool father = (i == 0) == father_first;
		const char *given = father ? fathers[below(state, COUNT(fathers))] : mothers[below(state, COUNT(mothers))];

		TRY(add_named(city, state, ROLE_GUARDIAN, facility, family->surname->text, given, &family->guardians[i]));
		family->relations[i] = father ? "父" : "母";
	}
	return OK;
}

/* Born so that the child was `age` on the first of April of the school year. */
static int32_t birthday(uint64_t *state, int year, int age)
{
	return clock_date_add((year - age - 1) * 10000 + 402, (int32_t)below(state, 364));
}

static err make_child(struct demo_city *city, size_t facility, size_t class, uint64_t *state, const struct family *family)
{
	const struct spelled *given = &children_names[below(state, COUNT(children_names))];
	struct demo_child child = {.facility = facility, .class = class, .guardian_count = family->guardian_count};
	int age = 3 + (int)class;
	char number[20];

	(void)snprintf(child.name, sizeof(child.name), "%s %s", family->surname->text, given->text);
	(void)snprintf(child.kana, sizeof(child.kana), "%s %s", family->surname->kana, given->kana);
	memcpy(child.address, family->address, sizeof(child.address));
	memcpy(child.guardians, family->guardians, sizeof(child.guardians));
	memcpy(child.relations, family->relations, sizeof(child.relations));
	child.birth_date = birthday(state, city->year, age);
	child.entry_date = (city->year - (int)class) * 10000 + 408;
	telephone(state, number);
	(void)snprintf(child.contacts, sizeof(child.contacts), "祖母 %s", number);
	child.allergies = one_in(state, 6) ? allergies[below(state, COUNT(allergies))] : NULL;
	child.medical = one_in(state, 8) ? medical[below(state, COUNT(medical))] : NULL;
	child.fetchers = fetchers[below(state, COUNT(fetchers))];
	child.notes = one_in(state, 5) ? notes[below(state, COUNT(notes))] : NULL;
	return add_child(city, &child);
}

/* The first families are arranged for trying things out: siblings in two classes, then one family in each class. */
static const struct {
	size_t classes[2];
	size_t count;
} arranged[] = {
	{{0, 1}, 2}, {{0}, 1}, {{1}, 1}, {{2}, 1}, {{0}, 1}, {{1}, 1},
};

static err fill_facility(struct demo_city *city, size_t index, uint64_t *state, size_t room[static DEMO_CLASSES])
{
	struct demo_facility *facility = &city->facilities[index];

	for (size_t turn = 0; room[0] + room[1] + room[2] > 0; turn++) {
		struct family family = {0};
		size_t class = turn % DEMO_CLASSES;
		size_t sibling = (class + 1) % DEMO_CLASSES;
		bool two = one_in(state, 5);

		if (turn < COUNT(arranged)) {
			class = arranged[turn].classes[0];
			sibling = arranged[turn].classes[1];
			two = arranged[turn].count == 2;
		}
		if (room[class] == 0)
			continue;
		TRY(make_family(city, index, state, turn == 0, &family));
		TRY(make_child(city, index, class, state, &family));
		room[class]--;
		if (two && room[sibling] > 0) {
			TRY(make_child(city, index, sibling, state, &family));
			room[sibling]--;
		}
		if (facility->family_count < COUNT(facility->families))
			facility->families[facility->family_count++] = family.guardians[0];
	}
	return OK;
}

static err people_facility(struct demo_city *city, size_t index, const struct demo_size *size, uint64_t *state)
{
	struct demo_facility *facility = &city->facilities[index];
	size_t spread = size->children > CLASS_SMALL ? (size->children - CLASS_SMALL) * 2 + 1 : 1;
	size_t least = size->children > CLASS_SMALL ? CLASS_SMALL : size->children;
	size_t room[DEMO_CLASSES];

	TRY(add_worker(city, state, ROLE_PRINCIPAL, index, &facility->principal));
	for (size_t i = 0; i < DEMO_STAFF; i++)
		TRY(add_worker(city, state, ROLE_STAFF, index, &facility->staff[i]));
	for (size_t i = 0; i < DEMO_CLASSES; i++) {
		size_t count = least + below(state, spread);

		room[i] = index == 0 && i == 0 && size->children > CLASS_SMALL ? CLASS_LARGE :
		    count > CLASS_LARGE ? CLASS_LARGE : count;
	}
	return fill_facility(city, index, state, room);
}

/* May name somebody twice; order_all puts that right. */
static void order(struct demo_city *city, size_t person)
{
	city->signins[city->signin_count++] = person;
}

static void order_facility(struct demo_city *city, size_t index)
{
	const struct demo_facility *facility = &city->facilities[index];

	order(city, facility->principal);
	for (size_t i = 0; i < facility->family_count && i < 3; i++)
		order(city, facility->families[i]);
	order(city, facility->staff[0]);
	order(city, facility->staff[1]);
}

#define ORDER_OFFICES 7   /* places that order_offices takes */
#define ORDER_FACILITY 6

static void order_offices(struct demo_city *city, size_t officer, size_t auditor)
{
	const struct demo_facility *first = &city->facilities[0];

	order(city, first->families[0]);
	order(city, first->staff[0]);
	order(city, first->principal);
	order(city, officer);
	order(city, city->admins[0]);
	order(city, city->admins[1]);
	order(city, auditor);
}

/* Everybody once; who is named twice keeps the first place. */
static err order_all(struct demo_city *city)
{
	size_t named = city->signin_count;
	size_t count = 0;
	bool *given = calloc(city->person_count, sizeof(*given));

	if (given == NULL)
		return FAIL(UNAVAILABLE);
	for (size_t i = 0; i < named; i++) {
		size_t person = city->signins[i];

		if (!given[person])
			city->signins[count++] = person;
		given[person] = true;
	}
	for (size_t i = 0; i < city->person_count; i++)
		if (!given[i])
			city->signins[count++] = i;
	city->signin_count = count;
	free(given);
	return OK;
}

/* All roles and two facilities come first, so that few sign-ins are enough to try everything. */
static err order_city(struct demo_city *city, size_t officer, size_t auditor)
{
	size_t places = city->person_count + ORDER_OFFICES + ORDER_FACILITY * city->facility_count;

	city->signins = calloc(places, sizeof(*city->signins));
	if (city->signins == NULL)
		return FAIL(UNAVAILABLE);
	order_offices(city, officer, auditor);
	if (city->facility_count > 1)
		order_facility(city, 1);
	order_facility(city, 0);
	for (size_t i = 2; i < city->facility_count; i++)
		order_facility(city, i);
	return order_all(city);
}

static err plan_provider(struct demo_city *city, uint64_t *state)
{
	size_t operator;

	TRY(add_worker(city, state, ROLE_OPERATOR_ADMIN, DEMO_NOWHERE, &city->admins[0]));
	TRY(add_worker(city, state, ROLE_OPERATOR_ADMIN, DEMO_NOWHERE, &city->admins[1]));
	TRY(add_worker(city, state, ROLE_OPERATOR, DEMO_NOWHERE, &operator));
	city->signins = calloc(city->person_count, sizeof(*city->signins));
	if (city->signins == NULL)
		return FAIL(UNAVAILABLE);
	order(city, operator);
	order(city, city->admins[0]);
	order(city, city->admins[1]);
	return OK;
}

err demo_plan_city(struct demo_city *city, const struct demo_size *size)
{
	uint64_t state = mix(size->seed, city->name);
	size_t officer;
	size_t auditor;

	city->year = size->today / 10000 - (size->today / 100 % 100 < 4 ? 1 : 0);
	if (city->provider)
		return plan_provider(city, &state);
	TRY(add_worker(city, &state, ROLE_OFFICER_ADMIN, DEMO_NOWHERE, &city->admins[0]));
	TRY(add_worker(city, &state, ROLE_OFFICER_ADMIN, DEMO_NOWHERE, &city->admins[1]));
	TRY(add_worker(city, &state, ROLE_OFFICER, DEMO_NOWHERE, &officer));
	TRY(add_worker(city, &state, ROLE_AUDITOR, DEMO_NOWHERE, &auditor));
	for (size_t i = 0; i < city->facility_count; i++)
		TRY(people_facility(city, i, size, &state));
	return order_city(city, officer, auditor);
}

/* Like "Ramoki-4821+tesu": four classes, easy to read out. */
static void make_password(struct demo_person *person, uint64_t state)
{
	static const char consonants[] = "bdghkmnprstwyz";
	static const char vowels[] = "aeiou";
	char word[11];

	do {
		for (size_t i = 0; i < sizeof(word) - 1; i += 2) {
			word[i] = consonants[below(&state, sizeof(consonants) - 1)];
			word[i + 1] = vowels[below(&state, sizeof(vowels) - 1)];
		}
		word[sizeof(word) - 1] = '\0';
		(void)snprintf(person->password, sizeof(person->password), "%c%.5s-%04zu%c%s", word[0] - 'a' + 'A', word + 1,
		    below(&state, 10000), "+=*#"[below(&state, 4)], word + 6);
	} while (identity_password_check(bytes_str(person->password), bytes_str(person->login)) != 0);
}

/* 32 bytes in base 32: the last of 52 letters carries one bit. */
static void make_secret(struct demo_person *person, uint64_t state)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

	for (size_t i = 0; i < 51; i++)
		person->totp_secret[i] = letters[below(&state, 32)];
	person->totp_secret[51] = "AQ"[below(&state, 2)];
	person->totp_secret[52] = '\0';
}

static const char *const login_words[ROLE_COUNT] = {
	[ROLE_GUARDIAN] = "guardian",
	[ROLE_STAFF] = "teacher",
	[ROLE_PRINCIPAL] = "principal",
	[ROLE_OFFICER] = "officer",
	[ROLE_OFFICER_ADMIN] = "admin",
	[ROLE_AUDITOR] = "auditor",
	[ROLE_OPERATOR] = "operator",
	[ROLE_OPERATOR_ADMIN] = "opadmin",
};

static void name_logins(struct demo_city *city)
{
	unsigned numbers[ROLE_COUNT] = {0};

	for (size_t i = 0; i < city->signin_count; i++) {
		struct demo_person *person = &city->people[city->signins[i]];

		(void)snprintf(person->login, sizeof(person->login), "%s%u", login_words[person->role], ++numbers[person->role]);
		(void)snprintf(person->mail, sizeof(person->mail), "%s@%s.example", person->login, city->name);
	}
}

void demo_plan_signins(struct demo_city *cities, size_t city_count, unsigned count, uint64_t seed)
{
	unsigned given = 0;
	bool more = true;

	for (size_t i = 0; i < city_count; i++)
		name_logins(&cities[i]);
	for (size_t turn = 0; more && given < count; turn++) {
		more = false;
		for (size_t i = 0; i < city_count && given < count; i++) {
			struct demo_person *person;

			if (turn >= cities[i].signin_count)
				continue;
			person = &cities[i].people[cities[i].signins[turn]];
			make_password(person, mix(mix(seed, cities[i].name), person->login));
			if (((1u << person->role) & ROLES_PRIVILEGED) != 0)
				make_secret(person, mix(mix(mix(seed, cities[i].name), person->login), "totp"));
			given++;
			more = true;
		}
	}
}

void demo_plan_free(struct demo_city *city)
{
	for (size_t i = 0; i < city->facility_count; i++)
		buf_free(&city->facilities[i].body);
	free(city->facilities);
	free(city->people);
	free(city->children);
	free(city->signins);
	city->facilities = NULL;
	city->people = NULL;
	city->children = NULL;
	city->signins = NULL;
	city->facility_count = city->person_count = city->child_count = city->signin_count = 0;
}
