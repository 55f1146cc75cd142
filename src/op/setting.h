/*
 * setting - numbers and switches that two people of a compartment may change; catalog/settings.yaml describes them, the program reads them.
 *
 *   catalog/settings.yaml ─setting_load─▶ definitions ─(a row where somebody changed it)─▶ setting_value ─▶ whoever needs the number
 *
 * T1  What the program reads and what the file describes are the same set: anything else stops the start.
 * T2  A value outside its range is not stored, and one that is found stored all the same does not count: the default holds.
 * T3  Where the contract has a number for the same thing, the stricter one holds; a setting never loosens what the product fixes.
 * T4  A change takes effect within SETTING_FRESH_US everywhere, and comes about by change (op/change.h) alone. CH-1 CH-4 CH-6
 */
#ifndef OP_SETTING_H
#define OP_SETTING_H

#include "op/contract.h"

#define SETTING_FRESH_US CONTRACT_FRESH_US

/* What the program reads; names in setting.c. */
enum setting_code {
	SETTING_SIGN_IN_ATTEMPTS,
	SETTING_SESSION_IDLE,
	SETTING_SESSION_TOTAL,
	SETTING_SESSION_GUARDIAN_IDLE,
	SETTING_SESSION_GUARDIAN_TOTAL,
	SETTING_STEP_UP,
	SETTING_INVITATION,
	SETTING_REMINDER_MAIL,
	SETTING_COUNT
};

enum setting_home { SETTING_EACH, SETTING_CUSTOMER, SETTING_PROVIDER };
enum setting_stricter { SETTING_NONE, SETTING_LOWER, SETTING_HIGHER };

struct setting_definition {
	const char *code;
	struct op_words title, unit, impact;
	enum setting_home home;
	bool is_switch;             /* 0 or 1 */
	int64_t min, max, value;    /* value: the default */
	int64_t baseline;
	enum setting_stricter stricter;
	bool widens;
};

/* A row: what somebody has changed. */
struct setting {
	struct row row;
	struct bytes code;
	int64_t value;
	int64_t since;
	struct id by;               /* who asked for it */
};

extern const struct entity setting_entity;
extern const struct entity *const setting_entities[]; /* ends with NULL */

/* Before threads. INVALID, NOT_FOUND: logged. */
MUST_USE err setting_load(const char *folder);
MUST_USE err setting_start(void);
const struct setting_definition *setting_at(enum setting_code code);
/* NULL: there is none of this name, or not in such a compartment. */
const struct setting_definition *setting_find(struct bytes code, const struct compartment *compartment, enum setting_code *code_out);
bool setting_fits(const struct setting_definition *definition, int64_t value);
/* Is it at least as strict as the baseline? */
bool setting_in_line(const struct setting_definition *definition, int64_t value);

/* What holds now. Reads at most once in SETTING_FRESH_US a thread. */
MUST_USE err setting_value(struct row_context *c, const struct compartment *compartment, int64_t now_us, enum setting_code code, int64_t *value_out);
MUST_USE err setting_of(struct call *call, enum setting_code code, int64_t *value_out);
/* The row. NOT_FOUND: nobody has changed it. */
MUST_USE err setting_row(struct row_context *c, struct bytes code, struct setting *setting_out);
MUST_USE err setting_put(struct row_context *c, struct bytes code, int64_t value, struct id by, int64_t now_us);
/* What the contract of the compartment has for the same thing, in the setting's unit; 0: nothing. */
int64_t setting_agreed(enum setting_code code, const struct contract_limits *agreed);
/* T3: of a value and what is agreed (0: nothing) the one that holds. */
int64_t setting_effective(const struct setting_definition *definition, int64_t value, int64_t agreed);

#endif
