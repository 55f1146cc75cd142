/*
 * show - checks, registers and reasons as callers see them.
 */
#ifndef ASSURE_SHOW_H
#define ASSURE_SHOW_H

#include "assure/facts.h"
#include "assure/verdict.h"
#include "entity/json.h"

enum show_depth { SHOW_LINE, SHOW_STEPS }; /* without or with what was tried */

void show_words(struct json *json, const char *name, const struct catalogue_words *words);
enum matrix_check show_check_state(const struct facts *facts, const struct catalogue_check *check);
enum matrix_register show_register_state(const struct facts *facts, const struct catalogue_need *need);
/* The members of a check, inside an open object. */
void show_check(struct json *json, const struct facts *facts, const struct catalogue_check *check, enum show_depth depth);
/* An object of its own. */
void show_register(struct json *json, const struct facts *facts, const struct catalogue_need *need);
/* As kept: an array; [] where it is none. */
void show_steps(struct json *json, struct bytes steps);
/* Why a part is as it is. */
struct show_said { char ja[400], en[400]; };
void show_say_check(const char *check, enum matrix_check state, struct show_said *said_out);
void show_say_register(const struct catalogue_register *of, enum matrix_register state, struct show_said *said_out);
/* The same as members ja and en. */
void show_reason(struct json *json, const char *check, enum matrix_check state);
void show_register_reason(struct json *json, const struct catalogue_register *of, enum matrix_register state);
/* Is it about the program's own posture: clock, listeners, algorithms, certificate, sandbox, digests? Those lead the list, in this order. */
bool show_leads(const struct catalogue_check *check);
size_t show_lead_count(void);
const struct catalogue_check *show_lead(size_t index);  /* NULL: the catalogue does not have it */

#endif
