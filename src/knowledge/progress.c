/* knowledge/progress.c: names, and what to do when nobody listens. */
#include "knowledge/progress.h"

const char *progress_stage_name(enum progress_stage stage)
{
	static const char *const NAMES[] = {
		[PROGRESS_FETCHED] = "fetched", [PROGRESS_EXTRACTED] = "extracted", [PROGRESS_CHUNKED] = "chunked",
		[PROGRESS_EMBEDDED] = "embedded",
	};

	return NAMES[stage];
}

void progress_tell(const struct progress *progress, enum progress_stage stage, const struct progress_item *item,
		   int64_t n)
{
	if (progress && progress->tell)
		progress->tell(progress->arg, stage, item, n);
}

bool progress_wanted(const struct progress *progress)
{
	return !progress || !progress->wanted || progress->wanted(progress->arg);
}
