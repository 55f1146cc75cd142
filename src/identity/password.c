#include <string.h>

#include "identity/password.h"

#define DISTINCT_MIN 5       /* different characters */
#define RUN_MIN 4            /* characters that make a run */
#define LOGIN_MIN 3          /* shorter logins are in too many words */

/* What is left of a common password when digits, symbols and disguises are taken off; lower case. */
static const char *const common_words[] = {
	"aaaaaa", "abcabc", "abcdef", "access", "adgjmp", "admin", "administrator", "adminadmin", "adobe", "aishiteru",
	"akihabara", "alexander", "amanda", "america", "andrew", "android", "anime", "anthony", "apple", "april",
	"arsenal", "asdf", "asdfgh", "asdfghjkl", "ashley", "asshole", "august", "austin", "autumn", "azerty",
	"banana", "barcelona", "baseball", "basketball", "batman", "biteme", "bonjour", "buster", "butterfly", "changeme",
	"charlie", "cheese", "chelsea", "chocolate", "christmas", "chrome", "computer", "cookie", "corvette", "daniel",
	"december", "default", "demo", "denwa", "diamond", "disney", "docomo", "dolphin", "doraemon", "dragon",
	"eeeeee", "encho", "enji", "family", "february", "flower", "football", "freedom", "friday", "friend",
	"fujisan", "ganbaru", "ganbatte", "george", "ginger", "google", "guest", "guestguest", "hanako", "happy",
	"harley", "haru", "hello", "helloworld", "himawari", "hiragana", "hockey", "hogehoge", "hoikuen", "hoikusho",
	"hokkaido", "hunter", "iloveyou", "internet", "iphone", "jackson", "james", "january", "japan", "jasmine",
	"jennifer", "jessica", "jesus", "jordan", "joshua", "july", "june", "justin", "kawaii", "kindergarten",
	"killer", "kodomo", "kokoro", "kyoto", "letmein", "liverpool", "login", "london", "love", "loveme",
	"lovely", "maggie", "manager", "march", "marina", "master", "matrix", "matthew", "merlin", "michael",
	"michelle", "microsoft", "monday", "money", "monkey", "monster", "mother", "mustang", "nagoya", "naruto",
	"newpassword", "nicole", "nihon", "ninja", "nintendo", "nippon", "november", "october", "officer", "onepiece",
	"operator", "orange", "osaka", "passcode", "passpass", "passphrase", "password", "passwd", "passwort", "pass",
	"patrick", "pepper", "phoenix", "pikachu", "pokemon", "princess", "principal", "purple", "qazwsx", "qazwsxedc",
	"qwer", "qwerty", "qwertyuiop", "qwertyui", "ranger", "root", "rootroot", "sakura", "samsung", "sapporo",
	"sayonara", "security", "secret", "sekimori", "sekai", "september", "sensei", "shadow", "shibuya", "shinjuku",
	"snoopy", "soccer", "softbank", "starwars", "summer", "sunday", "sunshine", "super", "superman", "system",
	"takahashi", "tanaka", "taylor", "teacher", "temp", "temporary", "test", "testtest", "thomas", "thunder",
	"tigger", "tokyo", "toyota", "trustno", "user", "useruser", "watanabe", "welcome", "whatever", "william",
	"winter", "yamada", "yamamoto", "yochien", "youchien", "yokohama", "zaqwsx", "zxcvbn", "zxcvbnm", NULL,
};

/* Rows of a keyboard, the alphabet and the digits: neighbours make a run, in either direction. */
static const char *const runs[] = {
	"abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "!\"#$%&'()", "!@#$%^&*()", NULL,
};

static const struct identity_password_words words[IDENTITY_PASSWORD_FLAW_COUNT] = {
	[IDENTITY_PASSWORD_SHORT] = {"パスワードは10文字以上にしてください。", "A password has at least 10 characters."},
	[IDENTITY_PASSWORD_LONG] = {"パスワードは128文字以内にしてください。", "A password has at most 128 characters."},
	[IDENTITY_PASSWORD_UPPER] = {"英大文字を1文字以上入れてください。", "Put in at least one upper-case letter."},
	[IDENTITY_PASSWORD_LOWER] = {"英小文字を1文字以上入れてください。", "Put in at least one lower-case letter."},
	[IDENTITY_PASSWORD_DIGIT] = {"数字を1文字以上入れてください。", "Put in at least one digit."},
	[IDENTITY_PASSWORD_SYMBOL] = {"記号を1文字以上入れてください。", "Put in at least one symbol."},
	[IDENTITY_PASSWORD_LOGIN] = {"パスワードにログイン名を含めないでください。",
	    "A password must not contain the login."},
	[IDENTITY_PASSWORD_COMMON] = {"よく使われるパスワードです。ほかの人が思いつかないものにしてください。",
	    "This password is a common one. Choose one that nobody else would think of."},
	[IDENTITY_PASSWORD_SEQUENCE] = {"同じ文字の繰り返しや、並んだ文字がほとんどです。別のものにしてください。",
	    "This is mostly repeated or neighbouring characters. Choose another one."},
	[IDENTITY_PASSWORD_ENCODING] = {"パスワードに使えない文字が含まれています。",
	    "The password contains characters that cannot be used."},
};

const struct identity_password_words *identity_password_words(enum identity_password_flaw flaw)
{
	REQUIRE(flaw < IDENTITY_PASSWORD_FLAW_COUNT);
	return &words[flaw];
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

static bool is_letter(uint8_t c)
{
	return lower(c) >= 'a' && lower(c) <= 'z';
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* The letter that a digit or symbol stands for in p@ssw0rd. */
static uint8_t undisguise(uint8_t c)
{
	static const struct {
		char mark;
		char letter;
	} disguises[] = {
		{'@', 'a'}, {'4', 'a'}, {'0', 'o'}, {'1', 'i'}, {'!', 'i'}, {'3', 'e'}, {'5', 's'}, {'$', 's'}, {'7', 't'},
	};

	for (size_t i = 0; i < sizeof(disguises) / sizeof(disguises[0]); i++)
		if (c == (uint8_t)disguises[i].mark)
			return (uint8_t)disguises[i].letter;
	return lower(c);
}

/* Anything outside ASCII counts as a symbol: it is neither letter case nor digit. */
static unsigned class_flaws(struct bytes password)
{
	bool upper = false;
	bool small = false;
	bool digit = false;
	bool symbol = false;

	for (size_t i = 0; i < password.len; i++) {
		uint8_t c = password.ptr[i];

		if (is_digit(c))
			digit = true;
		else if (!is_letter(c))
			symbol = true;
		else if (c == lower(c))
			small = true;
		else
			upper = true;
	}
	return (upper ? 0 : 1u << IDENTITY_PASSWORD_UPPER) | (small ? 0 : 1u << IDENTITY_PASSWORD_LOWER) |
	    (digit ? 0 : 1u << IDENTITY_PASSWORD_DIGIT) | (symbol ? 0 : 1u << IDENTITY_PASSWORD_SYMBOL);
}

static bool contains_login(struct bytes password, struct bytes login)
{
	if (login.len < LOGIN_MIN)
		return false;
	for (size_t at = 0; at + login.len <= password.len; at++) {
		size_t same = 0;

		while (same < login.len && lower(password.ptr[at + same]) == lower(login.ptr[same]))
			same++;
		if (same == login.len)
			return true;
	}
	return false;
}

/* core is one common word, or the same one again and again. */
static bool is_word(const uint8_t *core, size_t len)
{
	for (size_t i = 0; common_words[i] != NULL; i++) {
		size_t word = strlen(common_words[i]);
		size_t at = 0;

		if (len == 0 || len % word != 0)
			continue;
		while (at < len && memcmp(core + at, common_words[i], word) == 0)
			at += word;
		if (at == len)
			return true;
	}
	return false;
}

/* A common word between digits and symbols, plain or with its letters disguised. */
static bool is_common(struct bytes password)
{
	uint8_t plain[IDENTITY_PASSWORD_MAX * 4];
	uint8_t disguised[IDENTITY_PASSWORD_MAX * 4];
	size_t plain_len = 0;
	size_t first = 0;
	size_t last = password.len;
	size_t disguised_len = 0;
	bool common;

	for (size_t i = 0; i < password.len; i++)
		if (is_letter(password.ptr[i]))
			plain[plain_len++] = lower(password.ptr[i]);
	while (first < last && !is_letter(password.ptr[first]) && undisguise(password.ptr[first]) == password.ptr[first])
		first++;
	while (last > first && !is_letter(password.ptr[last - 1]))
		last--;
	for (size_t i = first; i < last; i++) {
		uint8_t c = undisguise(password.ptr[i]);

		if (is_letter(c))
			disguised[disguised_len++] = c;
	}
	common = is_word(plain, plain_len) || is_word(disguised, disguised_len);
	wipe(plain, sizeof(plain));
	wipe(disguised, sizeof(disguised));
	return common;
}

static bool neighbours(uint8_t a, uint8_t b)
{
	if (a == b)
		return true;
	for (size_t i = 0; runs[i] != NULL; i++) {
		const char *run = runs[i];

		for (size_t j = 0; run[j + 1] != '\0'; j++)
			if (((uint8_t)run[j] == a && (uint8_t)run[j + 1] == b) ||
			    ((uint8_t)run[j] == b && (uint8_t)run[j + 1] == a))
				return true;
	}
	return false;
}

/* Too few different characters, or more than half of them in runs. */
static bool is_sequence(struct bytes password)
{
	bool seen[256] = {false};
	size_t distinct = 0;
	size_t in_runs = 0;
	size_t run = 1;

	for (size_t i = 0; i < password.len; i++) {
		uint8_t c = lower(password.ptr[i]);

		distinct += !seen[c];
		seen[c] = true;
		if (i > 0 && neighbours(lower(password.ptr[i - 1]), c)) {
			run++;
			in_runs += run == RUN_MIN ? RUN_MIN : (size_t)(run > RUN_MIN);
		} else {
			run = 1;
		}
	}
	wipe(seen, sizeof(seen));
	return distinct < DISTINCT_MIN || in_runs * 2 > password.len;
}

unsigned identity_password_check(struct bytes password, struct bytes login)
{
	unsigned flaws = 0;
	size_t count = 0;

	if (!err_is_ok(utf8_check(password, &count)))
		return 1u << IDENTITY_PASSWORD_ENCODING;
	for (size_t i = 0; i < password.len; i++)
		if (password.ptr[i] < 0x20 || password.ptr[i] == 0x7f)
			flaws |= 1u << IDENTITY_PASSWORD_ENCODING;
	if (count > IDENTITY_PASSWORD_MAX)
		return flaws | 1u << IDENTITY_PASSWORD_LONG;
	if (count < IDENTITY_PASSWORD_MIN)
		flaws |= 1u << IDENTITY_PASSWORD_SHORT;
	flaws |= class_flaws(password);
	if (contains_login(password, login))
		flaws |= 1u << IDENTITY_PASSWORD_LOGIN;
	if (is_common(password))
		flaws |= 1u << IDENTITY_PASSWORD_COMMON;
	if (password.len > 0 && is_sequence(password))
		flaws |= 1u << IDENTITY_PASSWORD_SEQUENCE;
	return flaws;
}
