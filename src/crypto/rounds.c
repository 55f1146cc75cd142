#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "crypto/rounds_int.h"

#define CHUNK 4096            /* rounds between two looks at who waits: a fraction of a millisecond */
#define RUNNERS_MAX 64

/* One password: its two starting states, the last HMAC and the xor of all, as words. */
struct lane {
	uint32_t inner[ROUNDS_WORDS], outer[ROUNDS_WORDS];
	uint32_t last[ROUNDS_WORDS], sum[ROUNDS_WORDS];
};

static uint32_t word_get(const uint8_t *from)
{
	return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
}

static void word_put(uint8_t *to, uint32_t word)
{
	to[0] = (uint8_t)(word >> 24);
	to[1] = (uint8_t)(word >> 16);
	to[2] = (uint8_t)(word >> 8);
	to[3] = (uint8_t)word;
}

/* ---- one at a time, by OpenSSL ---- */

/* The hash of block from the given start, written over the block's first half. */
static void compress_from(const SHA256_CTX *start, SHA256_CTX *state, uint8_t block[static SHA256_BLOCK_LEN])
{
	memcpy(state->h, start->h, sizeof(state->h));
	sha256_compress(state, block);
	for (size_t i = 0; i < ROUNDS_WORDS; i++)
		word_put(block + 4 * i, state->h[i]);
}

void rounds_run_plain(const struct mac *mac, uint32_t rounds, uint8_t first[static HASH_LEN])
{
	uint8_t block[SHA256_BLOCK_LEN] = {0};
	uint32_t sum[ROUNDS_WORDS];
	SHA256_CTX state = {0};

	memcpy(block, first, HASH_LEN);
	block[HASH_LEN] = 0x80; /* the padding of a pad and 32 bytes: */
	word_put(block + SHA256_BLOCK_LEN - 4, (SHA256_BLOCK_LEN + HASH_LEN) * 8);
	for (size_t i = 0; i < ROUNDS_WORDS; i++)
		sum[i] = word_get(first + 4 * i);
	for (uint32_t round = 1; round < rounds; round++) {
		compress_from(&mac->inner, &state, block);
		compress_from(&mac->outer, &state, block);
		for (size_t i = 0; i < ROUNDS_WORDS; i++)
			sum[i] ^= state.h[i];
	}
	for (size_t i = 0; i < ROUNDS_WORDS; i++)
		word_put(first + 4 * i, sum[i]);
	wipe(block, sizeof(block));
	wipe(sum, sizeof(sum));
	wipe(&state, sizeof(state));
}

/* ---- two at a time, by the processor's SHA instructions ---- */

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

/* FIPS 180-4 section 4.2.2. */
static const uint32_t constants[64] __attribute__((aligned(16))) = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

#define LANES __attribute__((target("sha,sse4.1")))
#define LANES_INLINE LANES __attribute__((always_inline)) static inline

/* A state as the instructions want it: words a, b, e, f and c, d, g, h; and as a message has it: a to d and e to h. */
struct packed { __m128i abef, cdgh; };
struct halves { __m128i abcd, efgh; };

LANES_INLINE __m128i load(const void *from)
{
	return _mm_loadu_si128(from);
}

LANES_INLINE struct packed pack(struct halves in)
{
	__m128i cdab = _mm_shuffle_epi32(in.abcd, 0xb1);
	__m128i efgh = _mm_shuffle_epi32(in.efgh, 0x1b);

	return (struct packed){_mm_alignr_epi8(cdab, efgh, 8), _mm_blend_epi16(efgh, cdab, 0xf0)};
}

LANES_INLINE struct halves unpack(struct packed in)
{
	__m128i feba = _mm_shuffle_epi32(in.abef, 0x1b);
	__m128i dchg = _mm_shuffle_epi32(in.cdgh, 0xb1);

	return (struct halves){_mm_blend_epi16(feba, dchg, 0xf0), _mm_alignr_epi8(dchg, feba, 8)};
}

/* Four steps of lane l, and the message schedule that goes with them; words is the message's quarter, next and past those around it. */
#define STEPS(l, at, words, next, past)                                                                                \
	do {                                                                                                           \
		__m128i t_ = _mm_add_epi32(words##l, load(&constants[4 * (at)]));                                      \
		s##l.cdgh = _mm_sha256rnds2_epu32(s##l.cdgh, s##l.abef, t_);                                           \
		if ((at) >= 3 && (at) <= 14)                                                                           \
			next##l = _mm_sha256msg2_epu32(_mm_add_epi32(next##l, _mm_alignr_epi8(words##l, past##l, 4)), words##l); \
		s##l.abef = _mm_sha256rnds2_epu32(s##l.abef, s##l.cdgh, _mm_shuffle_epi32(t_, 0x0e));                  \
		if ((at) >= 1 && (at) <= 12)                                                                           \
			past##l = _mm_sha256msg1_epu32(past##l, words##l);                                             \
	} while (0)
#define BOTH(at, words, next, past)                    \
	do {                                           \
		STEPS(0, at, words, next, past);       \
		if (two)                               \
			STEPS(1, at, words, next, past); \
	} while (0)
#define SIXTEEN(at)                     \
	BOTH((at), ma, mb, md);         \
	BOTH((at) + 1, mb, mc, ma);     \
	BOTH((at) + 2, mc, md, mb);     \
	BOTH((at) + 3, md, ma, mc)

/* The hash of 32 bytes from the given start, for each lane; FIPS 180-4 section 6.2.2. */
LANES_INLINE void compress(const struct packed start[static 2], struct halves message[static 2], bool two)
{
	const __m128i one_bit = _mm_set_epi32(0, 0, 0, (int)0x80000000u); /* the padding of a pad and 32 bytes: */
	const __m128i length = _mm_set_epi32((SHA256_BLOCK_LEN + HASH_LEN) * 8, 0, 0, 0);
	struct packed s0 = start[0], s1 = start[1];
	__m128i ma0 = message[0].abcd, mb0 = message[0].efgh, mc0 = one_bit, md0 = length;
	__m128i ma1 = message[1].abcd, mb1 = message[1].efgh, mc1 = one_bit, md1 = length;

	SIXTEEN(0);
	SIXTEEN(4);
	SIXTEEN(8);
	SIXTEEN(12);
	s0.abef = _mm_add_epi32(s0.abef, start[0].abef);
	s0.cdgh = _mm_add_epi32(s0.cdgh, start[0].cdgh);
	message[0] = unpack(s0);
	if (two) {
		s1.abef = _mm_add_epi32(s1.abef, start[1].abef);
		s1.cdgh = _mm_add_epi32(s1.cdgh, start[1].cdgh);
		message[1] = unpack(s1);
	}
}

LANES_INLINE void run_either(struct lane *const lanes[static 2], uint32_t rounds, bool two)
{
	struct packed inner[2], outer[2];
	struct halves last[2], sum[2];

	for (unsigned i = 0; i < 2; i++) {
		inner[i] = pack((struct halves){load(lanes[i]->inner), load(lanes[i]->inner + 4)});
		outer[i] = pack((struct halves){load(lanes[i]->outer), load(lanes[i]->outer + 4)});
		last[i] = (struct halves){load(lanes[i]->last), load(lanes[i]->last + 4)};
		sum[i] = (struct halves){load(lanes[i]->sum), load(lanes[i]->sum + 4)};
	}
	for (uint32_t round = 0; round < rounds; round++) {
		compress(inner, last, two);
		compress(outer, last, two);
		for (unsigned i = 0; i < (two ? 2u : 1u); i++) {
			sum[i].abcd = _mm_xor_si128(sum[i].abcd, last[i].abcd);
			sum[i].efgh = _mm_xor_si128(sum[i].efgh, last[i].efgh);
		}
	}
	for (unsigned i = 0; i < (two ? 2u : 1u); i++) {
		_mm_storeu_si128((__m128i *)(void *)lanes[i]->last, last[i].abcd);
		_mm_storeu_si128((__m128i *)(void *)(lanes[i]->last + 4), last[i].efgh);
		_mm_storeu_si128((__m128i *)(void *)lanes[i]->sum, sum[i].abcd);
		_mm_storeu_si128((__m128i *)(void *)(lanes[i]->sum + 4), sum[i].efgh);
	}
	wipe(last, sizeof(last));
	wipe(sum, sizeof(sum));
}

LANES static void run_lanes(struct lane *one, struct lane *other, uint32_t rounds)
{
	struct lane *const lanes[2] = {one, other != NULL ? other : one};

	if (other != NULL)
		run_either(lanes, rounds, true);
	else
		run_either(lanes, rounds, false);
}

static bool processor_can(void)
{
	unsigned a, b, c, d;

	if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & bit_SSE4_1) == 0)
		return false;
	return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & bit_SHA) != 0;
}
#else
static void run_lanes(struct lane *one, struct lane *other, uint32_t rounds)
{
	(void)one;
	(void)other;
	(void)rounds;
	REQUIRE(false);
}

static bool processor_can(void)
{
	return false;
}
#endif

/* ---- who runs ---- */

enum job_state { JOB_WAITING, JOB_RUNNING, JOB_DONE };

struct job {
	struct lane lane;
	uint32_t left;
	enum job_state state;
	struct job *next;             /* among those that wait */
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t desk = PTHREAD_MUTEX_INITIALIZER; /* guards all below, and every job's state */
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static struct job *waiting;
static unsigned runners, runners_max;
static bool lanes_work;

static void lane_begin(struct lane *lane, const struct mac *mac, const uint8_t first[static HASH_LEN])
{
	for (size_t i = 0; i < ROUNDS_WORDS; i++) {
		lane->inner[i] = mac->inner.h[i];
		lane->outer[i] = mac->outer.h[i];
		lane->last[i] = lane->sum[i] = word_get(first + 4 * i);
	}
}

static void lane_end(struct lane *lane, uint8_t result[static HASH_LEN])
{
	for (size_t i = 0; i < ROUNDS_WORDS; i++)
		word_put(result + 4 * i, lane->sum[i]);
	wipe(lane, sizeof(*lane));
}

/* R1 */
static bool lanes_agree(void)
{
	uint8_t plain[3][HASH_LEN], ours[3][HASH_LEN];
	struct lane lanes[3];

	for (unsigned i = 0; i < 3; i++) {
		struct mac mac = {0};

		memset(plain[i], (int)(0x5a + i), HASH_LEN);
		for (size_t w = 0; w < ROUNDS_WORDS; w++) {
			mac.inner.h[w] = (uint32_t)(w * 0x9e3779b9u + i);
			mac.outer.h[w] = (uint32_t)(w * 0x7f4a7c15u ^ i);
		}
		lane_begin(&lanes[i], &mac, plain[i]);
		rounds_run_plain(&mac, 8, plain[i]);
	}
	run_lanes(&lanes[0], &lanes[1], 7);
	run_lanes(&lanes[2], NULL, 7);
	for (unsigned i = 0; i < 3; i++)
		lane_end(&lanes[i], ours[i]);
	return memcmp(plain, ours, sizeof(plain)) == 0;
}

static void prepare(void)
{
	cpu_set_t set;
	int count = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;

	runners_max = count < 1 ? 1 : count > RUNNERS_MAX ? RUNNERS_MAX : (unsigned)count;
	lanes_work = processor_can() && lanes_agree();
}

bool rounds_have_lanes(void)
{
	(void)pthread_once(&once, prepare);
	return lanes_work;
}

static struct job *take_waiting(void)
{
	struct job *job = waiting;

	if (job == NULL)
		return NULL;
	waiting = job->next;
	job->next = NULL;
	job->state = JOB_RUNNING;
	return job;
}

static void wait_in_line(struct job *job)
{
	struct job **at = &waiting;

	while (*at != NULL)
		at = &(*at)->next;
	job->state = JOB_WAITING;
	*at = job;
}

/* Until `own` is done; with the desk locked on entry and on return. */
static void drive(struct job *own)
{
	struct job *guest = NULL;

	runners++;
	while (own->left > 0) {
		uint32_t count = own->left < CHUNK ? own->left : CHUNK;

		if (guest == NULL)
			guest = take_waiting();
		if (guest != NULL && guest->left < count)
			count = guest->left;
		pthread_mutex_unlock(&desk);
		run_lanes(&own->lane, guest != NULL ? &guest->lane : NULL, count);
		pthread_mutex_lock(&desk);
		own->left -= count;
		if (guest == NULL)
			continue;
		guest->left -= count;
		if (guest->left == 0) {
			guest->state = JOB_DONE;
			guest = NULL;
			pthread_cond_broadcast(&changed);
		}
	}
	own->state = JOB_DONE;
	runners--;
	if (guest != NULL) {
		/* The first to go on: it has come further than those that wait. */
		guest->state = JOB_WAITING;
		guest->next = waiting;
		waiting = guest;
	}
	pthread_cond_broadcast(&changed);
}

static void finish_job(struct job *job)
{
	pthread_mutex_lock(&desk);
	wait_in_line(job);
	while (job->state != JOB_DONE) {
		/* Whoever waits longest may run; its own thread does it, so that thread is woken for it. */
		if (job->state == JOB_WAITING && waiting == job && runners < runners_max)
			drive(take_waiting());
		else
			pthread_cond_wait(&changed, &desk);
	}
	pthread_mutex_unlock(&desk);
}

void rounds_run(const struct mac *mac, uint32_t rounds, uint8_t block[static HASH_LEN])
{
	struct job job = {.left = rounds - 1};

	if (rounds <= 1)
		return;
	if (!rounds_have_lanes()) {
		rounds_run_plain(mac, rounds, block);
		return;
	}
	lane_begin(&job.lane, mac, block);
	finish_job(&job);
	lane_end(&job.lane, block);
}
