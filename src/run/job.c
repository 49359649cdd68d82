/* run/job.c: from the frozen text back to the agent. */
#include "run/job.h"

#include <math.h>

enum err job_load(struct ctx *ctx, struct job *job)
{
	const struct json *frozen;
	struct str text;

	TRY(runs_spec(ctx, job->run.workspace_id, job->run.id, &text));
	TRY(json_parse(ctx, text, JSON_STRICT, &frozen));
	job->spec = (struct run_spec){ .agent = { .id = job->run.agent_id, .workspace_id = job->run.workspace_id } };
	TRY(schema_read(ctx, &run_spec_schema, frozen, READ_STORED, &job->spec));
	if (job->spec.request_limit > 0)
		job->limits.requests = job->spec.request_limit;
	return OK;
}

/* What a file says of its model is said by its settings alone. */
struct model_choice job_model(const struct job *job)
{
	const struct model_config *m = &job->spec.agent.model;
	struct model_choice choice = {
		.provider = m->provider, .model = m->model, .max_tokens = m->max_tokens, .temperature = m->temperature,
		.top_p = m->top_p, .frequency_penalty = m->frequency_penalty, .presence_penalty = m->presence_penalty,
		.output_schema = job->spec.output_schema,
	};

	if (!job->spec.model_settings)
		return choice;
	choice.settings = job->spec.model_settings;
	choice.temperature = choice.top_p = choice.frequency_penalty = choice.presence_penalty = NAN;
	choice.max_tokens = 0;
	json_as_int(json_get(choice.settings, "max_tokens"), &choice.max_tokens);
	return choice;
}
