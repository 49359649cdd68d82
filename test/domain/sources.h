/* test/domain/sources.h: agent files in a folder, or committed to a repository, for a rig's workspace. */
#ifndef TEST_DOMAIN_SOURCES_H
#define TEST_DOMAIN_SOURCES_H

#include "../store/workspace.h"
#include "domain/agent_source.h"

#define PYDANTIC_FOLDER "agents/pydantic-agentspec/"
#define CARGO_FOLDER    "agents/cargo-ai/"
#define GREET(name)     "name: " name "\nmodel: openai:gpt-x\ninstructions: Hi.\n"

static inline void shell(struct rig *r, const char *command)
{
	char *whole = arena_strz(&r->mem, arena_printf(&r->mem, "cd %s && %s", r->dir, command));

	assert_int_equal(system(whole), 0);
}

/* Writes a file below the rig's folder, making the folders on the way. */
static inline void put_file(struct rig *r, const char *path, const char *text)
{
	const char *whole = rig_path(r, path);
	FILE *file;

	shell(r, arena_printf(&r->mem, "mkdir -p \"$(dirname %s)\"", path).p);
	file = fopen(whole, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fclose(file), 0);
}

/* Where mirrors go; and with a folder, the source of who is not connected. */
static inline void use_sources(struct rig *r, const char *agents_dir, bool nothing_else)
{
	struct agent_source_options options = {
		.git_folder = rig_path(r, "git"), .agents_dir = agents_dir ? rig_path(r, agents_dir) : NULL,
		.nothing_else = nothing_else,
	};

	shell(r, arena_printf(&r->mem, "mkdir -p git %s", agents_dir ? agents_dir : "").p);
	agent_source_setup(&options);
}

/* The beginning of a set-up: a workspace whose agents lie in "folder". */
static inline struct rig *sources_set_up(void **state)
{
	workspace_set_up(state);
	use_sources(*state, "folder", false);
	return *state;
}

#define GIT "git -C work -c user.name=t -c user.email=t@example.com "

/* A repository at "work", with what lies there, on branch main. */
static inline void commit_work(struct rig *r)
{
	shell(r, "mkdir -p work && { [ -d work/.git ] || git init -q -b main work; } && git -C work add -A && "
		 GIT "commit -q -m change");
}

static inline struct str work_url(struct rig *r)
{
	return arena_printf(&r->mem, "file://%s/work", r->dir);
}

static inline void connect_work(struct rig *r)
{
	struct repository_setting setting = { .url = work_url(r) };
	struct repository connected;

	assert_int_equal(repository_connect(&r->ctx, &setting, &connected), OK);
	assert_null(connected.error.p);
}

/* From here on a fetch begins with this piece of shell, in the rig's folder. */
static inline void wrap_git(struct rig *r, const char *before_fetch)
{
	put_file(r, "bin/git", arena_printf(&r->mem,
		"#!/bin/sh\ncase \"$*\" in *' fetch '*) (cd %s && %s);; esac\nPATH=${PATH#*:} exec git \"$@\"\n",
		r->dir, before_fetch).p);
	shell(r, "chmod 755 bin/git");
	setenv("PATH", arena_printf(&r->mem, "%s/bin:%s", r->dir, getenv("PATH")).p, 1);
}

static inline void unwrap_git(void)
{
	setenv("PATH", strchr(getenv("PATH"), ':') + 1, 1);
}

#endif
