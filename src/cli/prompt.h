/*
 * prompt - what a person is asked for: from a terminal without echo, else the next line of standard input.
 */
#ifndef CLI_PROMPT_H
#define CLI_PROMPT_H

#include <stddef.h>

#include "base/err.h"

/* false: nothing was given. */
bool prompt_line(const char *question, char *line, size_t max);
/* Words for people are Japanese when LC_ALL, LC_MESSAGES or LANG (the first that is set) begins with "ja". */
bool prompt_japanese(void);

#endif
