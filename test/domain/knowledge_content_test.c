/* test/domain/knowledge_content_test.c: single items of a knowledge base. */
#include "domain/knowledge_content.h"

#include "../store/workspace.h"
#include "domain/knowledge_base.h"
#include "knowledge/sweep.h"

static struct knowledge_base create(struct rig *r)
{
	struct str items[] = { S("The harbour closes at night."), S("Apples ripen in autumn."), S("Snow falls in January.") };
	struct knowledge_base_draft draft = { S("text"), S("Valley"), { NULL, 0 }, { .texts = { items, COUNT_OF(items) } } };
	struct knowledge_base kb;

	assert_int_equal(knowledge_base_create(&r->ctx, &draft, NULL, &kb), OK);
	return kb;
}

/* The id of the i-th item, newest first. */
static struct str item(struct rig *r, const struct knowledge_base *kb, size_t i)
{
	struct list items;
	int64_t total;

	assert_int_equal(knowledge_content_list(&r->ctx, kb->id, 10, 0, &items, &total), OK);
	assert_true(i < items.n);
	return LIST_AT(items, struct kb_content, i)->id;
}

static int64_t number(struct rig *r, const struct sql *sql, struct str id)
{
	AUTO(stmt_done) struct stmt s = {0};
	bool row;

	db_snapshot_end(&r->ctx);
	assert_int_equal(stmt_read(&r->ctx, sql, &s), OK);
	bind_str(&s, id);
	assert_int_equal(stmt_step(&r->ctx, &s, &row), OK);
	assert_true(row);
	return col_int(&s);
}

static void items_are_listed_newest_first_a_page_at_a_time(void **state)
{
	struct rig *r = *state;
	struct knowledge_base kb = create(r);
	struct list page;
	int64_t total;

	assert_int_equal(knowledge_content_list(&r->ctx, kb.id, 2, 0, &page, &total), OK);
	assert_int_equal(total, 3);
	assert_int_equal(page.n, 2);
	assert_int_equal(LIST_AT(page, struct kb_content, 0)->bytes, 22);
	assert_str(LIST_AT(page, struct kb_content, 0)->source, "text");
	assert_null(LIST_AT(page, struct kb_content, 0)->title.p);
	assert_int_equal(knowledge_content_list(&r->ctx, kb.id, 2, 2, &page, &total), OK);
	assert_int_equal(page.n, 1);
	assert_int_equal(LIST_AT(page, struct kb_content, 0)->bytes, 28);
	assert_fails(&r->ctx, knowledge_content_list(&r->ctx, S("none"), 2, 0, &page, &total), ERR_NOT_FOUND,
		     "knowledge base");
}

static void one_is_read_with_its_chunks(void **state)
{
	struct rig *r = *state;
	struct knowledge_base kb = create(r), other = create(r);
	struct str id = item(r, &kb, 1);
	struct kb_content content;
	struct list chunks;

	assert_int_equal(knowledge_content_get(&r->ctx, kb.id, id, 10, 0, &content, &chunks), OK);
	assert_true(str_eq(content.id, id));
	assert_int_equal(chunks.n, 1);
	assert_str(LIST_AT(chunks, struct kb_chunk, 0)->text, "Apples ripen in autumn.");
	assert_int_equal(knowledge_content_get(&r->ctx, kb.id, id, 10, 1, &content, &chunks), OK);
	assert_int_equal(chunks.n, 0);
	assert_fails(&r->ctx, knowledge_content_get(&r->ctx, other.id, id, 10, 0, &content, &chunks), ERR_NOT_FOUND,
		     "content");
}

static void a_deleted_item_leaves_nothing_and_makes_the_base_smaller(void **state)
{
	static const struct sql CHUNKS = { "test.chunks", "SELECT count(*) FROM kb_chunk WHERE knowledge_base_id = $1" };
	static const struct sql VECTORS = { "test.vectors", "SELECT count(*) FROM kb_vector WHERE knowledge_base_id = $1" };
	static const struct sql CHANGES = { "test.changes",
		"SELECT 10 * revision + removals FROM knowledge_base WHERE id = $1" };
	struct rig *r = *state;
	struct knowledge_base kb = create(r), after;
	struct str id = item(r, &kb, 1);
	int64_t changes = number(r, &CHANGES, kb.id);

	assert_int_equal(knowledge_content_delete(&r->ctx, kb.id, id), OK);
	assert_int_equal(knowledge_base_get(&r->ctx, kb.id, &after), OK);
	assert_int_equal(after.size.bytes, 50);
	assert_int_equal(after.size.words, 9);
	assert_int_equal(after.size.chunks, 2);
	assert_true(after.updated_at > kb.updated_at);
	assert_int_equal(knowledge_sweep_all(&r->ctx, 1), OK);
	assert_int_equal(number(r, &CHUNKS, kb.id), 2);
	assert_int_equal(number(r, &VECTORS, kb.id), 2);
	assert_int_equal(number(r, &CHANGES, kb.id), changes + 11);
	assert_fails(&r->ctx, knowledge_content_delete(&r->ctx, kb.id, id), ERR_NOT_FOUND, "content");
	assert_int_equal(number(r, &CHANGES, kb.id), changes + 11);
}

static void an_item_of_another_base_or_workspace_does_not_exist(void **state)
{
	struct rig *r = *state;
	struct knowledge_base kb = create(r), other = create(r);
	struct str id = item(r, &kb, 0);
	struct str workspace_id = r->ctx.actor.workspace_id;

	assert_fails(&r->ctx, knowledge_content_delete(&r->ctx, other.id, id), ERR_NOT_FOUND, "content");
	r->ctx.actor.workspace_id = S("00000000-0000-7000-8000-000000000000");
	assert_fails(&r->ctx, knowledge_content_delete(&r->ctx, kb.id, id), ERR_NOT_FOUND, "content");
	r->ctx.actor.workspace_id = workspace_id;
	assert_true(str_eq(item(r, &kb, 0), id));
}

static void vectors_are_read_when_they_are_asked_for(void **state)
{
	struct rig *r = *state;
	struct knowledge_base kb = create(r);
	struct list chunks;
	int64_t total;
	const struct kb_chunk *second;
	double length = 0;

	assert_int_equal(knowledge_base_embeddings(&r->ctx, kb.id, 2, 0, &chunks, &total), OK);
	assert_null(LIST_AT(chunks, struct kb_chunk, 0)->vector);
	assert_int_equal(knowledge_content_vectors(&r->ctx, &chunks), OK);
	second = LIST_AT(chunks, struct kb_chunk, 1);
	for (size_t i = 0; i < second->dimensions; i++)
		length += (double)second->vector[i] * (double)second->vector[i];
	assert_true(length > 0.999 && length < 1.001);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_WORKSPACE(items_are_listed_newest_first_a_page_at_a_time),
		IN_WORKSPACE(one_is_read_with_its_chunks),
		IN_WORKSPACE(a_deleted_item_leaves_nothing_and_makes_the_base_smaller),
		IN_WORKSPACE(an_item_of_another_base_or_workspace_does_not_exist),
		IN_WORKSPACE(vectors_are_read_when_they_are_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
