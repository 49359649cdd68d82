/* store/agent_schema.c: workspace contract 3.1 as tables. */
#include "model/providers.h"
#include "store/agents.h"

static const char *const VISIBILITIES[] = { "public", "private", NULL };
static const char *const MODES[] = { "CHAT", "WORKFLOW", "ASSISTANT", "AUTONOMOUS", NULL };
static const char *const ACCESSES[] = { "read", "read-write", NULL };
static const char *const ENVIRONMENTS[] = { "local", "docker", "daytona", "cloud", "browser", NULL };

static const struct field model_config_fields[] = {
	{ F_STR("provider", model_config, provider), .required = true, .one_of = provider_names,
	  .doc = "A provider that is connected to the workspace." },
	{ F_STR("model", model_config, model), .required = true, .min = 1, .max = 255,
	  .doc = "The id of one of the provider's models, from GET /capabilities/models." },
	{ F_NUM("temperature", model_config, temperature), .max = 2, .def = "0.5" },
	{ F_INT("maxTokens", model_config, max_tokens), .min = 1, .def = "150",
	  .doc = "The longest answer, in tokens. The default is small on purpose; set it." },
	{ F_NUM("topP", model_config, top_p), .max = 1, .def = "1" },
	{ F_NUM("frequencyPenalty", model_config, frequency_penalty), .min = -2, .max = 2, .def = "0" },
	{ F_NUM("presencePenalty", model_config, presence_penalty), .min = -2, .max = 2, .def = "0" },
};
const struct schema model_config_schema = SCHEMA("ModelConfig", model_config, model_config_fields);

static const struct field feature_fields[] = {
	{ F_BOOL("attachments", agent_features, attachments), .def = "false" },
	{ F_BOOL("webSearch", agent_features, web_search), .def = "false" },
	{ F_BOOL("planning", agent_features, planning), .def = "false" },
	{ F_BOOL("memory", agent_features, memory), .def = "true" },
	{ F_BOOL("textToSpeech", agent_features, text_to_speech), .def = "false" },
	{ F_BOOL("followUp", agent_features, follow_up), .def = "false" },
	{ F_BOOL("dynamicUi", agent_features, dynamic_ui), .def = "false" },
	{ F_BOOL("scheduledTasks", agent_features, scheduled_tasks), .def = "false" },
};
static const struct schema features_schema = SCHEMA("AgentFeatures", agent_features, feature_fields);

static const struct field system_tool_fields[] = {
	{ F_STR("id", tool_reference, id), .required = true, .min = 1, .max = 255, .doc = "From GET /capabilities/tools." },
	{ F_ANY("config", tool_reference, config), .open = true, .def = "{}", .doc = "Kept as it is sent." },
};
static const struct field toolkit_fields[] = {
	{ F_STR("appId", tool_reference, app_id), .required = true, .min = 1, .max = 255,
	  .doc = "A toolkit that is connected to the workspace." },
	{ F_STRS("actions", tool_reference, actions), .max = 500, .item_min = 1, .item_max = 255,
	  .doc = "Which of its actions; none named means all." },
};
static const struct schema system_tool_schema = SCHEMA(NULL, tool_reference, system_tool_fields);
static const struct schema toolkit_schema = SCHEMA(NULL, tool_reference, toolkit_fields);
static const struct variant tool_variants[] = { { "system", &system_tool_schema }, { "composio", &toolkit_schema } };
static const struct schema tool_reference_schema = UNION("ToolReference", tool_reference, "kind", tool_variants);

static const struct field knowledge_base_reference_fields[] = {
	{ F_ID("id", knowledge_base_reference, id), .required = true, .min = 1 },
	{ F_STR("access", knowledge_base_reference, access), .one_of = ACCESSES, .def = "read" },
};
static const struct schema knowledge_base_reference_schema =
	SCHEMA("KnowledgeBaseReference", knowledge_base_reference, knowledge_base_reference_fields);

static const struct field capabilities_fields[] = {
	{ F_LIST("tools", agent_capabilities, tools, &tool_reference_schema), .max = 100 },
	{ F_LIST("knowledgeBases", agent_capabilities, knowledge_bases, &knowledge_base_reference_schema), .max = 50,
	  .unique = "id" },
};
static const struct schema capabilities_schema = SCHEMA("AgentCapabilities", agent_capabilities, capabilities_fields);

static const struct field sandbox_capability_fields[] = {
	{ F_BOOL("fileSystem", agent_sandbox, capabilities.file_system), .def = "true" },
	{ F_BOOL("shell", agent_sandbox, capabilities.shell), .def = "false" },
	{ F_BOOL("codeExecution", agent_sandbox, capabilities.code_execution), .def = "false" },
	{ F_BOOL("browser", agent_sandbox, capabilities.browser), .def = "false" },
	{ F_BOOL("desktop", agent_sandbox, capabilities.desktop), .def = "false" },
	{ F_BOOL("readOnly", agent_sandbox, capabilities.read_only), .def = "false" },
};
static const struct field sandbox_advanced_fields[] = {
	{ F_BOOL("searchIndexing", agent_sandbox, advanced.search_indexing), .def = "false" },
	{ F_BOOL("requireApproval", agent_sandbox, advanced.require_approval), .def = "false" },
	{ F_INT("operationTimeout", agent_sandbox, advanced.operation_timeout), .min = 1, .max = 3600, .def = "60",
	  .doc = "Seconds." },
};
/* Both describe members of the whole struct, so they are read at its start. */
static const struct schema sandbox_capabilities_schema = SCHEMA(NULL, agent_sandbox, sandbox_capability_fields);
static const struct schema sandbox_advanced_schema = SCHEMA(NULL, agent_sandbox, sandbox_advanced_fields);

static const struct field sandbox_fields[] = {
	{ F_BOOL("enabled", agent_sandbox, enabled), .def = "false" },
	{ F_STR("environment", agent_sandbox, environment), .one_of = ENVIRONMENTS, .def = "local" },
	{ F_SAME("capabilities", &sandbox_capabilities_schema) },
	{ F_SAME("advanced", &sandbox_advanced_schema) },
};
static const struct schema sandbox_schema = SCHEMA("AgentWorkspaceConfig", agent_sandbox, sandbox_fields);

static const struct field trigger_value_fields[] = {
	{ F_ID("connectionId", trigger, values.connection_id), .optional_reply = true },
	{ F_ANY("customFieldValues", trigger, values.custom_field_values), .open = true, .def = "{}" },
};
static const struct schema trigger_values_schema = SCHEMA(NULL, trigger, trigger_value_fields);

static const struct field trigger_fields[] = {
	{ F_STR("id", trigger, id), .required = true, .min = 1, .max = 255, .doc = "The trigger template." },
	{ F_STR("name", trigger, name), .required = true, .min = 1, .max = 255 },
	{ F_STR("appId", trigger, app_id), .required = true, .min = 1, .max = 255, .doc = "Dotted form: composio.gmail." },
	{ F_SAME("values", &trigger_values_schema) },
};
static const struct schema trigger_schema = SCHEMA("Trigger", trigger, trigger_fields);

static const struct field agent_fields[] = {
	{ F_ID("id", agent, id), .read_only = true },
	{ F_ID("workspaceId", agent, workspace_id), .read_only = true },
	{ F_STR("createdBy", agent, created_by), .read_only = true, .doc = "The id of a user." },
	{ F_TIME("createdAt", agent, created_at), .read_only = true },
	{ F_TIME("updatedAt", agent, updated_at), .read_only = true },
	{ F_STR("name", agent, name), .required = true, .min = 1, .max = 255, .not_blank = true,
	  .doc = "Unique in the workspace, case and all." },
	{ F_STR("description", agent, description), .max = 2000, .clearable = true, .nullable = true },
	{ F_STR("systemPrompt", agent, system_prompt), .max = 200000, .clearable = true, .nullable = true },
	{ F_STR("welcomeMessage", agent, welcome_message), .max = 200000, .clearable = true, .nullable = true },
	{ F_STR("avatar", agent, avatar), .max = 200000, .format = "uri", .clearable = true, .nullable = true },
	{ F_STR("visibility", agent, visibility), .one_of = VISIBILITIES, .def = "private" },
	{ F_STR("agentMode", agent, agent_mode), .one_of = MODES, .def = "CHAT" },
	{ F_BOOL("published", agent, published), .def = "false" },
	{ F_ID("publishedId", agent, published_id), .read_only = true, .nullable = true,
	  .doc = "Given when first published; the same ever after." },
	{ F_OBJECT("model", agent, model, &model_config_schema), .required = true },
	{ F_OBJECT("capabilities", agent, capabilities, &capabilities_schema), .merge = true },
	{ F_OBJECT("features", agent, features, &features_schema), .merge = true },
	{ F_POINTER("workspace", agent, sandbox, &sandbox_schema), .clearable = true, .nullable = true,
	  .doc = "The sandbox the agent may work in." },
	{ F_ID("appId", agent, app_id), .doc = "The app that owns the agent; the workspace's default app when left out." },
	{ F_LIST("triggers", agent, triggers, &trigger_schema), .max = 50, .unique = "id" },
};
const struct schema agent_schema = SCHEMA("Agent", agent, agent_fields);
