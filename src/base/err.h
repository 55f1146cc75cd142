/*
 * err - the one error type.
 *
 * A function that can fail returns `err`; it is a struct so that it can be neither
 * forgotten nor taken for a number. Codes are distinguished by what the caller does next.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>

#define MUST_USE __attribute__((warn_unused_result))

/* name, HTTP status, retry, problem slug, Japanese and English public text */
#define ERR_TABLE(row)                                                                                 \
	row(OK, 200, never, "ok", "成功しました。", "Done.")                                              \
	row(INVALID, 400, never, "invalid-input", "入力の内容に誤りがあります。", "The input is not valid.")           \
	row(UNAUTHENTICATED, 401, never, "unauthenticated", "サインインしてください。", "Please sign in.")             \
	row(LOCKED, 401, never, "session-locked", "画面がロックされています。解除してください。", "This session is locked. Unlock it first.") \
	row(SECOND_FACTOR, 403, never, "second-factor-required", "確認コードを入力してください。", "Enter the code of your second factor.") \
	row(UNACCEPTED, 403, check, "terms-unaccepted", "利用を続けるには、新しい規約への同意か、期限を過ぎた作業の完了が必要です。", "Accept the terms in force, or finish the task that is overdue, to go on.") \
	row(STEP_UP, 403, check, "step-up-required", "もう一度サインインしてから操作してください。", "Sign in again before doing this.") \
	row(CROSS_SITE, 403, never, "cross-site", "別のサイトからの操作は受け付けません。", "Requests from another site are refused.") \
	row(DENIED, 403, never, "denied", "この操作をする権限がありません。", "You are not allowed to do this.")         \
	row(NOT_FOUND, 404, never, "not-found", "見つかりません。", "Not found.")                                  \
	row(METHOD, 405, never, "method-not-allowed", "この方法では呼び出せません。", "This method is not allowed here.")  \
	row(TIMEOUT, 408, later, "timeout", "時間切れです。もう一度お試しください。", "The request took too long. Please try again.") \
	row(CONFLICT, 409, check, "conflict", "ほかの変更と重なりました。最新の内容を確かめてください。", "This collides with another change. Look at the current state.") \
	row(TOO_LARGE, 413, never, "too-large", "データが大きすぎます。", "The data is too large.")                   \
	row(URI_TOO_LONG, 414, never, "uri-too-long", "アドレスが長すぎます。", "The address is too long.")                 \
	row(MEDIA_TYPE, 415, never, "media-type", "この形式のデータは受け付けません。", "This media type is not accepted.")  \
	row(CONFIRM, 428, check, "confirmation-required", "確認が必要です。", "Confirmation is required.")            \
	row(LIMITED, 429, later, "limited", "しばらく待ってからお試しください。", "Please wait a while and try again.")    \
	row(HEADERS_TOO_LARGE, 431, never, "headers-too-large", "ヘッダーが大きすぎます。", "The header fields are too large.") \
	row(INTERNAL, 500, later, "internal", "サーバーで問題が起きました。", "Something went wrong on the server.")     \
	row(CORRUPT, 500, never, "corrupt", "保存されたデータの検査に失敗しました。管理者に連絡してください。", "Stored data failed its check. Please tell the administrator.") \
	row(UNAVAILABLE, 503, later, "unavailable", "ただいま利用できません。しばらくしてからお試しください。", "The service is not available now. Please try again later.")

enum err_code {
#define ERR_ENUM(name, status, retry, slug, ja, en) ERR_##name,
	ERR_TABLE(ERR_ENUM)
#undef ERR_ENUM
	ERR_COUNT
};

typedef struct err {
	unsigned char code; /* enum err_code */
} err;

struct err_row {
	const char *name;
	int status;        /* HTTP status */
	const char *retry; /* never, later, check */
	const char *slug;  /* last segment of the problem type */
	const char *ja;
	const char *en;
};

#define OK ((err){ERR_OK})
#define FAIL(name) ((err){ERR_##name})
#define TRY(call)                                                                                      \
	do {                                                                                           \
		err try_result_ = (call);                                                              \
		if (try_result_.code != ERR_OK)                                                        \
			return try_result_;                                                            \
	} while (0)

/* Our own mistake: say where and stop. Stays on in release. */
#define REQUIRE(condition)                                                                             \
	do {                                                                                           \
		if (!(condition))                                                                      \
			err_stop(#condition, __FILE__, __LINE__);                                      \
	} while (0)

static inline bool err_is_ok(err e) { return e.code == ERR_OK; }
static inline bool err_is(err e, enum err_code code) { return e.code == (unsigned char)code; }

/* Drop an error, under the reason given in a comment at the call. */
static inline void err_ignore(err e) { (void)e.code; }

const struct err_row *err_row(err e);
_Noreturn void err_stop(const char *condition, const char *file, int line);

#endif
