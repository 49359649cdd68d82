/* test/json/field_test.c: one table that checks, fills, writes and describes.
 *
 * The parcel below has a member for everything a row can say; what is wrong with a text is
 * compared as the reply that a client would get.
 */
#include "../unit.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "json/field.h"

/* -- a thing to describe ------------------------------------------------------------------------- */

struct address {
	struct str street;
	int64_t floor;
};

struct content {
	struct str kind;                     /* a union's tag comes first */
	struct str title;                    /* book */
	int64_t pieces;                      /* china */
	bool signed_;                        /* book */
};

struct handling {
	bool fragile, upright;
};

struct parcel {
	struct str id, label, size, link;
	int64_t sent_at, weight;
	double height;
	bool insured;
	struct str note, secret;
	struct address to;
	struct address *back;
	struct handling handling;
	struct list tags, contents, remarks;
	const struct json *extra, *anything;
	int64_t page;
};

static const char *const SIZES[] = { "small", "large", NULL };

static const struct field address_fields[] = {
	{ F_STR("street", address, street), .required = true, .min = 1, .not_blank = true },
	{ F_INT("floor", address, floor), .min = -3, .max = 40, .def = "0" },
};
static const struct schema address_schema = SCHEMA("Address", address, address_fields);

static const struct field book_fields[] = {
	{ F_STR("title", content, title), .required = true, .min = 1 },
	{ F_BOOL("signed", content, signed_), .def = "false" },
};
static const struct field china_fields[] = { { F_INT("pieces", content, pieces), .min = 1, .def = "1" } };
static const struct schema book_schema = SCHEMA(NULL, content, book_fields);
static const struct schema china_schema = SCHEMA(NULL, content, china_fields);
static const struct variant variants[] = { { "book", &book_schema }, { "china", &china_schema } };
static const struct schema content_schema = UNION("Content", content, "kind", variants);

static const struct field handling_fields[] = {
	{ F_BOOL("fragile", handling, fragile), .def = "true" },
	{ F_BOOL("upright", handling, upright), .def = "false" },
};
static const struct schema handling_schema = SCHEMA("Handling", handling, handling_fields);

static const struct field parcel_fields[] = {
	{ F_ID("id", parcel, id), .read_only = true },
	{ F_TIME("sentAt", parcel, sent_at), .read_only = true, .nullable = true },
	{ F_STR("label", parcel, label), .required = true, .min = 2, .max = 8, .doc = "Printed on top." },
	{ F_STR("size", parcel, size), .one_of = SIZES, .def = "small" },
	{ F_STR("link", parcel, link), .format = "uri", .optional_reply = true },
	{ F_INT("weight", parcel, weight), .required = true, .min = 1, .max = 1000, .say = "`weight` is required" },
	{ F_NUM("height", parcel, height), .max = 2, .def = "0.5" },
	{ F_BOOL("insured", parcel, insured) },
	{ F_STR("note", parcel, note), .max = 10, .clearable = true, .nullable = true },
	{ F_STR("secret", parcel, secret), .write_only = true },
	{ F_OBJECT("to", parcel, to, &address_schema), .required = true },
	{ F_POINTER("back", parcel, back, &address_schema), .clearable = true, .nullable = true },
	{ F_OBJECT("handling", parcel, handling, &handling_schema), .merge = true },
	{ F_STRS("tags", parcel, tags), .max = 3, .item_min = 1, .item_max = 5, .unique = "" },
	{ F_LIST("contents", parcel, contents, &content_schema), .max = 60 },
	{ F_STRS("remarks", parcel, remarks), .min = 1, .max = 2, .item_min = 1, .one_will_do = true },
	{ F_ANY("extra", parcel, extra), .open = true, .def = "{}" },
	{ F_ANY("anything", parcel, anything), .nullable = true },
	{ F_INT("page", parcel, page), .in = IN_QUERY, .min = 1, .def = "1" },
};
static const struct schema parcel_schema = SCHEMA("Parcel", parcel, parcel_fields);

#define MINIMAL "'label':'books','weight':5,'to':{'street':'Mill Lane'}"

/* -- helpers ------------------------------------------------------------------------------------- */

struct desk {
	struct arena mem;
	struct issues issues;
	struct ctx ctx;
	struct parcel parcel;
};

static int setup(void **state)
{
	struct desk *d = xcalloc(1, sizeof(*d));

	arena_init(&d->mem, 0);
	d->ctx = (struct ctx){ .mem = &d->mem, .issues = &d->issues };
	*state = d;
	return 0;
}

static int teardown(void **state)
{
	struct desk *d = *state;

	arena_fini(&d->mem);
	free(d);
	return 0;
}

/* JSON as it is written in this file, with ' for ". */
static struct str unquoted(struct desk *d, const char *text)
{
	char *copy = arena_strz(&d->mem, str_of(text));

	for (char *c = copy; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	return str_of(copy);
}

#define assert_json(d, given, expected) assert_str(given, unquoted(d, expected).p)

static const struct json *parse(struct desk *d, struct str text)
{
	const struct json *v = NULL;

	assert_int_equal(json_parse(&d->ctx, text, JSON_STRICT, &v), OK);
	return v;
}

/* Reads into d->parcel, from nothing or as it is; d->issues has what is wrong. */
static enum err read_text(struct desk *d, enum read_mode mode, const char *text)
{
	d->issues.n = 0;
	if (mode != READ_UPDATE)
		d->parcel = (struct parcel){ 0 };
	return schema_read(&d->ctx, &parcel_schema, parse(d, unquoted(d, text)), mode, &d->parcel);
}

static void accept(struct desk *d, enum read_mode mode, const char *text)
{
	struct buf why = { .mem = &d->mem };
	struct json_writer w = { .out = &why };
	enum err e = read_text(d, mode, text);

	issues_write(&w, &d->issues);
	if (e != OK)
		print_error("%s: %.*s\n", text, STR(buf_view(&why)));
	assert_int_equal(e, OK);
	assert_int_equal(d->issues.n, 0);
}

/* "path code" of each issue, a line each. */
static struct str told(struct desk *d)
{
	struct buf out = { .mem = &d->mem };

	for (size_t i = 0; i < d->issues.n; i++) {
		struct str names[8];
		size_t n = 0;

		for (const struct path_step *p = d->issues.items[i].path; p; p = p->up)
			names[n++] = p->name.p ? p->name : arena_printf(&d->mem, "%zu", p->index);
		while (n-- > 0)
			buf_printf(&out, "%.*s%s", STR(names[n]), n ? "." : "");
		buf_printf(&out, " %s\n", d->issues.items[i].code);
	}
	return buf_view(&out);
}

static void refuse(struct desk *d, enum read_mode mode, const char *text, const char *issues)
{
	if (read_text(d, mode, text) != ERR_INVALID) {
		print_error("accepted: %s\n", text);
		assert_true(false);
	}
	assert_str(told(d), issues);
}

static struct str replied(struct desk *d)
{
	return schema_text(&d->mem, &parcel_schema, &d->parcel, WRITE_REPLY);
}

/* -- create -------------------------------------------------------------------------------------- */

static void what_is_not_sent_gets_its_default(void **state)
{
	struct desk *d = *state;

	accept(d, READ_CREATE, "{" MINIMAL "}");
	assert_json(d, replied(d),
		   "{'id':null,'sentAt':null,'label':'books','size':'small','weight':5,'height':0.5,"
		   "'insured':false,'note':null,'to':{'street':'Mill Lane','floor':0},'back':null,"
		   "'handling':{'fragile':true,'upright':false},'tags':[],'contents':[],'remarks':[],"
		   "'extra':{},'anything':null}");
}

static void everything_that_may_be_sent_arrives(void **state)
{
	struct desk *d = *state;
	const struct content *china;

	accept(d, READ_CREATE,
	       "{" MINIMAL ",'size':'large','link':'https://a.example/x','height':2,'insured':true,'note':'',"
	       "'secret':'s','back':{'street':'b','floor':-3},'handling':{'upright':true},'tags':['a','b'],"
	       "'contents':[{'kind':'book','title':'t'},{'pieces':7,'kind':'china'}],'remarks':['r','s'],"
	       "'extra':{'k':[null]},'anything':3.0}");
	assert_str(d->parcel.secret, "s");
	assert_int_equal(d->parcel.back->floor, -3);
	assert_true(d->parcel.handling.fragile && d->parcel.handling.upright);
	china = LIST_AT(d->parcel.contents, struct content, 1);
	assert_str(china->kind, "china");
	assert_int_equal(china->pieces, 7);
	assert_json(d, replied(d),
		   "{'id':null,'sentAt':null,'label':'books','size':'large','link':'https://a.example/x',"
		   "'weight':5,'height':2,'insured':true,'note':'','to':{'street':'Mill Lane','floor':0},"
		   "'back':{'street':'b','floor':-3},'handling':{'fragile':true,'upright':true},"
		   "'tags':['a','b'],'contents':[{'kind':'book','title':'t','signed':false},"
		   "{'kind':'china','pieces':7}],'remarks':['r','s'],'extra':{'k':[null]},'anything':3}");
}

static void a_missing_field_is_named(void **state)
{
	struct desk *d = *state;

	refuse(d, READ_CREATE, "{}", "label required\nweight required\nto required\n");
	refuse(d, READ_CREATE, "{'label':'ab','weight':1,'to':{}}", "to.street required\n");
	assert_string_equal(d->ctx.why, "Validation failed");
}

static void each_type_accepts_only_its_own(void **state)
{
	static const struct {
		const char *name, *good;
	} MEMBERS[] = {
		{ "label", "'abc'" }, { "size", "'small'" }, { "weight", "7" }, { "height", "1" },
		{ "insured", "true" },
		{ "to", "{'street':'s'}" }, { "back", "{'street':'s'}" }, { "handling", "{}" }, { "extra", "{}" },
		{ "tags", "['a']" }, { "contents", "[]" },
	};
	static const struct {
		enum json_type type;
		const char *text;
	} VALUES[] = {
		{ JSON_NULL, "null" }, { JSON_BOOL, "true" }, { JSON_INT, "1" }, { JSON_NUM, "1.5" },
		{ JSON_STR, "'abc'" },
		{ JSON_ARRAY, "[]" }, { JSON_OBJECT, "{}" },
	};
	struct desk *d = *state;

	for (size_t m = 0; m < COUNT_OF(MEMBERS); m++)
		for (size_t v = 0; v < COUNT_OF(VALUES); v++) {
			enum json_type good = parse(d, unquoted(d, MEMBERS[m].good))->type;
			bool number = strcmp(MEMBERS[m].name, "height") == 0 && VALUES[v].type == JSON_NUM;
			struct str text = arena_printf(&d->mem, "{" MINIMAL ",'%s':%s}", MEMBERS[m].name,
						       VALUES[v].text);

			if (VALUES[v].type == good || number)
				continue;
			refuse(d, READ_CREATE, text.p, arena_printf(&d->mem, "%s invalid_type\n", MEMBERS[m].name).p);
		}
}

static void limits_are_inclusive(void **state)
{
	static const char *const GOOD[] = {
		"'label':'ab'", "'label':'abcdefgh'",
		"'label':'\xc3\xa4\xc3\xb6\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80xyz'",
		"'weight':1", "'weight':1000", "'weight':1e3", "'weight':7.0", "'height':0", "'height':2", "'note':''",
		"'note':'0123456789'", "'back':{'street':'s','floor':40}", "'tags':['12345','b','c']", "'tags':[]",
	};
	static const struct {
		const char *text, *issues;
	} BAD[] = {
		{ "'label':'a'", "label too_small\n" }, { "'label':''", "label too_small\n" },
		{ "'label':'abcdefghi'", "label too_big\n" }, { "'weight':0", "weight too_small\n" },
		{ "'weight':1001", "weight too_big\n" }, { "'weight':7.5", "weight invalid_type\n" },
		{ "'weight':1e300", "weight invalid_type\n" }, { "'weight':9223372036854775807", "weight too_big\n" },
		{ "'height':-0.0001", "height too_small\n" }, { "'height':2.0001", "height too_big\n" },
		{ "'note':'0123456789a'", "note too_big\n" },
		{ "'back':{'street':'s','floor':-4}", "back.floor too_small\n" },
		{ "'back':{'street':' \\t\\n'}", "back.street too_small\n" },
		{ "'tags':['a','b','c','d']", "tags too_big\n" },
		{ "'tags':['a','','123456']", "tags.1 too_small\ntags.2 too_big\n" },
		{ "'tags':['a',1,null]", "tags.1 invalid_type\ntags.2 invalid_type\n" },
		{ "'tags':['a','b','a']", "tags.2 invalid_format\n" },
		{ "'remarks':[]", "remarks too_small\n" },
		{ "'size':'Small'", "size invalid_enum\n" }, { "'size':''", "size invalid_enum\n" },
		{ "'link':'no-url'", "link invalid_format\n" },
	};
	struct desk *d = *state;

	/* Of a repeated key the last one counts. */
	for (size_t i = 0; i < COUNT_OF(GOOD); i++)
		accept(d, READ_CREATE, arena_printf(&d->mem, "{" MINIMAL ",%s}", GOOD[i]).p);
	for (size_t i = 0; i < COUNT_OF(BAD); i++)
		refuse(d, READ_CREATE, arena_printf(&d->mem, "{" MINIMAL ",%s}", BAD[i].text).p, BAD[i].issues);
}

static void unknown_fields_are_refused_at_every_depth(void **state)
{
	struct desk *d = *state;
	struct buf out = { .mem = &d->mem };
	struct json_writer w = { .out = &out };

	refuse(d, READ_CREATE, "{" MINIMAL ",'colour':1}", " unrecognized_keys\n");
	refuse(d, READ_CREATE, "{" MINIMAL ",'handling':{'Fragile':true}}", "handling unrecognized_keys\n");
	refuse(d, READ_CREATE, "{" MINIMAL ",'contents':[{'kind':'china','title':'t'}]}",
	       "contents.0 unrecognized_keys\n");
	accept(d, READ_CREATE, "{" MINIMAL ",'extra':{'any':{'thing':1}}}");
	refuse(d, READ_CREATE, "{" MINIMAL ",'b':1,'a':{},'back':{'street':'s','c':0}}",
	       "back unrecognized_keys\n unrecognized_keys\n");
	issues_write(&w, &d->issues);
	assert_true(str_find(buf_view(&out), S("\"keys\":[\"c\"]}")) > 0);
	assert_true(str_find(buf_view(&out), S("\"keys\":[\"b\",\"a\"]}")) > 0);
}

static void what_is_for_replies_or_parameters_is_unknown_when_sent(void **state)
{
	struct desk *d = *state;

	refuse(d, READ_CREATE, "{" MINIMAL ",'id':'x'}", " unrecognized_keys\n");
	refuse(d, READ_UPDATE, "{'sentAt':null}", " unrecognized_keys\n");
	refuse(d, READ_CREATE, "{" MINIMAL ",'page':1}", " unrecognized_keys\n");
}

static void null_is_no_value_at_create(void **state)
{
	struct desk *d = *state;

	refuse(d, READ_CREATE, "{" MINIMAL ",'note':null,'back':null,'size':null}",
	       "note invalid_type\nback invalid_type\nsize invalid_type\n");
	accept(d, READ_CREATE, "{" MINIMAL ",'anything':null}");
}

static void a_union_is_decided_by_its_tag(void **state)
{
	struct desk *d = *state;

	refuse(d, READ_CREATE, "{" MINIMAL ",'contents':[{'kind':'glass'},{},{'kind':7},{'kind':'book'}]}",
	       "contents.0.kind invalid_union\ncontents.1.kind invalid_union\ncontents.2.kind invalid_union\n"
	       "contents.3.title required\n");
	refuse(d, READ_CREATE, "{" MINIMAL ",'contents':[[],'book']}",
	       "contents.0 invalid_type\ncontents.1 invalid_type\n");
}

static void a_bare_element_stands_for_a_list_of_one_where_that_is_said(void **state)
{
	struct desk *d = *state;

	accept(d, READ_CREATE, "{" MINIMAL ",'remarks':'only one'}");
	assert_int_equal(d->parcel.remarks.n, 1);
	assert_str(*LIST_AT(d->parcel.remarks, struct str, 0), "only one");
	refuse(d, READ_CREATE, "{" MINIMAL ",'remarks':''}", "remarks too_small\n");
	refuse(d, READ_CREATE, "{" MINIMAL ",'remarks':7}", "remarks invalid_type\n");
	refuse(d, READ_CREATE, "{" MINIMAL ",'tags':'bare'}", "tags invalid_type\n");
}

static void all_issues_come_in_one_pass_and_in_document_order(void **state)
{
	struct desk *d = *state;
	struct buf out = { .mem = &d->mem };
	struct json_writer w = { .out = &out };

	refuse(d, READ_CREATE,
	       "{'insured':1,'tags':[''],'to':{'floor':99,'street':''},'size':'big','x':0,'weight':'5'}",
	       "insured invalid_type\ntags.0 too_small\nto.floor too_big\nto.street too_small\nsize invalid_enum\n"
	       "weight invalid_type\nlabel required\n unrecognized_keys\n");
	issues_write(&w, &d->issues);
	assert_true(str_starts(buf_view(&out), unquoted(d, "[{'path':['insured'],'code':'invalid_type',"
							   "'message':'expected a boolean, got a number'},"
							   "{'path':['tags',0],'code':'too_small','message':")));
}

static void an_unknown_key_is_shown_without_a_torn_character(void **state)
{
	struct desk *d = *state;
	struct buf text = { .mem = &d->mem };

	buf_z(&text, "{" MINIMAL ",'x");
	for (int i = 0; i < 100; i++)
		buf_z(&text, "\xe2\x82\xac");
	buf_z(&text, "':1}");
	buf_char(&text, '\0');
	assert_int_equal(read_text(d, READ_CREATE, text.p), ERR_INVALID);
	assert_true(utf8_valid(d->issues.items[0].message));
	assert_true(d->issues.items[0].message.n < 120);
}

static void fifty_issues_are_listed_and_no_more(void **state)
{
	struct desk *d = *state;
	struct buf text = { .mem = &d->mem };

	buf_z(&text, "{" MINIMAL ",'contents':[");
	for (int i = 0; i < 60; i++)
		buf_printf(&text, "%s{'kind':'book','title':%d}", i ? "," : "", i);
	buf_z(&text, "],'tags':7,'zzz':1}");
	buf_char(&text, '\0');
	assert_int_equal(read_text(d, READ_CREATE, text.p), ERR_INVALID);
	assert_int_equal(d->issues.n, ISSUES_MAX);
	for (size_t i = 0; i < ISSUES_MAX; i++) {
		assert_string_equal(d->issues.items[i].code, "invalid_type");
		assert_int_equal(d->issues.items[i].keys.n, 0);
	}
}

static void keys_stay_with_their_own_issue_when_the_list_is_full(void **state)
{
	struct desk *d = *state;
	struct buf text = { .mem = &d->mem };

	buf_z(&text, "{" MINIMAL ",'contents':[");
	for (int i = 0; i < 55; i++)
		buf_printf(&text, "%s{'kind':'book','title':%d}", i ? "," : "", i);
	buf_z(&text, ",{'kind':'china','late':1}]}");
	buf_char(&text, '\0');
	assert_int_equal(read_text(d, READ_CREATE, text.p), ERR_INVALID);
	assert_int_equal(d->issues.n, ISSUES_MAX);
	for (size_t i = 0; i < ISSUES_MAX; i++) {
		assert_int_equal(d->issues.items[i].keys.n, 0);
		assert_ptr_equal(d->issues.items[i].field, &book_fields[0]);
	}
}

static void a_body_that_is_no_object_is_refused_as_a_whole(void **state)
{
	static const char *const BODIES[] = { "null", "true", "1", "'label'", "[]" };
	struct desk *d = *state;

	for (size_t i = 0; i < COUNT_OF(BODIES); i++) {
		refuse(d, READ_CREATE, BODIES[i], " invalid_type\n");
		refuse(d, READ_UPDATE, BODIES[i], " invalid_type\n");
	}
}

static void ids_and_urls_are_checked_by_their_form(void **state)
{
	static const char *const GOOD[] = {
		"https://a.example", "http://a:80/p?q#f", "HTTP://USER@host/", "data:x", "urn:isbn:0", "a+b-c.d:x",
		"https://\xc3\xa4.example/",
	};
	static const char *const BAD[] = {
		"", "a", "/path", "//host", "https:", "https://", "https:///p", "http:host", "1a:x", ":x", "a b:c",
		"https://a b",
		"https://a\nb", "mailto:", "https://:80/", "https://u@",
	};
	struct desk *d = *state;

	for (size_t i = 0; i < COUNT_OF(GOOD); i++)
		accept(d, READ_CREATE, arena_printf(&d->mem, "{" MINIMAL ",'link':'%s'}", GOOD[i]).p);
	for (size_t i = 0; i < COUNT_OF(BAD); i++) {
		struct json v = { .type = JSON_STR, .text = str_of(BAD[i]) };
		struct str text = arena_printf(&d->mem, "{" MINIMAL ",'link':%.*s}", STR(json_text(&d->mem, &v)));

		refuse(d, READ_CREATE, text.p, "link invalid_format\n");
	}
}

/* -- update -------------------------------------------------------------------------------------- */

static void make_a_full_parcel(struct desk *d)
{
	accept(d, READ_CREATE,
	       "{" MINIMAL ",'note':'n','insured':true,'height':1.5,'size':'large','tags':['a'],"
	       "'back':{'street':'b','floor':3},'handling':{'fragile':false,'upright':true},'extra':{'k':1}}");
}

static void an_empty_update_changes_nothing(void **state)
{
	struct desk *d = *state;
	struct str before;

	make_a_full_parcel(d);
	before = replied(d);
	accept(d, READ_UPDATE, "{}");
	assert_true(str_eq(replied(d), before));
}

static void an_update_writes_only_what_is_sent(void **state)
{
	struct desk *d = *state;

	make_a_full_parcel(d);
	accept(d, READ_UPDATE, "{'weight':9,'tags':[]}");
	assert_int_equal(d->parcel.weight, 9);
	assert_int_equal(d->parcel.tags.n, 0);
	assert_str(d->parcel.label, "books");
	assert_str(d->parcel.size, "large");
	assert_true(d->parcel.height == 1.5 && d->parcel.insured);
	assert_true(d->parcel.handling.upright && !d->parcel.handling.fragile);
}

static void a_merged_object_keeps_the_members_not_sent(void **state)
{
	struct desk *d = *state;

	make_a_full_parcel(d);
	accept(d, READ_UPDATE, "{'handling':{'upright':false}}");
	assert_false(d->parcel.handling.upright);
	assert_false(d->parcel.handling.fragile);
	accept(d, READ_UPDATE, "{'handling':{}}");
	assert_false(d->parcel.handling.fragile);
}

static void any_other_object_is_replaced_and_its_defaults_filled(void **state)
{
	struct desk *d = *state;

	make_a_full_parcel(d);
	accept(d, READ_UPDATE, "{'back':{'street':'c'}}");
	assert_str(d->parcel.back->street, "c");
	assert_int_equal(d->parcel.back->floor, 0);
	accept(d, READ_UPDATE, "{'to':{'street':'x','floor':5}}");
	accept(d, READ_UPDATE, "{'to':{'street':'y'}}");
	assert_int_equal(d->parcel.to.floor, 0);
	refuse(d, READ_UPDATE, "{'to':{'floor':1}}", "to.street required\n");
}

static void elements_of_a_list_are_whole_in_an_update_too(void **state)
{
	struct desk *d = *state;

	make_a_full_parcel(d);
	refuse(d, READ_UPDATE, "{'contents':[{'kind':'book'}]}", "contents.0.title required\n");
	accept(d, READ_UPDATE, "{'contents':[{'kind':'china'}]}");
	assert_int_equal(LIST_AT(d->parcel.contents, struct content, 0)->pieces, 1);
}

static void null_clears_what_may_be_cleared(void **state)
{
	struct desk *d = *state;

	make_a_full_parcel(d);
	accept(d, READ_UPDATE, "{'note':null,'back':null}");
	assert_null(d->parcel.note.p);
	assert_null(d->parcel.back);
	refuse(d, READ_UPDATE, "{'label':null,'weight':null,'handling':null,'tags':null}",
	       "label invalid_type\nweight invalid_type\nhandling invalid_type\ntags invalid_type\n");
}

static void an_update_is_as_strict_as_a_create(void **state)
{
	struct desk *d = *state;

	make_a_full_parcel(d);
	refuse(d, READ_UPDATE, "{'label':'','weight':1001,'handling':{'up':true},'x':1}",
	       "label too_small\nweight too_big\nhandling unrecognized_keys\n unrecognized_keys\n");
}

/* -- lenient: the studio contract's manner --------------------------------------------------------- */

static void lenient_reading_ignores_what_it_does_not_know(void **state)
{
	struct desk *d = *state;

	accept(d, READ_LENIENT, "{" MINIMAL ",'colour':1,'to':{'street':'s','x':2}}");
	assert_str(d->parcel.to.street, "s");
}

static void lenient_reading_takes_a_mistyped_optional_field_for_absent(void **state)
{
	struct desk *d = *state;

	accept(d, READ_LENIENT, "{" MINIMAL ",'insured':'yes','height':'2','size':3,'back':[],'tags':{},'extra':1,"
				"'note':null,'handling':'x'}");
	assert_false(d->parcel.insured);
	assert_null(d->parcel.back);
	assert_int_equal(d->parcel.tags.n, 0);
	assert_null(d->parcel.note.p);
	/* What is absent has its default. */
	assert_str(d->parcel.size, "small");
	assert_true(d->parcel.height == 0.5);
	assert_true(d->parcel.handling.fragile);
}

static void lenient_reading_drops_elements_of_the_wrong_type(void **state)
{
	struct desk *d = *state;

	accept(d, READ_LENIENT, "{" MINIMAL ",'tags':['a',null,'b'],'contents':[{'kind':'china'},'book',7]}");
	assert_int_equal(d->parcel.tags.n, 2);
	assert_str(*LIST_AT(d->parcel.tags, struct str, 1), "b");
	assert_int_equal(d->parcel.contents.n, 1);
	refuse(d, READ_LENIENT, "{" MINIMAL ",'tags':[1,'toolong']}", "tags.1 too_big\n");
}

static void lenient_reading_refuses_what_is_required_in_the_row_s_words(void **state)
{
	struct desk *d = *state;

	refuse(d, READ_LENIENT, "{'label':'ab','to':{'street':'s'},'weight':'5'}", "weight invalid_type\n");
	assert_string_equal(d->issues.items[0].field->say, "`weight` is required");
	refuse(d, READ_LENIENT, "[]", "label required\nweight required\nto required\n");
}

/* -- stored ---------------------------------------------------------------------------------------- */

static void what_is_stored_is_read_back_as_it_was(void **state)
{
	struct desk *d = *state;
	struct str stored;

	make_a_full_parcel(d);
	stored = schema_text(&d->mem, &parcel_schema, &d->parcel, WRITE_STORED);
	assert_true(str_find(stored, S("\"id\"")) < 0);
	d->parcel = (struct parcel){ 0 };
	assert_int_equal(schema_read(&d->ctx, &parcel_schema, parse(d, stored), READ_STORED, &d->parcel), OK);
	assert_true(str_eq(schema_text(&d->mem, &parcel_schema, &d->parcel, WRITE_STORED), stored));
	assert_int_equal(d->parcel.back->floor, 3);
}

/* A limit that became tighter must not make old rows unreadable, nor a field that came later. */
static void what_is_stored_is_never_refused(void **state)
{
	struct desk *d = *state;

	accept(d, READ_STORED, "{'label':'much too long for this','weight':0,'colour':1,'note':null,'tags':[''],"
			       "'size':'huge'}");
	assert_str(d->parcel.label, "much too long for this");
	assert_str(d->parcel.size, "huge");
	assert_true(d->parcel.height == 0.5);
	assert_true(d->parcel.handling.fragile);
}

static void a_reply_keeps_secrets_and_leaves_out_what_is_optional(void **state)
{
	struct desk *d = *state;

	accept(d, READ_CREATE, "{" MINIMAL ",'secret':'hidden'}");
	d->parcel.sent_at = 1770091506789123;
	assert_true(str_find(replied(d), S("hidden")) < 0);
	assert_true(str_find(replied(d), S("\"link\"")) < 0);
	assert_true(str_find(replied(d), S("\"sentAt\":\"2026-02-03T04:05:06.789Z\"")) > 0);
}

/* -- import and export ------------------------------------------------------------------------------ */

struct tally {
	struct str id;
	int64_t at, n;
	double cost;
	struct str text;
};

static const struct field tally_fields[] = {
	{ F_ID("id", tally, id), .read_only = true },
	{ F_TIME("at", tally, at), .nullable = true },
	{ F_INT("n", tally, n), .nullable = true },
	{ F_NUM("cost", tally, cost), .nullable = true },
	{ F_STR("text", tally, text), .required = true, .cut = 3 },
};
static const struct schema tally_schema = SCHEMA(NULL, tally, tally_fields);

static enum err import_tally(struct desk *d, const char *text, struct tally *out)
{
	d->issues.n = 0;
	*out = (struct tally){ 0 };
	return schema_read(&d->ctx, &tally_schema, parse(d, unquoted(d, text)), READ_IMPORT, out);
}

static void what_another_server_wrote_is_read_strictly_but_for_what_it_says_besides(void **state)
{
	struct desk *d = *state;
	struct tally t;

	assert_int_equal(import_tally(d, "{'id':'10000000-0000-4000-8000-00000000000A','colour':1,'text':'abcdef','n':7,'cost':'0.25',"
					 "'at':'2026-02-01T00:01:00.001001Z'}", &t), OK);
	assert_str(t.id, "10000000-0000-4000-8000-00000000000a");
	assert_int_equal(t.at % 1000000, 1001);
	assert_int_equal(t.n, 7);
	assert_true(t.cost == 0.25);
	assert_int_equal(import_tally(d, "{'text':5,'n':'7','cost':'','at':'noon'}", &t), ERR_INVALID);
	assert_str(told(d), "text invalid_type\nn invalid_type\ncost invalid_type\nat invalid_format\n");
	assert_int_equal(import_tally(d, "{'text':null}", &t), ERR_INVALID);
	assert_str(told(d), "text required\n");
	assert_int_equal(import_tally(d, "[]", &t), ERR_INVALID);
}

static void null_in_an_import_is_as_good_as_nothing(void **state)
{
	struct desk *d = *state;
	struct tally t;

	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(import_tally(d, i ? "{'text':'a'}" : "{'text':'a','id':null,'at':null,'n':null,'cost':null}", &t), OK);
		assert_null(t.id.p);
		assert_int_equal(t.at, 0);
		assert_int_equal(t.n, NO_INT);
		assert_true(t.cost != t.cost);
	}
	accept(d, READ_IMPORT, "{" MINIMAL ",'height':null,'handling':null,'back':null}");
	assert_true(d->parcel.height == 0.5);
	assert_true(d->parcel.handling.fragile);
}

static void an_export_is_whole_and_exact_and_can_be_imported(void **state)
{
	struct desk *d = *state;
	struct tally t = { .at = 1770091506789123, .n = NO_INT, .cost = 0.000123, .text = S("abcdef") }, again;
	struct str text = schema_text(&d->mem, &tally_schema, &t, WRITE_EXPORT);

	assert_json(d, text, "{'id':null,'at':'2026-02-03T04:05:06.789123Z','n':null,'cost':0.000123,'text':'abcdef'}");
	assert_int_equal(import_tally(d, arena_strz(&d->mem, text), &again), OK);
	assert_true(str_eq(schema_text(&d->mem, &tally_schema, &again, WRITE_EXPORT), text));
}

/* -- parameters -------------------------------------------------------------------------------------- */

struct listing {
	struct str id, q;
	int64_t limit;
	bool all;
};

static const struct field listing_fields[] = {
	{ F_ID("id", listing, id), .in = IN_PATH, .required = true },
	{ F_STR("q", listing, q), .in = IN_QUERY },
	{ F_INT("limit", listing, limit), .in = IN_QUERY, .min = 1, .max = 100, .def = "20" },
	{ F_BOOL("all", listing, all), .in = IN_QUERY, .def = "false" },
};
static const struct schema listing_schema = SCHEMA(NULL, listing, listing_fields);

static struct str given(void *arg, const struct field *f)
{
	struct str rest = str_of(arg);

	while (rest.p && rest.n) {
		struct str pair = str_cut(&rest, '&');
		struct str name = str_cut(&pair, '=');

		if (str_is(name, f->name))
			return pair;
	}
	return (struct str){ NULL, 0 };
}

static void parameters_are_text_that_is_read_by_the_row(void **state)
{
	char query[] = "id=5D0F2B7E-6A0E-4C3F-9A55-1F2C0C6A9D10&q=1&limit=100&all=true";
	struct desk *d = *state;
	struct listing l = { 0 };

	assert_int_equal(schema_read_params(&d->ctx, &listing_schema, given, query, &l), OK);
	assert_str(l.id, "5d0f2b7e-6a0e-4c3f-9a55-1f2c0c6a9d10");
	assert_str(l.q, "1");
	assert_int_equal(l.limit, 100);
	assert_true(l.all);
}

static void an_empty_query_parameter_counts_as_absent(void **state)
{
	char query[] = "id=5d0f2b7e-6a0e-4c3f-9a55-1f2c0c6a9d10&q=&limit=&all=";
	struct desk *d = *state;
	struct listing l = { 0 };

	assert_int_equal(schema_read_params(&d->ctx, &listing_schema, given, query, &l), OK);
	assert_null(l.q.p);
	assert_int_equal(l.limit, 20);
	assert_false(l.all);
}

static void wrong_parameters_are_told_by_their_name(void **state)
{
	static const struct {
		const char *query, *issues;
	} BAD[] = {
		{ "id=7&limit=0", "id invalid_format\nlimit too_small\n" },
		{ "id=5d0f2b7e-6a0e-4c3f-9a55-1f2c0c6a9d10&limit=101", "limit too_big\n" },
		{ "id=5d0f2b7e-6a0e-4c3f-9a55-1f2c0c6a9d10&limit=1.0", "limit invalid_type\n" },
		{ "id=5d0f2b7e-6a0e-4c3f-9a55-1f2c0c6a9d10&limit=0x1", "limit invalid_type\n" },
		{ "id=5d0f2b7e-6a0e-4c3f-9a55-1f2c0c6a9d10&limit=99999999999999999999", "limit invalid_type\n" },
		{ "id=5d0f2b7e-6a0e-4c3f-9a55-1f2c0c6a9d10&all=yes", "all invalid_type\n" },
	};
	struct desk *d = *state;

	for (size_t i = 0; i < COUNT_OF(BAD); i++) {
		struct listing l = { 0 };

		d->issues.n = 0;
		assert_int_equal(schema_read_params(&d->ctx, &listing_schema, given, (void *)BAD[i].query, &l),
				 ERR_INVALID);
		assert_str(told(d), BAD[i].issues);
	}
}

/* -- description ------------------------------------------------------------------------------------- */

static const struct json *described(struct desk *d, const struct schema *s, enum describe_as as)
{
	struct buf out = { .mem = &d->mem };
	struct json_writer w = { .out = &out };

	schema_describe(&w, s, as);
	return parse(d, buf_view(&out));
}

static struct str property(struct desk *d, enum describe_as as, const char *name)
{
	const struct json *p = json_get(json_get(described(d, &parcel_schema, as), "properties"), name);

	return p ? json_text(&d->mem, p) : S("");
}

static void a_request_is_described_with_its_limits(void **state)
{
	static const struct {
		const char *name, *text;
	} CREATE[] = {
		{ "label", "{'type':'string','minLength':2,'maxLength':8,'description':'Printed on top.'}" },
		{ "size", "{'type':'string','enum':['small','large'],'default':'small'}" },
		{ "link", "{'type':'string','format':'uri'}" },
		{ "weight", "{'type':'integer','minimum':1,'maximum':1000}" },
		{ "height", "{'type':'number','minimum':0,'maximum':2,'default':0.5}" },
		{ "insured", "{'type':'boolean'}" },
		{ "note", "{'type':'string','maxLength':10}" },
		{ "secret", "{'type':'string'}" },
		{ "to", "{'allOf':[{'$ref':'#/components/schemas/AddressCreate'}]}" },
		{ "tags", "{'type':'array','items':{'type':'string','minLength':1,'maxLength':5},'maxItems':3}" },
		{ "extra", "{'type':'object','additionalProperties':true,'default':{}}" },
		{ "anything", "{}" }, { "id", "" }, { "sentAt", "" }, { "page", "" },
	};
	struct desk *d = *state;

	for (size_t i = 0; i < COUNT_OF(CREATE); i++)
		assert_json(d, property(d, DESCRIBE_CREATE, CREATE[i].name), CREATE[i].text);
}

static void an_update_is_described_with_what_null_clears(void **state)
{
	struct desk *d = *state;

	assert_json(d, property(d, DESCRIBE_UPDATE, "note"), "{'type':['string','null'],'maxLength':10}");
	assert_json(d, property(d, DESCRIBE_UPDATE, "back"),
		   "{'anyOf':[{'$ref':'#/components/schemas/AddressCreate'},{'type':'null'}]}");
	assert_json(d, property(d, DESCRIBE_UPDATE, "handling"),
		   "{'allOf':[{'$ref':'#/components/schemas/HandlingUpdate'}]}");
	assert_json(d, property(d, DESCRIBE_UPDATE, "size"), "{'type':'string','enum':['small','large']}");
	assert_null(json_get(described(d, &parcel_schema, DESCRIBE_UPDATE), "required"));
}

static void a_reply_is_described_as_it_is_written(void **state)
{
	struct desk *d = *state;
	const struct json *reply = described(d, &parcel_schema, DESCRIBE_REPLY);

	assert_json(d, property(d, DESCRIBE_REPLY, "sentAt"), "{'type':['string','null'],'format':'date-time'}");
	assert_json(d, property(d, DESCRIBE_REPLY, "secret"), "");
	assert_null(json_get(reply, "additionalProperties"));
	assert_true(str_find(json_text(&d->mem, json_get(reply, "required")), S("\"id\"")) > 0);
	assert_true(str_find(json_text(&d->mem, json_get(reply, "required")), S("\"link\"")) < 0);
}

static void only_what_is_required_is_listed_and_nothing_unknown_allowed(void **state)
{
	struct desk *d = *state;
	const struct json *create = described(d, &parcel_schema, DESCRIBE_CREATE);

	assert_json(d, json_text(&d->mem, json_get(create, "required")), "['label','weight','to']");
	assert_json(d, json_text(&d->mem, json_get(create, "additionalProperties")), "false");
}

static void a_union_is_described_by_its_branches(void **state)
{
	struct desk *d = *state;

	assert_json(d, json_text(&d->mem, described(d, &content_schema, DESCRIBE_CREATE)),
		   "{'oneOf':[{'$ref':'#/components/schemas/BookContentCreate'},"
		   "{'$ref':'#/components/schemas/ChinaContentCreate'}],"
		   "'discriminator':{'propertyName':'kind','mapping':{'book':'#/components/schemas/BookContentCreate',"
		   "'china':'#/components/schemas/ChinaContentCreate'}}}");
}

struct sample {
	double threshold;
	struct list values;
};

static const struct field sample_fields[] = {
	{ F_NUM("threshold", sample, threshold), .max = 1, .def = "-1", .def_hidden = true },
	{ F_FLOATS("values", sample, values), .read_only = true, .optional_reply = true },
};
static const struct schema sample_schema = SCHEMA("Sample", sample, sample_fields);

static void a_hidden_default_is_filled_in_but_not_described(void **state)
{
	struct desk *d = *state;
	struct sample s = {0};
	const struct json *empty;

	assert_int_equal(json_parse(&d->ctx, S("{}"), JSON_STRICT, &empty), OK);
	assert_int_equal(schema_read(&d->ctx, &sample_schema, empty, READ_CREATE, &s), OK);
	assert_true(s.threshold == -1);
	assert_json(d, json_text(&d->mem, json_get(described(d, &sample_schema, DESCRIBE_CREATE), "properties")),
		   "{'threshold':{'type':'number','minimum':0,'maximum':1}}");
}

static void floats_are_replied_as_an_array_of_numbers(void **state)
{
	float values[] = { 0, 0.25f, -0.1f };
	struct desk *d = *state;
	struct sample s = {0};

	assert_json(d, schema_text(&d->mem, &sample_schema, &s, WRITE_REPLY), "{'threshold':0}");
	s.values = (struct list){ values, 3 };
	assert_json(d, schema_text(&d->mem, &sample_schema, &s, WRITE_REPLY), "{'threshold':0,'values':[0,0.25,-0.1]}");
	assert_json(d, json_text(&d->mem, json_get(json_get(described(d, &sample_schema, DESCRIBE_REPLY), "properties"), "values")),
		   "{'type':'array','items':{'type':'number'}}");
}

static void a_branch_of_a_union_is_described_with_its_tag(void **state)
{
	struct desk *d = *state;
	struct buf out = { .mem = &d->mem };
	struct json_writer w = { .out = &out };

	schema_describe_variant(&w, &content_schema, &content_schema.variants[0], DESCRIBE_CREATE);
	assert_json(d, buf_view(&out),
		   "{'type':'object','properties':{'kind':{'type':'string','const':'book'},"
		   "'title':{'type':'string','minLength':1},'signed':{'type':'boolean','default':false}},"
		   "'required':['kind','title'],'additionalProperties':false}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(what_is_not_sent_gets_its_default),
		TEST(everything_that_may_be_sent_arrives),
		TEST(a_missing_field_is_named),
		TEST(each_type_accepts_only_its_own),
		TEST(limits_are_inclusive),
		TEST(unknown_fields_are_refused_at_every_depth),
		TEST(what_is_for_replies_or_parameters_is_unknown_when_sent),
		TEST(null_is_no_value_at_create),
		TEST(a_union_is_decided_by_its_tag),
		TEST(a_bare_element_stands_for_a_list_of_one_where_that_is_said),
		TEST(all_issues_come_in_one_pass_and_in_document_order),
		TEST(an_unknown_key_is_shown_without_a_torn_character),
		TEST(fifty_issues_are_listed_and_no_more),
		TEST(keys_stay_with_their_own_issue_when_the_list_is_full),
		TEST(a_body_that_is_no_object_is_refused_as_a_whole),
		TEST(ids_and_urls_are_checked_by_their_form),
		TEST(an_empty_update_changes_nothing),
		TEST(an_update_writes_only_what_is_sent),
		TEST(a_merged_object_keeps_the_members_not_sent),
		TEST(any_other_object_is_replaced_and_its_defaults_filled),
		TEST(elements_of_a_list_are_whole_in_an_update_too),
		TEST(null_clears_what_may_be_cleared),
		TEST(an_update_is_as_strict_as_a_create),
		TEST(lenient_reading_ignores_what_it_does_not_know),
		TEST(lenient_reading_takes_a_mistyped_optional_field_for_absent),
		TEST(lenient_reading_drops_elements_of_the_wrong_type),
		TEST(lenient_reading_refuses_what_is_required_in_the_row_s_words),
		TEST(what_is_stored_is_read_back_as_it_was),
		TEST(what_is_stored_is_never_refused),
		TEST(a_reply_keeps_secrets_and_leaves_out_what_is_optional),
		TEST(what_another_server_wrote_is_read_strictly_but_for_what_it_says_besides),
		TEST(null_in_an_import_is_as_good_as_nothing),
		TEST(an_export_is_whole_and_exact_and_can_be_imported),
		TEST(parameters_are_text_that_is_read_by_the_row),
		TEST(an_empty_query_parameter_counts_as_absent),
		TEST(wrong_parameters_are_told_by_their_name),
		TEST(a_request_is_described_with_its_limits),
		TEST(an_update_is_described_with_what_null_clears),
		TEST(a_reply_is_described_as_it_is_written),
		TEST(a_hidden_default_is_filled_in_but_not_described),
		TEST(floats_are_replied_as_an_array_of_numbers),
		TEST(only_what_is_required_is_listed_and_nothing_unknown_allowed),
		TEST(a_union_is_described_by_its_branches),
		TEST(a_branch_of_a_union_is_described_with_its_tag),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
