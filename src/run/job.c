/* run/job.c: from the frozen text back to the agent. */
#include "run/job.h"

enum err job_load(struct ctx *ctx, struct job *job)
{
	struct agent agent = { .id = job->run.agent_id, .workspace_id = job->run.workspace_id };
	const struct json *spec;
	struct str text;

	TRY(runs_spec(ctx, job->run.workspace_id, job->run.id, &text));
	TRY(json_parse(ctx, text, JSON_STRICT, &spec));
	TRY(schema_read(ctx, &agent_schema, spec, READ_STORED, &agent));
	job->agent = agent;
	return OK;
}
