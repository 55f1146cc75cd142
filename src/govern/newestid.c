#include "govern/newestid.h"

#define TIME_LEN 8

static void put_time(int64_t at_us, uint8_t out[static TIME_LEN])
{
	uint64_t newest_first = UINT64_MAX - (uint64_t)at_us;

	for (size_t i = 0; i < TIME_LEN; i++)
		out[i] = (uint8_t)(newest_first >> (56 - 8 * i));
}

err newestid_make(int64_t at_us, struct id *id_out)
{
	struct id id;

	TRY(id_new(&id));
	put_time(at_us, id.b);
	*id_out = id;
	return OK;
}

bool newestid_fits(struct id id, int64_t at_us)
{
	uint8_t wanted[TIME_LEN];

	put_time(at_us, wanted);
	for (size_t i = 0; i < TIME_LEN; i++)
		if (id.b[i] != wanted[i])
			return false;
	return true;
}
