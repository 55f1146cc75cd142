#include <stdio.h>
#include <string.h>

#include "base/clock.h"

#include "kinder/printout.h"

static const char *const weekdays_ja[] = {"日", "月", "火", "水", "木", "金", "土"};
static const char *const weekdays_en[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char *const full_weekdays[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
static const char *const months[] = {
	"", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
};

const char *printout_weekday(int32_t date, enum language language)
{
	int weekday = clock_weekday(date);

	REQUIRE(weekday >= 0);
	return language == LANGUAGE_EN ? weekdays_en[weekday] : weekdays_ja[weekday];
}

void printout_date(int32_t date, enum language language, char text_out[static PRINTOUT_DATE_MAX])
{
	int weekday = clock_weekday(date);

	REQUIRE(weekday >= 0);
	if (language == LANGUAGE_EN)
		(void)snprintf(text_out, PRINTOUT_DATE_MAX, "%s, %d %s %d", full_weekdays[weekday], date % 100, months[date / 100 % 100],
		    date / 10000);
	else
		(void)snprintf(text_out, PRINTOUT_DATE_MAX, "%d年%d月%d日（%s）", date / 10000, date / 100 % 100, date % 100,
		    weekdays_ja[weekday]);
}

void printout_month(int32_t date, enum language language, char text_out[static PRINTOUT_DATE_MAX])
{
	REQUIRE(clock_weekday(date) >= 0);
	if (language == LANGUAGE_EN)
		(void)snprintf(text_out, PRINTOUT_DATE_MAX, "%s %d", months[date / 100 % 100], date / 10000);
	else
		(void)snprintf(text_out, PRINTOUT_DATE_MAX, "%d年%d月", date / 10000, date / 100 % 100);
}

err printout_begin(struct call *call, const struct printout *printout, struct render **render_out)
{
	bool english = call->language == LANGUAGE_EN;
	char date[PRINTOUT_DATE_MAX];
	char time[CLOCK_TEXT_MAX];
	char issued[PRINTOUT_DATE_MAX + CLOCK_TEXT_MAX];
	struct render_head head = {
		.title = printout->title,
		.subtitle = printout->subtitle,
		.footer = printout->footer,
		.issued_us = call->now_us,
		.language = call->language,
		.landscape = printout->landscape,
	};

	printout_date(clock_date_jst(call->now_us), call->language, date);
	clock_time_format(call->now_us, time);
	(void)snprintf(issued, sizeof(issued), english ? "Made on %s at %.5s" : "%s %.5s 作成", date, time + 11);
	head.issued = bytes_str(issued);
	return render_new(&head, render_out);
}

err printout_make(struct call *call, struct render *render, struct bytes *pdf_out)
{
	OWN(buf) pdf = {0};

	TRY(render_pdf(call->compartment, render, &pdf));
	return arena_copy(call->arena, bytes_of(&pdf), pdf_out);
}
