#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "crypto/crypto.h"
#include "govern/document_paper.h"
#include "govern/newestid.h"
#include "govern/person.h"
#include "op/render.h"

#include "govern/document.h"

#define AT(member) .offset = offsetof(struct document, member)
#define SEALED .grade = GRADE_3A, .personal = true, .sealed = true
#define KIND_FIELD .name = "kind", .ja = "文書の種類", .en = "Kind of document", .type = FIELD_TEXT, .grade = GRADE_2, .required = true, .min = 2, \
	.max = DESCRIBE_CODE_MAX
#define OBJECT_FIELD .name = "object", .ja = "もとになるもの", .en = "Made from", .type = FIELD_ID, .grade = GRADE_2, .required = true
#define COUNT(member, label_ja, label_en) {.name = #member, .ja = label_ja, .en = label_en, .type = FIELD_INT, .grade = GRADE_2, AT(member)}

static const struct field fields[] = {
	{KIND_FIELD, AT(kind)},
	{.name = "object_kind", .ja = "もとになるものの種類", .en = "Made from what", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true,
	    .choices = document_kind_places, AT(object_kind)},
	{OBJECT_FIELD, AT(object)},
	{.name = "description", .ja = "種類", .en = "Kind", .type = FIELD_ID, .grade = GRADE_2, .refers = "description", .group = "inner",
	    AT(description)},
	{.name = "facility", .ja = "園", .en = "Facility", .type = FIELD_ID, .grade = GRADE_2, .refers = "facility", AT(facility)},
	{.name = "probe", .ja = "点検用", .en = "Made for checks", .type = FIELD_BOOL, .grade = GRADE_2, .group = "inner", AT(probe)},
	COUNT(number, "文書番号", "Number"),
	COUNT(edition, "版", "Edition"),
	{.name = "title", .ja = "表題", .en = "Title", .type = FIELD_TEXT, SEALED, .max = 200, AT(title)},
	{.name = "issuer_name", .ja = "発行した人の氏名", .en = "Name of who issued it", .type = FIELD_TEXT, SEALED, .max = 100, AT(issuer_name)},
	{.name = "media", .ja = "ファイルの種類", .en = "Kind of file", .type = FIELD_CHOICE, .grade = GRADE_2, .required = true, .choices = media_names,
	    AT(media)},
	COUNT(size, "大きさ", "Size"),
	{.name = "sha256", .ja = "ハッシュ値（SHA-256）", .en = "SHA-256", .type = FIELD_TEXT, .grade = GRADE_2, .max = 64, AT(digest)},
	{.name = "source", .ja = "内容の照合値", .en = "Digest of what it says", .type = FIELD_TEXT, .grade = GRADE_2, .max = 64, .group = "inner",
	    AT(source)},
	{.name = "issued_at", .ja = "発行日時", .en = "Issued at", .type = FIELD_TIME, .grade = GRADE_2, AT(issued_at)},
	{.name = "opener", .ja = "発行した人", .en = "Issued by", .type = FIELD_ID, .grade = GRADE_2, .refers = "account", .group = "inner", AT(opener)},
};

static const char *const unique[] = {"number,edition", NULL};
static const char *const indexes[] = {"object", NULL};

const struct entity document_entity = {
	.name = "document",
	.ja = "発行文書",
	.en = "Issued document",
	.size = sizeof(struct document),
	.seal = SEAL_CUSTOMER,
	.facility = "facility",
	.unique = unique,
	.indexes = indexes,
	.fields = fields,
	.field_count = sizeof(fields) / sizeof(fields[0]),
};

/* The last one of a thing, seen with the same eyes: people of a facility issue a register of their own. */
static struct row_list last_of = {"document.last", &document_entity,
    "document.object = :object AND document.kind = :kind AND COALESCE(document.facility, x'') = :place AND document.probe = :probe"
    " ORDER BY document.edition DESC LIMIT 1", NULL};
static const struct statement next_number = {"document.next-number", "SELECT COALESCE(MAX(number), 0) + 1 FROM document"};

err document_start(void)
{
	TRY(document_kind_start());
	return row_list_make(&last_of);
}

static const struct grant grants[] = {{ROLES_ANY, RELATION_SEES, "shown"}, {0}};

#define DOCUMENT_OP .entity = &document_entity, .grants = grants, .event = true, .grade = GRADE_3A, .requirements = "K-26 K-27"
#define DOCUMENT_PATH \
	{.place = IN_PATH, .object = true, .field = {.name = "document", .ja = "発行文書", .en = "Issued document", .type = FIELD_ID, \
	    .grade = GRADE_2, .required = true, .refers = "document"}}

static void put_one(struct json *json, const struct document *document)
{
	json_row(json, &document_entity, document, "shown");
	json_text(json, "digest", document->digest);
}

/* ---- issuing ---- */

struct issuing {
	struct document document;
	struct document_paper paper;
	struct bytes file;
	bool stands;                    /* nothing has changed since the edition that there is */
};

static err find_last(struct call *call, const struct document *document, struct document *last_out)
{
	struct query *query = NULL;
	bool row = false;
	err e = query_start(call->rows.db, last_of.statement, &query);

	if (err_is_ok(e))
		e = query_id(query, "object", &document->object);
	if (err_is_ok(e))
		e = query_text(query, "kind", document->kind);
	if (err_is_ok(e))
		e = query_blob(query, "place", id_is_zero(document->facility) ? (struct bytes){(const uint8_t *)"", 0} : id_bytes(&document->facility));
	if (err_is_ok(e))
		e = query_int(query, "probe", document->probe);
	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e) && row)
		e = row_read(&call->rows, &document_entity, query, false, last_out);
	query_end(&query);
	TRY(e);
	return row ? OK : FAIL(NOT_FOUND);
}

static err new_number(struct call *call, int64_t *number_out)
{
	struct query *query = NULL;
	bool row = false;
	err e = query_start(call->rows.db, &next_number, &query);

	if (err_is_ok(e))
		e = query_step(query, &row);
	if (err_is_ok(e))
		*number_out = column_int(query, 0);
	query_end(&query);
	return e;
}

/* The thing's own facility, where it has one; of a whole register, that of whoever issues it. */
static err place_of(struct call *call, const struct document_kind *kind, struct document *document)
{
	const struct entity *entity = document_kind_entity(kind->place);
	const struct field *facility = entity_field(entity, "facility");
	const struct field *description = entity_field(entity, "description");
	void *row = arena_alloc(call->arena, entity->size);

	if (row == NULL)
		return FAIL(UNAVAILABLE);
	memset(row, 0, entity->size);
	TRY(row_get(&call->rows, entity, document->object, row));
	document->facility = facility != NULL ? *(const struct id *)field_in(row, facility) : call->actor.facility;
	document->description = description != NULL ? *(const struct id *)field_in(row, description) : document->object;
	document->probe = call->actor.probe;
	return OK;
}

static err hex_of(struct call *call, const uint8_t digest[static HASH_LEN], struct bytes *hex_out)
{
	OWN(buf) hex = {0};

	TRY(hex_append(&hex, (struct bytes){digest, HASH_LEN}));
	return arena_copy(call->arena, bytes_of(&hex), hex_out);
}

static err number_it(struct call *call, struct document *document, struct document *last_out, bool *follows_out)
{
	err e = find_last(call, document, last_out);

	*follows_out = err_is_ok(e);
	if (!err_is(e, ERR_NOT_FOUND))
		TRY(e);
	document->edition = *follows_out ? last_out->edition + 1 : 1;
	document->number = last_out->number;
	if (document->edition > DOCUMENT_EDITIONS_MAX)
		return FAIL(LIMITED);
	return *follows_out ? OK : new_number(call, &document->number);
}

static err prepare(struct call *call)
{
	const struct document_kind *kind = document_kind_find(call_text(call, "kind"));
	struct issuing *issuing = arena_alloc(call->arena, sizeof(*issuing));
	const struct grant *grant = NULL;
	struct document last = {0};
	bool follows = false;

	if (issuing == NULL)
		return FAIL(UNAVAILABLE);
	if (kind == NULL)
		return call_flaw(call, "kind", FLAW_CHOICE, "この種類の文書はありません。", "There is no such kind of document.");
	*issuing = (struct issuing){.paper = {.kind = kind, .object = call_id(call, "object")}};
	issuing->document = (struct document){
		.kind = bytes_str(kind->code), .object_kind = kind->place, .object = issuing->paper.object, .media = kind->sheet ? MEDIA_XLSX : MEDIA_PDF,
		.opener = call->actor.account,
	};
	TRY(access_decide(call->rows.db, &call->actor, grants, document_kind_entity(kind->place)->name, issuing->paper.object, &grant)); /* I3 */
	TRY(place_of(call, kind, &issuing->document));
	TRY(number_it(call, &issuing->document, &last, &follows));
	issuing->paper.number = issuing->document.number;
	issuing->paper.edition = issuing->document.edition;
	TRY(document_paper_write(call, &issuing->paper));
	TRY(hex_of(call, issuing->paper.source, &issuing->document.source));
	if (follows && bytes_equal(last.source, issuing->document.source)) { /* I1 */
		issuing->stands = true;
		issuing->document = last;
	}
	call->state = issuing;
	return OK;
}

static err slow(struct call *call)
{
	struct issuing *issuing = call->state;
	OWN(buf) file = {0};

	if (issuing->stands)
		return OK;
	TRY(render_file(call->compartment, issuing->paper.content, &file));
	return arena_copy(call->arena, bytes_of(&file), &issuing->file);
}

static err keep_file(struct call *call, const struct document *document, struct bytes file)
{
	struct stream stream = {.owner = document->row.id, .size = document->size};

	while (!stream_complete(&stream)) {
		size_t at = (size_t)stream.received;
		size_t len = file.len - at < STREAM_CHUNK_MAX ? file.len - at : STREAM_CHUNK_MAX;

		TRY(stream_put(call, &stream, "kind", stream.received, (struct bytes){file.ptr + at, len}));
	}
	return OK;
}

static err keep(struct call *call, struct issuing *issuing)
{
	struct document *document = &issuing->document;
	struct document last = {0};
	uint8_t digest[HASH_LEN];
	err e = find_last(call, document, &last);

	/* Another one was issued meanwhile: theirs stands, and the caller looks at it first. */
	if (!err_is(e, ERR_NOT_FOUND))
		TRY(e);
	if ((err_is_ok(e) ? last.edition : 0) != document->edition - 1)
		return FAIL(CONFLICT);
	TRY(newestid_make(call->now_us, &document->row.id)); /* the newest first in every list */
	TRY(person_name(&call->rows, call->actor.account, &document->issuer_name));
	TRY(hash_sha256(issuing->file, digest));
	TRY(hex_of(call, digest, &document->digest));
	document->title = issuing->paper.title;
	document->size = (int64_t)issuing->file.len;
	document->issued_at = call->now_us;
	TRY(row_insert(&call->rows, &document_entity, document));
	return keep_file(call, document, issuing->file);
}

static err tell(struct call *call, const struct document *document)
{
	struct json detail;

	json_init(&detail, &call->detail);
	json_int(&detail, "number", document->number);
	json_int(&detail, "edition", document->edition);
	json_text(&detail, "sha256", document->digest); /* I2 */
	return detail.state;
}

static err apply(struct call *call)
{
	struct issuing *issuing = call->state;
	const struct grant *grant = NULL;

	TRY(access_decide(call->rows.db, &call->actor, grants, document_kind_entity(issuing->paper.kind->place)->name, issuing->paper.object, &grant));
	if (!issuing->stands)
		TRY(keep(call, issuing));
	else
		call->status = 200;
	call->event_facility = issuing->document.facility;
	TRY(tell(call, &issuing->document));
	TRY(call_object(call, document_entity.name, issuing->document.row.id));
	TRY(call_object(call, document_kind_entity(issuing->paper.kind->place)->name, issuing->paper.object));
	put_one(&call->out, &issuing->document);
	return OK;
}

static const struct input issue_inputs[] = {
	{.place = IN_BODY, .field = {KIND_FIELD}},
	{.place = IN_BODY, .field = {OBJECT_FIELD}},
	{0},
};

const struct op document_issue = {
	DOCUMENT_OP,
	.id = "document.issue",
	.ja = "文書を発行する",
	.en = "Issue a document",
	.method = "POST",
	.path = "/v1/documents",
	.kind = OP_WRITE,
	.papers = true,
	.policy = "document issue",
	.inputs = issue_inputs,
	.output = &document_entity,
	.status = 201,
	.purpose_ja = "記録や経過を文書として残し、渡すため",
	.purpose_en = "To keep and hand over a record or a course as a document",
	.prepare = prepare,
	.slow = slow,
	.apply = apply,
};

/* ---- looking ---- */

static err load(struct call *call, struct document *out)
{
	TRY(row_get(&call->rows, &document_entity, call_id(call, "document"), out));
	call->event_facility = out->facility;
	return OK;
}

static err see_apply(struct call *call)
{
	struct document document = {0};

	TRY(load(call, &document));
	put_one(&call->out, &document);
	return OK;
}

static const struct input one_input[] = {DOCUMENT_PATH, {0}};

const struct op document_see = {
	DOCUMENT_OP,
	.id = "document.see",
	.ja = "発行文書の情報を見る",
	.en = "See an issued document",
	.method = "GET",
	.path = "/v1/documents/{document}",
	.kind = OP_READ,
	.policy = "document see",
	.inputs = one_input,
	.output = &document_entity,
	.status = 200,
	.purpose_ja = "発行した文書を確かめるため",
	.purpose_en = "To look at what was issued",
	.apply = see_apply,
};

static err show_row(struct call *call, const void *row, const char *groups)
{
	(void)groups; /* everybody's are the same */
	put_one(&call->out, row);
	return OK;
}

static err list_apply(struct call *call)
{
	return call_list(call, show_row);
}

static const struct input list_inputs[] = {OP_INPUT_CURSOR, OP_INPUT_LIMIT, {0}};

const struct op document_list = {
	DOCUMENT_OP,
	.id = "document.list",
	.ja = "発行文書の一覧を見る",
	.en = "List issued documents",
	.method = "GET",
	.path = "/v1/documents",
	.kind = OP_READ,
	.policy = "document see",
	.inputs = list_inputs,
	.output = &document_entity,
	.list = true,
	.status = 200,
	.purpose_ja = "発行した文書を確かめるため",
	.purpose_en = "To look at what was issued",
	.apply = list_apply,
};

/* The whole, or nothing: what does not have the digest of its event is not what was issued. */
static err read_file(struct call *call, const struct document *document)
{
	const struct stream stream = {.owner = document->row.id, .size = document->size, .received = document->size};
	uint8_t digest[HASH_LEN];
	struct bytes hex;
	OWN(buf) file = {0};

	TRY(stream_read(&call->rows, &stream, &file));
	TRY(hash_sha256(bytes_of(&file), digest));
	TRY(hex_of(call, digest, &hex));
	if (!bytes_equal(hex, document->digest))
		return FAIL(CORRUPT);
	return buf_append(call->out.out, bytes_of(&file));
}

static err content_apply(struct call *call)
{
	struct document document = {0};
	OWN(buf) name = {0};

	TRY(load(call, &document));
	TRY(read_file(call, &document));
	TRY(buf_append(&name, document.title));
	TRY(buf_printf(&name, call->language == LANGUAGE_EN ? " (document %" PRId64 ", edition %" PRId64 ").%s" : "（文書%" PRId64 "　第%" PRId64 "版）.%s",
	    document.number, document.edition, media_names[document.media]));
	TRY(arena_copy(call->arena, bytes_of(&name), &call->file));
	call->media = (enum media)document.media;
	return OK;
}

const struct op document_content = {
	DOCUMENT_OP,
	.id = "document.content",
	.ja = "発行文書を受け取る",
	.en = "Download an issued document",
	.method = "GET",
	.path = "/v1/documents/{document}/content",
	.kind = OP_READ,
	.reply = REPLY_OCTETS,
	.named = true,
	.policy = "document see",
	.inputs = one_input,
	.status = 200,
	.purpose_ja = "発行した文書を確かめるため",
	.purpose_en = "To look at what was issued",
	.apply = content_apply,
};
