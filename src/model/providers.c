/* model/providers.c: the table. A provider whose list of models depends on what the user has
 * installed or deployed (Ollama, LM Studio, gateways) has no list of its own here. */
#include "model/providers.h"

static const struct known_model NO_MODELS[] = { { 0 } };

static const struct known_model OPENAI_MODELS[] = {
	{ "openai/gpt-4.1", "GPT-4.1", "", false },
	{ "openai/gpt-4.1-mini", "GPT-4.1 mini", "", false },
	{ "openai/gpt-4.1-nano", "GPT-4.1 nano", "", false },
	{ "openai/gpt-4o", "GPT-4o", "", false },
	{ "openai/gpt-4o-mini", "GPT-4o mini", "", false },
	{ "openai/gpt-5", "GPT-5", "", true },
	{ "openai/gpt-5-mini", "GPT-5 mini", "", true },
	{ "openai/gpt-5-nano", "GPT-5 nano", "", true },
	{ "openai/o3", "o3", "", true },
	{ "openai/o3-mini", "o3-mini", "", true },
	{ 0 },
};

static const struct known_model ANTHROPIC_MODELS[] = {
	{ "anthropic/claude-haiku-4.5", "Claude Haiku 4.5", "", true },
	{ "anthropic/claude-opus-4.8", "Claude Opus 4.8", "", true },
	{ "anthropic/claude-sonnet-4.6", "Claude Sonnet 4.6", "", true },
	{ "anthropic/claude-sonnet-5", "Claude Sonnet 5", "", true },
	{ 0 },
};

static const struct known_model DEEPSEEK_MODELS[] = {
	{ "deepseek/deepseek-chat", "DeepSeek Chat", "", false },
	{ "deepseek/deepseek-reasoner", "DeepSeek Reasoner", "", true },
	{ 0 },
};

static const struct known_model BUILTIN_MODELS[] = {
	{ BUILTIN_MODEL, "Extractive answers",
	  "Built in, without a network: answers by choosing and citing sentences of the attached knowledge bases.", false },
	{ 0 },
};

/*        name           studio         wire            base URL                            key                   URL */
const struct provider_info providers[] = {
	{ "OPENAI",      "openai",      WIRE_OPENAI,    "https://api.openai.com/v1",        "OPENAI_API_KEY",     "OPENAI_BASE_URL",    OPENAI_MODELS },
	{ "ANTHROPIC",   "anthropic",   WIRE_ANTHROPIC, "https://api.anthropic.com",        "ANTHROPIC_API_KEY",  "ANTHROPIC_BASE_URL", ANTHROPIC_MODELS },
	{ "GROQ",        "groq",        WIRE_OPENAI,    "https://api.groq.com/openai/v1",   "GROQ_API_KEY",       NULL,                 NO_MODELS },
	{ "OPEN_ROUTER", "openrouter",  WIRE_OPENAI,    "https://openrouter.ai/api/v1",     "OPENROUTER_API_KEY", NULL,                 NO_MODELS },
	{ "DEEPSEEK",    "deepseek",    WIRE_OPENAI,    "https://api.deepseek.com/v1",      "DEEPSEEK_API_KEY",   NULL,                 DEEPSEEK_MODELS },
	{ "CODEX",       "codex",       WIRE_OPENAI,    "https://api.openai.com/v1",        NULL,                 NULL,                 NO_MODELS },
	{ "ZAI",         "zai",         WIRE_OPENAI,    "https://api.z.ai/api/paas/v4",     "ZAI_API_KEY",        NULL,                 NO_MODELS },
	{ "OLLAMA",      "ollama",      WIRE_OPENAI,    "http://127.0.0.1:11434/v1",        NULL,                 "OLLAMA_HOST",        NO_MODELS },
	{ "LM_STUDIO",   "lmstudio",    WIRE_OPENAI,    "http://127.0.0.1:1234/v1",         NULL,                 "LM_STUDIO_HOST",     NO_MODELS },
	{ "CLAUDE_CODE", "claude-code", WIRE_ANTHROPIC, "https://api.anthropic.com",        NULL,                 NULL,                 NO_MODELS },
	{ "CUSTOM",      "custom",      WIRE_OPENAI,    NULL,                               NULL,                 NULL,                 BUILTIN_MODELS },
};
const size_t n_providers = COUNT_OF(providers);

const char *const provider_names[] = {
	"OPENAI", "ANTHROPIC", "GROQ", "OPEN_ROUTER", "DEEPSEEK", "CODEX", "ZAI", "OLLAMA", "LM_STUDIO", "CLAUDE_CODE",
	"CUSTOM", NULL,
};
_Static_assert(COUNT_OF(provider_names) == COUNT_OF(providers) + 1, "a name for every provider");

const struct provider_info *provider_by_name(struct str name)
{
	for (size_t i = 0; i < n_providers; i++)
		if (str_is(name, providers[i].name))
			return &providers[i];
	return NULL;
}

const struct provider_info *provider_by_studio(struct str name)
{
	for (size_t i = 0; i < n_providers; i++)
		if (str_is(name, providers[i].studio))
			return &providers[i];
	return NULL;
}

/* Whether it lists its models with its own name before them: not every provider strips it. */
static bool lists_with_name(const struct provider_info *provider, struct str name)
{
	return provider->models->id && str_starts(str_of(provider->models->id), name);
}

struct str provider_model_name(struct arena *mem, const struct provider_info *provider, struct str model)
{
	struct str prefix = arena_printf(mem, "%s/", provider->studio);
	char *name;

	if (!lists_with_name(provider, prefix) || !str_starts(model, prefix))
		return model;
	model = str_from(model, prefix.n);
	if (provider->wire != WIRE_ANTHROPIC)
		return model;
	name = arena_strz(mem, model);
	for (size_t i = 0; i < model.n; i++)
		if (name[i] == '.')
			name[i] = '-';
	return (struct str){ name, model.n };
}

struct str provider_model_id(struct arena *mem, const struct provider_info *provider, struct str name)
{
	struct str prefix = arena_printf(mem, "%s/", provider->studio);

	if (!lists_with_name(provider, prefix))
		return name;
	for (const struct known_model *m = provider->models; m->id; m++)
		if (str_eq(provider_model_name(mem, provider, str_of(m->id)), name))
			return str_of(m->id);
	return arena_printf(mem, "%.*s%.*s", STR(prefix), STR(name));
}
