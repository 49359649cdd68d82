/* api/upload.c: the parts of a form as files, and what a form may not have. */
#include "api/upload.h"

#include "base/utf8.h"
#include "http/multipart.h"
#include "knowledge/gather.h"

enum { NAME_SHOWN_BYTES = 80 };

/* What a form was found to hold. */
struct form {
	struct material_file files[MULTIPART_PARTS_MAX];
	struct str strangers[MULTIPART_PARTS_MAX];      /* names of parts that do not belong */
	size_t n_files, n_strangers;
};

static bool is_file(const struct multipart_part *part)
{
	/* `file` is what many clients call it. */
	return str_is(part->name, "files") || str_is(part->name, "file");
}

static enum err read_form(struct ctx *ctx, const struct http_request *r, struct form *out)
{
	struct multipart form;
	struct multipart_part part;
	bool more;

	TRY(multipart_begin(ctx, http_header_get(r, "content-type", NULL), r->body, &form));
	for (;;) {
		TRY(multipart_next(ctx, &form, &part, &more));
		if (!more)
			return OK;
		if (is_file(&part))
			out->files[out->n_files++] = (struct material_file){ part.file_name, part.bytes };
		else
			out->strangers[out->n_strangers++] = part.name;
	}
}

static void refuse_strangers(struct ctx *ctx, struct form *form)
{
	struct issue *issue = issue_add(ctx, NULL, "unrecognized_keys", "unknown field%s: %.*s%s",
					form->n_strangers > 1 ? "s" : "",
					STR(utf8_cut(form->strangers[0], NAME_SHOWN_BYTES)),
					form->n_strangers > 1 ? ", ..." : "");

	if (issue)
		issue->keys = (struct list){ form->strangers, form->n_strangers };
}

/* False: it is refused. */
static bool check_file(struct ctx *ctx, const struct material_file *file, const struct path_step *path)
{
	const size_t most = (size_t)UPLOAD_FILE_MIB << 20;

	if (file->name.n == 0)
		issue_add(ctx, path, "invalid_type", "is no file: it has no filename");
	else if (file->bytes.n > most)
		issue_add(ctx, path, "too_big", "must have at most %d MiB", UPLOAD_FILE_MIB);
	else
		return true;
	return false;
}

static bool check_files(struct ctx *ctx, const struct form *form)
{
	const struct path_step *files = path_name(ctx, NULL, "files");
	bool good = true;

	if (form->n_files == 0)
		issue_add(ctx, files, "required", "is required");
	if (form->n_files > UPLOAD_FILES_MAX)
		issue_add(ctx, files, "too_big", "must have at most %d elements, has %zu", UPLOAD_FILES_MAX, form->n_files);
	for (size_t i = 0; i < form->n_files; i++)
		good &= check_file(ctx, &form->files[i], path_index(ctx, files, i));
	return good && form->n_files >= 1 && form->n_files <= UPLOAD_FILES_MAX;
}

enum err upload_read(struct ctx *ctx, const struct http_request *r, struct list *out)
{
	struct form *form = NEW(ctx->mem, struct form);
	bool good;

	if (read_form(ctx, r, form) != OK) {
		issue_add(ctx, NULL, "invalid_format", "%s", ctx->why);
		return fail(ctx, ERR_INVALID, "Validation failed");
	}
	good = check_files(ctx, form);
	if (form->n_strangers > 0)
		refuse_strangers(ctx, form);
	*out = (struct list){ form->files, form->n_files };
	return good && form->n_strangers == 0 ? OK : fail(ctx, ERR_INVALID, "Validation failed");
}
