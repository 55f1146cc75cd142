/*
 * size - arithmetic on sizes that says when it overflows.
 */
#include "base/bytes.h"

bool size_add(size_t a, size_t b, size_t *sum_out)
{
	size_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		return false;
	*sum_out = sum;
	return true;
}

bool size_mul(size_t a, size_t b, size_t *product_out)
{
	size_t product;

	if (__builtin_mul_overflow(a, b, &product))
		return false;
	*product_out = product;
	return true;
}
