#include "base/clock.h"

#include "kinder/reportday.h"

enum reportday reportday_check(int32_t date, int32_t today, bool guardian)
{
	if (date < clock_date_add(today, guardian ? 0 : -REPORTDAY_BACK_STAFF))
		return REPORTDAY_PAST;
	return date > clock_date_add(today, REPORTDAY_AHEAD) ? REPORTDAY_FAR : REPORTDAY_FITS;
}
